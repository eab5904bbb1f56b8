// Lines of the chosen mode, and what can be reached from the chosen city.

import { decodePolyline } from "./decoding.js";
import { bilingual, element } from "./dom.js";
import { INK } from "./map.js";

export const BANDS = ["#b33a00", "#ec7a1c", "#fdb567", "#fee3bd"];
export const BAND_EDGE = "#8a3a06";
export const LATER = "#5b1076";
export const OPEN_LINE = "#59646e";

const bare = (options) => ({ interactive: false, ...options });

export class ModeLines {
  constructor(map, data, state) {
    this.data = data;
    this.state = state;
    this.layers = L.layerGroup().addTo(map);
  }

  draw() {
    const { now, chosen } = this.state;
    this.layers.clearLayers();
    for (const [mode, [open, opening]] of Object.entries(this.data.lines)) {
      if (now.mode && now.mode !== "any" && now.mode !== mode) continue;
      this.add(open, { color: OPEN_LINE, weight: 1, opacity: 0.6, className: "way" });
      if (now.view === "before" && chosen === null) continue;
      const style = { color: this.data.colors[mode], weight: 2.4, opacity: 1, dashArray: "5 4" };
      this.add(opening, { ...style, className: "way new" });
    }
  }

  add(lines, style) {
    const points = lines.map((text) => decodePolyline(text, this.data.steps[1]));
    this.layers.addLayer(L.polyline(points, bare({ pane: "ways", fill: false, ...style })));
  }
}

/** Areas of the first date as bands, outlines of the second date over them. */
export class ReachAreas {
  constructor(map, data, state) {
    this.data = data;
    this.state = state;
    this.layers = L.layerGroup().addTo(map);
  }

  /** Draws the areas of the chosen city; their bounds, or null without a city. */
  draw() {
    const { chosen, only } = this.state;
    this.layers.clearLayers();
    if (chosen === null) return null;
    const home = this.data.at(chosen);
    const bounds = L.latLngBounds([home]);
    for (const [k, limit] of [...this.data.limits.entries()].toReversed()) {
      if (!only || limit === only) this.drawLimit(k, bounds);
    }
    this.drawHome(home);
    return bounds;
  }

  drawLimit(k, bounds) {
    const { now, chosen, only, shownDates } = this.state;
    const [before, after] = [0, 1].map((date) => this.data.rings(now.mode, chosen, date, k));
    const [isBeforeShown, isAfterShown] = shownDates;
    if (isBeforeShown && before.length) {
      this.drawBand(before, k);
      bounds.extend(L.polygon(before).getBounds());
    }
    if (!isAfterShown || !after.length) return;
    if ((only || now.view === "change") && isBeforeShown) this.drawGain(before, after);
    this.drawOutline(after, k);
    bounds.extend(L.polygon(after).getBounds());
  }

  drawBand(rings, k) {
    const fill = { fillColor: BANDS[k], fillOpacity: 1 };
    this.add(rings, { pane: "areas", color: BAND_EDGE, weight: 1.1, ...fill, className: "area" });
  }

  /** Under the even-odd rule only what one of the two dates reaches is filled. */
  drawGain(before, after) {
    const fill = { fillColor: LATER, fillOpacity: 0.26 };
    this.add([...before, ...after], { pane: "gains", stroke: false, ...fill, className: "gain" });
  }

  drawOutline(rings, k) {
    const { only } = this.state;
    const width = only ? 2.4 : 1.2 + (3 - k) * 0.25;
    const line = { pane: "outlines", fill: false };
    this.add(rings, { ...line, color: "#fff", weight: width + 1.6, opacity: only ? 0.8 : 0.5 });
    this.add(rings, {
      ...line,
      color: LATER,
      weight: width,
      dashArray: only ? "7 4" : "5 3",
      lineCap: "butt",
      className: "outline",
    });
  }

  add(rings, style) {
    this.layers.addLayer(L.polygon(rings, bare(style)));
  }

  drawHome(at) {
    const ring = bare({ pane: "home", fill: false });
    const name = element("b", {}, bilingual(this.data.name(this.state.chosen)));
    const tooltip = L.tooltip(
      bare({ permanent: true, direction: "top", offset: [0, -16], className: "home-name" }),
    );
    this.layers.addLayer(L.circleMarker(at, { ...ring, radius: 17, weight: 9, color: "#fff" }));
    this.layers.addLayer(L.circleMarker(at, { ...ring, radius: 15, weight: 4, color: INK }));
    this.layers.addLayer(tooltip.setLatLng(at).setContent(name));
  }
}
