// The circles of the cities: classes of values and of changes.
import { bilingual, tooltipOf } from "./dom.js";
import { INK } from "./map.js";
import { classOf, fixed, MINUTES, withUnit } from "./numbers.js";

const RAMP = ["#fdeec0", "#a9d8a4", "#45b1b8", "#2773ae", "#1d2c78"];
const RADII = [5, 6.5, 8, 9.5, 11];
const BETTER = ["#9cc9e8", "#3f8fc9", "#0b4f94"];
const WORSE = ["#f6b48f", "#dd6a45", "#a8201f"];
const CHANGE_RADII = [6, 8.5, 11];
const CHOSEN_RADIUS = 17;

export const NOT_REACHED = {
  fill: "#fff",
  radius: 5,
  stroke: "#66747f",
  width: 1.8,
  dash: "2 2.5",
};
export const NEWLY_REACHED = { fill: "#fff", radius: 8.5, stroke: BETTER[2], width: 4 };
export const UNCHANGED = { fill: "#b9bfc4", radius: 4.5, stroke: INK, width: 1.1 };

/** Five classes keep the whole ramp, fewer take its ends. */
function spread(list, k, count) {
  const position = count > 1 ? Math.round((k * (list.length - 1)) / (count - 1)) : list.length - 1;
  return list[position];
}

export function lookOfClass(k, count, isLessBetter) {
  const rank = isLessBetter ? count - 1 - k : k;
  return {
    fill: spread(RAMP, rank, count),
    radius: spread(RADII, rank, count),
    stroke: INK,
    width: 1.3,
  };
}

export const lookOfChange = (k, count, isBetter) => ({
  fill: spread(isBetter ? BETTER : WORSE, k, count),
  radius: spread(CHANGE_RADII, k, count),
  stroke: INK,
  width: 1.3,
  dash: isBetter ? null : "3 2",
});

/** Whether a change is written as something else than zero. */
export const isChange = (value, digits) =>
  value !== null && Number(Math.abs(value).toFixed(digits)) !== 0;

export class CityCircles {
  /**
   * @param {L.Map} map
   * @param {import("./accessibility-data.js").AccessibilityData} data
   * @param {any} state what is shown: `now` (indicator, view, mode) and `chosen` (a city or null)
   * @param {(i: number) => void} onChoose
   */
  constructor(map, data, state, onChoose) {
    this.map = map;
    this.data = data;
    this.state = state;
    this.circles = data.cityIndices.map((i) => {
      const options = { bubblingMouseEvents: false, className: "city-circle", fillOpacity: 1 };
      const circle = L.circleMarker(data.at(i), { pane: "cities", ...options });
      circle.bindTooltip(() => this.tooltip(i), { direction: "top" });
      circle.on("click", () => onChoose(i));
      return circle.addTo(map);
    });
  }

  /** Pixels that a circle keeps free of names. */
  radius(i) {
    return i === this.state.chosen ? CHOSEN_RADIUS : this.circles[i].getRadius() + 1;
  }

  looks() {
    return this.data.cityIndices.map((i) => this.look(i));
  }

  look(i) {
    const { indicator, view, mode } = this.state.now;
    const { reached, breaks } = this.data.modes[mode];
    if (view === "change") return this.changeLook(i);
    const date = view === "before" ? 0 : 1;
    const value = this.data.value(mode, indicator, date, i);
    if (!reached[date][i] || value === null) return NOT_REACHED;
    const limits = breaks[indicator];
    const isLessBetter = this.data.indicators[indicator].less;
    return lookOfClass(classOf(value, limits), limits.length + 1, isLessBetter);
  }

  changeLook(i) {
    const { indicator, mode } = this.state.now;
    const { reached, steps } = this.data.modes[mode];
    if (!reached[1][i]) return NOT_REACHED;
    if (!reached[0][i]) return NEWLY_REACHED;
    const { digits, less } = this.data.indicators[indicator];
    const value = this.data.value(mode, indicator, 2, i);
    if (!isChange(value, digits)) return UNCHANGED;
    const limits = steps[indicator];
    return lookOfChange(classOf(Math.abs(value), limits), limits.length + 1, value < 0 === less);
  }

  draw() {
    const looks = this.looks();
    for (const [i, look] of looks.entries()) {
      this.circles[i].setRadius(look.radius);
      this.circles[i].setStyle({
        fillColor: look.fill,
        color: look.stroke,
        weight: look.width,
        dashArray: look.dash || null,
      });
    }
    const largestFirst = this.data.cityIndices.toSorted(
      (a, b) => looks[b].radius - looks[a].radius,
    );
    for (const i of largestFirst) this.circles[i].bringToFront();
  }

  tooltip(i) {
    const { indicator, view, mode } = this.state.now;
    const { name, unit } = this.data.indicators[indicator];
    const text = this.data.valueText(mode, indicator, this.data.choices.view.indexOf(view), i);
    const isNumber = /\d/.test(text[0]);
    const value = isNumber ? text.map((number, k) => `${number} ${unit[k]}`) : text;
    const line = [bilingual(name), " ", bilingual(value)];
    return tooltipOf(this.data.name(i), line, this.interval(i), this.timesFromChosen(i));
  }

  /** The 90 % interval of what a circle shows; a change has none of its own. */
  interval(i) {
    const { indicator, view, mode } = this.state.now;
    const bounds = { before: 0, after: 1 }[view];
    const text = bounds === undefined ? null : this.data.boundsText(mode, indicator, bounds, i);
    return text && bilingual([`90% 区间 ${text[0]}`, `90% interval ${text[1]}`]);
  }

  timesFromChosen(i) {
    const { now, chosen } = this.state;
    if (chosen === null || chosen === i) return null;
    const [zh, en] = this.data.name(chosen);
    const times = [0, 1].map((date) => {
      const minutes = this.data.minutes(now.mode, date, chosen, i);
      return Number.isFinite(minutes) ? fixed(minutes, 0) : "–";
    });
    const range = withUnit(times.join(" → "), MINUTES);
    return bilingual([`距${zh} ${range[0]}`, `From ${en} ${range[1]}`]);
  }

  /** Boxes that names keep clear of. */
  obstacles() {
    return this.data.cityIndices.map((i) => {
      const { x, y } = this.map.latLngToLayerPoint(this.data.at(i));
      const r = this.radius(i) * 0.75;
      return [x - r, y - r, x + r, y + r];
    });
  }
}
