// What a closure looks like on the map: the closed link, the ways before and after, the cities.

import { linkLine } from "./criticality-links.js";
import { element } from "./dom.js";
import { INK, zoomFactor } from "./map.js";

export const CLOSED = "#b0003a";
export const DETOUR = { fill: "#ffd21f", edge: "#3b2f00" };
/** Degrees within which lines touch. */
const TOUCHING = 3e-5;

export class Closure {
  constructor(map, links) {
    this.map = map;
    this.links = links;
    this.layers = L.layerGroup().addTo(map);
  }

  clear() {
    this.layers.clearLayers();
  }

  /** Draws the closure of a link; the bounds of all it concerns. */
  draw(link, detail) {
    const bounds = L.latLngBounds(link.points);
    this.clear();
    if (detail?.pair) this.drawWays(detail, bounds);
    if (detail) this.drawLosers(detail.losers);
    for (const city of detail?.cutOff ?? []) {
      bounds.extend(this.links.cityAt(city));
      this.addSign(this.links.cityAt(city), "marks", "off-mark");
    }
    this.addLine(link.points, "closed", "#fff", 9, { lineCap: "butt" });
    const dashes = { dashArray: "9 6", lineCap: "butt", className: "closed" };
    this.addLine(link.points, "closed", CLOSED, 5, dashes);
    this.addSign(link.middle, "cross", "cross");
    return bounds;
  }

  drawWays({ pair, before, after }, bounds) {
    const [was, is] = [before, after].map((runs) => this.way(pair, runs));
    for (const gap of is.gaps) {
      this.addLine(gap, "way", DETOUR.edge, 2.6, { dashArray: "1 6", className: "gap" });
    }
    this.addLine(is.parts, "way", DETOUR.edge, 9.5, { className: "detour-casing" });
    this.addLine(is.parts, "way", DETOUR.fill, 6, { className: "detour" });
    this.addLine(was.parts, "was", "#fff", 5.5, { opacity: 0.9 });
    const dashes = { dashArray: "2 5", lineCap: "butt", className: "before" };
    this.addLine(was.parts, "closed", INK, 2.2, dashes);
    for (const points of is.parts) bounds.extend(points);
    for (const city of pair.slice(0, 2)) {
      bounds.extend(this.links.cityAt(city));
      this.addEnd(this.links.cityAt(city));
    }
  }

  /** A way between two cities: lines joined where they touch, and the straight gaps. */
  way([from, to], runs) {
    const parts = [];
    const gaps = [];
    let at = this.links.cityAt(from);
    for (const points of this.links.walk(runs)) {
      const distance = Math.abs(points[0][0] - at[0]) + Math.abs(points[0][1] - at[1]);
      if (distance > TOUCHING || !parts.length) {
        gaps.push([at, points[0]]);
        parts.push([]);
      }
      parts.at(-1).push(...points);
      at = points.at(-1);
    }
    gaps.push([at, this.links.cityAt(to)]);
    return { parts, gaps };
  }

  /** A disc for each city, its area by the minutes that the city loses. */
  drawLosers(losers) {
    for (const [city, minutes] of losers) {
      const disc = L.circleMarker(this.links.cityAt(city), {
        pane: "discs",
        interactive: false,
        className: "disc",
        weight: 1.2,
        color: CLOSED,
        fillColor: CLOSED,
        fillOpacity: 0.16,
        radius: 6 + 16 * Math.sqrt(minutes / losers[0][1]),
      });
      this.layers.addLayer(disc);
    }
  }

  addLine(points, pane, color, weight, more) {
    const width = weight * zoomFactor(this.map.getZoom());
    this.layers.addLayer(linkLine(points, { pane, color, weight: width, ...more }));
  }

  addSign(at, pane, className) {
    const icon = L.divIcon({ className, html: element("i"), iconSize: [26, 26] });
    this.layers.addLayer(L.marker(at, { pane, interactive: false, keyboard: false, icon }));
  }

  addEnd(at) {
    const fill = { fillColor: DETOUR.fill, fillOpacity: 1 };
    const line = { radius: 8, weight: 4, color: INK };
    this.layers.addLayer(
      L.circleMarker(at, { pane: "marks", interactive: false, ...line, ...fill }),
    );
  }
}
