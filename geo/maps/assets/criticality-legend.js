// The legend: widths, colours, and the signs of a closure.

import { CLOSED, DETOUR } from "./criticality-closure.js";
import { one, svgElement } from "./dom.js";
import { legendBlock, legendItem } from "./legend.js";
import { INK } from "./map.js";
import { rangesBetween } from "./numbers.js";

const NEUTRAL = "#4f5d6a";

const item = (label, shapes) => legendItem(label, shapes, { width: 40, height: 14 });

const stroke = (color, width, dash = "none") =>
  svgElement("path", {
    d: "M2 7H38",
    fill: "none",
    stroke: color,
    "stroke-width": width,
    "stroke-dasharray": dash,
  });

const circle = (radius, more) =>
  svgElement("circle", { cx: 20, cy: 7, r: radius, fill: "none", stroke: CLOSED, ...more });

const diamond = () =>
  svgElement("path", { d: "M20 1l6 6-6 6-6-6z", fill: "#fff", stroke: INK, "stroke-width": 1.8 });

const cross = () =>
  svgElement("path", { d: "M16 3l8 8M24 3l-8 8", stroke: CLOSED, "stroke-width": 3 });

/** @param {any} data `widths, colors, labels` of the page */
export function fillLegend({ widths, colors, labels }) {
  one(".key-list").append(
    legendBlock(["平均多花（分钟）", "Extra time (min)"], widthItems(widths)),
    legendBlock(["线路", "Links"], [...colorItems(colors, labels), cutOffItem()]),
    legendBlock(["选中后", "When chosen"], closureItems()),
  );
}

function widthItems(widths) {
  const limits = widths.slice(1).map(([from]) => from);
  return rangesBetween(limits).map((text, i) =>
    item([text, text], [stroke(NEUTRAL, widths[i][1])]),
  );
}

const colorItems = (colors, labels) =>
  Object.entries(colors).map(([mode, color]) => item(labels[mode], [stroke(color, 4)]));

const cutOffItem = () =>
  item(
    ["中断即断联", "Cuts people off"],
    [stroke(INK, 9), stroke("#fff", 5), stroke(NEUTRAL, 3), diamond()],
  );

const closureItems = () => [
  item(["中断的路段", "The closed link"], [stroke(CLOSED, 4, "7 4"), cross()]),
  item(["绕行路线", "The way round"], [stroke(DETOUR.edge, 9), stroke(DETOUR.fill, 6)]),
  item(["原路线", "The way before"], [stroke(INK, 2.4, "2 4")]),
  item(
    ["城市平均多花", "Extra time of cities"],
    [circle(6, { fill: CLOSED, "fill-opacity": 0.22 })],
  ),
  item(
    ["断联城市", "City cut off"],
    [circle(5.6, { fill: "#fff", "stroke-width": 1.4 }), circle(3, { "stroke-width": 1.3 })],
  ),
];
