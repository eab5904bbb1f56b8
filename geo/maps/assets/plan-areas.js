// Counties coloured by minutes or by how these change; circles where a region has no outlines.
import { decodePolyline } from "./decoding.js";
import { element, svgElement } from "./dom.js";
import { legendBlock, legendItem } from "./legend.js";
import { classOf, rangesBetween, sameInBoth } from "./numbers.js";

/** Minutes from which a class begins, and the fills of all classes, from near to far. */
const LIMITS = [60, 90, 120, 150, 180, 240];
const RAMP = ["#0b3c7c", "#2773ae", "#45a6c0", "#7fcbb2", "#bfe3b0", "#eef2c0", "#fdf6dc"];
/** Minutes of change: gains in blue, losses in red, and what is left as it was. */
const STEPS = [0.5, 2, 5, 15, 30];
const GAINS = ["#dbeaf6", "#a9cdea", "#6ba9d8", "#2f7cbb", "#0b4a8a"];
const LOSSES = ["#fbe3d7", "#f5b99b", "#e68561", "#c8453a", "#86102a"];
const SAME = "#f1f3ee";
const UNREACHED = "#d7dbe0";

/** The fill of minutes, or of a change of minutes. */
export function fillOf(value, isChange) {
  if (!Number.isFinite(value)) return UNREACHED;
  if (!isChange) return RAMP[classOf(value, LIMITS)];
  const size = classOf(Math.abs(value), STEPS);
  if (!size) return SAME;
  return (value < 0 ? GAINS : LOSSES)[size - 1];
}

export class CountyAreas {
  /**
   * @param {any} map
   * @param {any[]} zones of the engine
   * @param {any} settings of the page
   * @param {(zone: any) => any} tooltip
   */
  constructor(map, zones, { outlines, outlineStep }, tooltip) {
    this.map = map;
    this.group = L.featureGroup();
    this.shapes = zones.map((zone) => {
      const options = { pane: "counties2", color: "#fff", weight: 0.8, fillOpacity: 0.78 };
      const outline = outlines[zone.id];
      const shape = outline
        ? L.polygon(
            outline.split(" ").map((ring) => decodePolyline(ring, outlineStep)),
            options,
          )
        : L.circleMarker([zone.lat, zone.lon], { ...options, color: "#1d2a35", radius: 7 });
      shape.bindTooltip(() => tooltip(zone), { sticky: true, direction: "top" });
      return this.group.addLayer(shape) && shape;
    });
    map.getPane("counties2").style.pointerEvents = "";
  }

  /** Colours the counties by values in the order of the zones; null hides them. */
  paint(values, isChange) {
    if (!values) {
      this.group.remove();
      return;
    }
    for (const [i, shape] of this.shapes.entries()) {
      const fillColor = fillOf(values[i], isChange);
      shape.setStyle({ fillColor, fillOpacity: fillColor === SAME ? 0.35 : 0.78 });
    }
    this.group.addTo(this.map);
  }
}

const swatch = (fill, label) => {
  const box = { x: 3, y: 2, width: 22, height: 12, fill, stroke: "#9aa5ae", "stroke-width": 0.7 };
  return legendItem(label, [svgElement("rect", box)], { width: 28, height: 16 });
};

/**
 * The legend of what the counties are coloured by.
 * @param {boolean} isChange whether it is a change of minutes
 * @param {string} city the one that minutes are from; empty for the mean of all
 */
export function areaLegend(isChange, city) {
  if (!isChange) {
    const items = rangesBetween(LIMITS).map((text, k) => swatch(RAMP[k], sameInBoth(text)));
    const one = ["距所选城市（分钟）", "From the city (min)"];
    const all = ["距各城市平均（分钟）", "From the cities, mean (min)"];
    return legendBlock(city ? one : all, items);
  }
  const [, ...ranges] = rangesBetween(STEPS);
  const steps = (fills) => ranges.map((text, k) => swatch(fills[k], sameInBoth(text)));
  const same = swatch(SAME, ["不变", "unchanged"]);
  return element(
    "div",
    { class: "two" },
    legendBlock(["缩短（分钟）", "Nearer (min)"], steps(GAINS)),
    legendBlock(["变长（分钟）", "Farther (min)"], [...steps(LOSSES), same]),
  );
}
