// The legend: classes of the circles, bands and outlines of the areas, lines.

import { BAND_EDGE, BANDS, LATER, OPEN_LINE } from "./accessibility-areas.js";
import {
  isChange,
  lookOfChange,
  lookOfClass,
  NEWLY_REACHED,
  NOT_REACHED,
  UNCHANGED,
} from "./accessibility-circles.js";
import { bilingual, element, one, svgElement } from "./dom.js";
import { legendBlock, legendItem } from "./legend.js";
import { fixed, rangesBetween } from "./numbers.js";

const item = (label, shapes) => legendItem(label, shapes, { width: 30, height: 24 });

const line = (color, width, dash, y) =>
  svgElement("path", {
    d: `M2 ${y}H28`,
    stroke: color,
    "stroke-width": width,
    "stroke-dasharray": dash,
  });

const square = (style) => svgElement("rect", { x: 3, y: 5, width: 24, height: 14, ...style });

function circleItem(look, label) {
  const circle = svgElement("circle", {
    cx: 15,
    cy: 12,
    r: look.radius,
    fill: look.fill,
    stroke: look.stroke,
    "stroke-width": look.width,
    "stroke-dasharray": look.dash || null,
  });
  return item(label, [circle]);
}

/** The ranges of classes; one empty text without breaks. */
function rangesOf(breaks, digits) {
  const texts = breaks.map((value) => fixed(value, Math.max(digits, 0)).replace(/\.0+$/, ""));
  return texts.length ? rangesBetween(texts) : [""];
}

export class AccessibilityLegend {
  /**
   * @param {import("./accessibility-data.js").AccessibilityData} data
   * @param {any} state what is shown
   * @param {import("./accessibility-circles.js").CityCircles} circles
   * @param {() => boolean} areCountiesShown
   */
  constructor(data, state, circles, areCountiesShown) {
    this.areCountiesShown = areCountiesShown;
    this.data = data;
    this.state = state;
    this.circles = circles;
  }

  fill() {
    if (!this.data.modes[this.state.now.mode]) {
      one(".key-list").hidden = true;
      return;
    }
    const blocks = [this.circleBlock(), ...this.areaBlocks(), this.lineBlock()];
    one(".key-list div").replaceChildren(...blocks.filter(Boolean));
  }

  get indicator() {
    return this.data.indicators[this.state.now.indicator];
  }

  get isChange() {
    return this.state.now.view === "change";
  }

  /** The date that the circles show. */
  get date() {
    return this.state.now.view === "before" ? 0 : 1;
  }

  // ---- circles

  circleBlock() {
    const { indicator, mode } = this.state.now;
    const { breaks, steps } = this.data.modes[mode];
    const limits = this.isChange ? steps[indicator] : breaks[indicator];
    const items = this.isChange ? this.changeItems(limits) : this.classItems(limits);
    if (this.circles.looks().includes(NOT_REACHED)) {
      items.push(circleItem(NOT_REACHED, ["未到达", "not reached"]));
    }
    const note = bilingual(["圆为城市，面为区县", "Circles: cities; areas: counties"]);
    if (this.areCountiesShown()) items.push(element("small", {}, note));
    return legendBlock(this.title(limits), items);
  }

  title(limits) {
    const { name, unit } = this.indicator;
    const [zh, en] = inMillions(this.state.now, limits) ? ["万人", "million people"] : unit;
    const date = this.data.dates[this.date];
    const what = this.isChange ? [" 差异", ", change"] : [` ${date[0]}`, `, ${date[1]}`];
    return [`${name[0]}${what[0]}（${zh}）`, `${name[1]}${what[1]} (${en})`];
  }

  ranges(limits) {
    const large = inMillions(this.state.now, limits);
    const [zh, en] = [1e4, 1e6].map((unit) =>
      rangesOf(
        large ? limits.map((value) => value / unit) : limits,
        large ? 1 : this.indicator.digits,
      ),
    );
    return zh.map((text, k) => [text, en[k]]);
  }

