// Areas: squares of a grid, each closed in turn, coloured by the mean delay of all trips.
import { bilingual, element, fact, svgElement, tooltipOf } from "./dom.js";
import { closeButton } from "./language.js";
import { legendBlock, legendItem } from "./legend.js";
import { INK } from "./map.js";
import {
  classOf,
  fixed,
  fixedOrLess,
  MINUTES,
  people,
  rangesBetween,
  withUnit,
} from "./numbers.js";

/** Fills of the classes, from the least delay to the most. */
const FILLS = ["#fdeadf", "#fbc3a5", "#f08a62", "#c8423c", "#7d0f2b"];
const percent = (share) => `${fixedOrLess(100 * share, 1)}%`;

/**
 * @typedef {Object} Area
 * @property {[number, number][]} corners latitude and longitude of each
 * @property {[string, string]} name
 * @property {number} delay mean delay of all trips, minutes
 * @property {number} own share of all travel that begins or ends in it
 * @property {number} detoured share that takes another way
 * @property {number} cutOff share that has no way left
 * @property {number} extra mean extra minutes between the other cities
 * @property {number} km of the network in it
 * @property {number} losing people of other cities that lose their railway or road
 */

/** @returns {Area} */
function area([corners, zh, en, delay, own, detoured, cutOff, extra, km, losing]) {
  return { corners, name: [zh, en], delay, own, detoured, cutOff, extra, km, losing };
}

export class Areas {
  /**
   * @param {any} map
   * @param {any} data of the page
   * @param {any[]} lines points of all links, for the ground below
   * @param {(index: number) => void} onChoose
   */
  constructor(map, data, lines, onChoose) {
    this.map = map;
    this.limits = data.areas.limits;
    this.hours = data.areas.hours;
    /** @type {[string, string]} what its roads are called */
    this.road = data.areas.road;
    this.list = data.areas.cells.map(area);
    const network = L.polyline(lines, {
      pane: "loss-line",
      color: "#33424f",
      weight: 1.2,
      opacity: 0.7,
      interactive: false,
    });
    this.squares = this.list.map((one, index) => this.square(one, index, onChoose));
    this.group = L.layerGroup([network, ...this.squares]);
  }

  colorOf(delay) {
    return FILLS[classOf(delay, this.limits)];
  }

  square(one, index, onChoose) {
    const square = L.polygon(one.corners, {
      pane: "areas",
      color: "#fff",
      weight: 1,
      fillColor: this.colorOf(one.delay),
      fillOpacity: 0.72,
    });
    square.bindTooltip(() => this.tooltip(one), { sticky: true, direction: "top" });
    square.on("click", (event) => {
      L.DomEvent.stopPropagation(event);
      onChoose(index);
    });
    return square;
  }

  tooltip({ name, delay }) {
    const time = fixedOrLess(delay, 1);
    const text = [
      `封闭 ${this.hours} 小时：人均延误 ${time} 分钟`,
      `closed for ${this.hours} h: ${time} min late on average`,
    ];
    return tooltipOf(name, bilingual(text));
  }

  /** @returns {import("./dom.js").Label} */
  caption(index) {
    const { name, delay } = this.list[index];
    const time = fixedOrLess(delay, 1);
    return [
      `${name[0]}所在方格的一切线路封闭 ${this.hours} 小时：所有出行人均延误 ${time} 分钟。`,
      `All lines in the square of ${name[1]} closed for ${this.hours} h: every trip is ${time} min late on average.`,
    ];
  }

  /** Mark a square; -1 for none. Its bounds where there is one. */
  mark(index) {
    for (const [i, square] of this.squares.entries()) {
      const isChosen = i === index;
      square.setStyle({ color: isChosen ? INK : "#fff", weight: isChosen ? 3 : 1 });
      if (isChosen) square.bringToFront();
    }
    return this.squares[index]?.getBounds();
  }

  card(index, onClose) {
    const one = this.list[index];
    const minutes = (value) => bilingual(withUnit(fixedOrLess(value, 1), MINUTES));
    const closed = [
      `方格内路网 ${fixed(one.km, 0)} 公里，全部封闭 ${this.hours} 小时`,
      `${fixed(one.km, 0)} km of the network in the square, all closed for ${this.hours} h`,
    ];
    return [
      closeButton(["解除封闭", "Open the area"], onClose),
      element("h2", {}, bilingual(one.name)),
      element("p", { class: "ends" }, bilingual(closed)),
      element(
        "dl",
        { class: "costs" },
        fact(["人均延误", "Mean delay"], minutes(one.delay), { class: "strong" }),
        fact(["本地出行", "Own travel"], percent(one.own)),
        fact(["须绕行", "Detoured"], percent(one.detoured)),
        fact(["无路可走", "No way left"], percent(one.cutOff), {
          class: one.cutOff > 0 ? "strong" : null,
        }),
        fact(["其他城市间多花", "Between others"], minutes(one.extra)),
      ),
      ...(one.losing ? [losing(one.losing, this.road)] : []),
    ];
  }

  legend() {
    const swatch = (fill) =>
      svgElement("rect", { x: 4, y: 1, width: 32, height: 12, fill, "fill-opacity": 0.85 });
    const items = rangesBetween(this.limits).map((text, i) =>
      legendItem([text, text], [swatch(FILLS[i])], { width: 40, height: 14 }),
    );
    const block = legendBlock(["人均延误（分钟）", "Mean delay (min)"], items);
    block.classList.add("areas");
    return block;
  }
}

function losing(count, road) {
  const [zh, en] = people(count);
  const text = [
    `其他城市 ${zh}人失去铁路或${road[0]}`,
    `${en} people elsewhere lose their railway or ${road[1]}`,
  ];
  return element("p", { class: "off" }, element("b", {}, bilingual(text)));
}
