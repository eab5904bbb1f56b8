// The lines in the legend of the page that plans.
import { svgElement } from "./dom.js";
import { legendBlock, legendItem } from "./legend.js";
import { GROUND } from "./plan-map.js";
import { statusOf } from "./status.js";

const OTHER = { stroke: "#66747f", "stroke-width": 3 };

function line(label, style) {
  const path = svgElement("path", { d: "M2 7H34", fill: "none", ...style });
  return legendItem(label, [path], { width: 36, height: 14 });
}

const ground = () =>
  line(["普通公路、步行", "Ordinary roads, on foot"], {
    stroke: GROUND.color,
    "stroke-width": GROUND.weight,
    "stroke-dasharray": GROUND.dashArray,
    "stroke-linecap": "round",
  });

const closed = () =>
  line(["中断", "Closed"], { stroke: "#b0003a", "stroke-width": 5, "stroke-dasharray": "8 5" });

/** What only one of the three tabs shows. */
const OWN = {
  journey: () => [
    ground(),
    line(["另一条路", "The other way"], { ...OTHER, "stroke-dasharray": "7 5" }),
  ],
  plan: () => [
    line(["未通车", "Not open"], {
      ...OTHER,
      "stroke-dasharray": statusOf("p").dash,
      "stroke-linecap": "round",
    }),
    line(["方案改动", "Changed by the plan"], { stroke: "#ffc400", "stroke-width": 9 }),
  ],
  break: () => [
    closed(),
    ground(),
    line(["原来的走法", "The way before"], { ...OTHER, "stroke-dasharray": "7 5" }),
  ],
};

/**
 * @param {Set<string>} present classes of the lines on the map
 * @param {any} settings of the page
 * @param {string} tab
 */
export function lineLegend(present, { styles, labels }, tab) {
  const kinds = Object.keys(styles).filter((key) => present.has(key));
  const classes = kinds.map((key) =>
    line(labels.class[key], { stroke: styles[key].color, "stroke-width": styles[key].weight }),
  );
  return legendBlock(["线路", "Lines"], [...classes, ...OWN[tab]()]);
}