  classItems(limits) {
    const { less } = this.indicator;
    const items = this.ranges(limits).map((range, k) => {
      const look = lookOfClass(k, limits.length + 1, less);
      return circleItem(look, range[0] ? range : ["全部城市", "All cities"]);
    });
    return less ? items : items.reverse();
  }

  changeItems(limits) {
    const items = [
      ...this.sideItems(limits, true),
      circleItem(UNCHANGED, ["无变化", "no change"]),
      ...(this.hasWorse() ? this.sideItems(limits, false) : []),
    ];
    if (!this.circles.looks().includes(NEWLY_REACHED)) return items;
    return [circleItem(NEWLY_REACHED, ["新通达", "newly reached"]), ...items];
  }

  /** The classes of changes for the better or the worse, from the best to the worst. */
  sideItems(limits, isBetter) {
    const isLess = isBetter === this.indicator.less;
    const [zh, en] = isLess ? ["减少", "down"] : ["增加", "up"];
    const ranges = this.ranges(limits);
    const items = ranges.map((range, k) => {
      const look = lookOfChange(k, ranges.length, isBetter);
      return circleItem(look, [`${zh} ${range[0]}`, `${en} ${range[1]}`]);
    });
    const title = element(
      "small",
      {},
      bilingual(isBetter ? ["改善", "Better"] : ["变差", "Worse"]),
    );
    return [title, ...(isBetter ? items.reverse() : items)];
  }

  hasWorse() {
    const { indicator, mode } = this.state.now;
    const { digits, less } = this.indicator;
    const changes = this.data.modes[mode].values[indicator][2];
    return changes.some((value) => isChange(value, digits) && value < 0 !== less);
  }

  // ---- areas and lines

  areaBlocks() {
    const { chosen, shownDates } = this.state;
    if (chosen === null) return [];
    const items = [shownDates[0] ? this.bandItems() : [], shownDates[1] ? this.outlineItems() : []];
    return items.map((list, date) => {
      const [zh, en] = this.data.dates[date];
      return list.length ? legendBlock([`可达范围 ${zh}`, `Within reach, ${en}`], list) : null;
    });
  }

  bandItems() {
    const { only } = this.state;
    return this.data.limits.map((limit, k) => {
      if (only && only !== limit) return null;
      const band = square({ fill: BANDS[k], stroke: BAND_EDGE });
      return item([`${limit} 分钟`, `${limit} min`], [band]);
    });
  }

  outlineItems() {
    const { now, only, shownDates } = this.state;
    const isGainShown = (only || now.view === "change") && shownDates[0];
    const gain = square({ fill: LATER, "fill-opacity": 0.3 });
    return [
      item(["轮廓", "outline"], [line(LATER, 2.4, "7 4", 12)]),
      isGainShown ? item(["新增范围", "gained"], [gain]) : null,
    ];
  }

  lineBlock() {
    const { now, chosen } = this.state;
    const [first, second] = this.data.dates;
    const opening = Object.keys(this.data.lines).filter(
      (mode) => this.data.lines[mode][1].length > 0 && (now.mode === "any" || now.mode === mode),
    );
    const shapes = opening.map((mode, k) =>
      line(this.data.colors[mode], 2.4, "5 4", opening.length > 1 ? 8 + 8 * k : 12),
    );
    const isSecondShown = now.view !== "before" || chosen !== null;
    const open = [line(OPEN_LINE, 1.4, null, 12)];
    return legendBlock(
      ["线路", "Lines"],
      [
        item([`已通车 ${first[0]}`, `open ${first[1]}`], open),
        shapes.length && isSecondShown
          ? item([`新通车 ${second[0]}`, `new by ${second[1]}`], shapes)
          : null,
      ],
    );
  }
}

const inMillions = (now, limits) =>
  now.indicator === "people" && limits.length > 0 && limits[0] >= 1e5;
