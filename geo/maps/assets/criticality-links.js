// The links of the network: their lines, and what the loss of each costs.

import { decodeSteps } from "./decoding.js";
import { ownValue, pageData } from "./dom.js";
import { HIT_LINE } from "./map.js";

export const linkLine = (points, options) =>
  L.polyline(points, {
    interactive: false,
    fill: false,
    lineJoin: "round",
    lineCap: "round",
    ...options,
  });

export class Links {
  constructor() {
    this.data = pageData("data-losses");
    this.modes = Object.keys(this.data.modes);
    this.pieces = this.data.pieces.map(decodeSteps);
    this.list = this.data.links.map((row, index) => this.link(row, index));
    this.byId = Object.create(null);
    for (const link of this.list) this.byId[link.id] = link;
  }

  link(row, index) {
    const [id, zh, en, fromZh, fromEn, toZh, toEn, mode, first, count, km, minutes] = row;
    const points = this.pieces.slice(first, first + count).flat();
    const color = this.data.colors[mode];
    return {
      id,
      index,
      mode,
      km,
      minutes,
      points,
      color,
      name: [zh, en],
      ends: [`${fromZh} – ${toZh}`, `${fromEn} – ${toEn}`],
      middle: points[Math.floor(points.length / 2)],
      ...linesOf(points, color),
    };
  }

  /** What the loss of a link costs in a mode; nothing where it is not of that mode. */
  loss(link, mode) {
    const row = ownValue(this.data.modes[mode]?.n ?? {}, link.index);
    if (!row) return undefined;
    const [extra, cutOff, efficiency, pairs, detour] = row;
    return { extra, cutOff, efficiency, pairs, detour };
  }

  /** Who loses most and where the ways go; only for the worst links. */
  detail(link, mode) {
    const detail = ownValue(this.data.modes[mode].d, link.index);
    if (!detail) return undefined;
    const { c: costs = [], o: cutOff, p: pair, b: before, w: after } = detail;
    return { losers: pairsOf(costs), cutOff, pair, before, after };
  }

  cityName(i) {
    return this.data.cities[i].slice(0, 2);
  }

  cityAt(i) {
    return this.data.cities[i].slice(2);
  }

  /** The lines of a way from its runs: a first piece and how many, negative for backwards. */
  walk(runs) {
    return pairsOf(runs).flatMap(([first, count]) => {
      const step = Math.sign(count);
      return Array.from({ length: Math.abs(count) }, (_, k) => {
        const points = this.pieces[first + k * step];
        return step < 0 ? points.toReversed() : points;
      });
    });
  }
}

const linesOf = (points, color) => ({
  casing: linkLine(points, { pane: "loss-casing", lineCap: "butt" }),
  line: linkLine(points, { pane: "loss-line", color, className: "loss-line" }),
  rim: linkLine(points, { pane: "loss-casing", color: "#fff", lineCap: "butt" }),
  hit: linkLine(points, { pane: "hit", ...HIT_LINE }),
});

/** [a, b, c, d] as [[a, b], [c, d]]. */
function pairsOf(list) {
  const pairs = [];
  for (let i = 0; i < list.length; i += 2) pairs.push([list[i], list[i + 1]]);
  return pairs;
}
