// What the map shows of a network and of ways through it: lines by status, ways, pins, crosses.
import { element } from "./dom.js";
import { createPanes, INK, zoomFactor } from "./map.js";
import { RouteLines } from "./route-lines.js";

const PANES = {
  counties2: 380,
  areas: 405,
  "loss-line": 411,
  ways: 430,
  second: 428,
  drawn: 432,
  snap: 470,
  cut: 620,
};
/** Ordinary roads and walks of a way. */
export const GROUND = { color: "#4f5d6a", weight: 3, dashArray: "1 6" };

/** All casings are white: a haze would look like what a plan changes. */
const LOOKS = { casing: { "": "#fff" }, casingWidth: { "": 3 } };

/** A layer for every class, as the lines of a network want them. */
function groupsOf(sections, { styles, weights }) {
  const keys = Object.keys(styles);
  const groups = keys.map((key) => {
    const { color, weight, ticks } = styles[key];
    return { key: key || "other", color, weight, ticks, layer: L.layerGroup() };
  });
  for (const section of sections) {
    const line = L.polyline(section.line.map(([lon, lat]) => [lat, lon]));
    const properties = { ...section, weight: weights[section.route] };
    properties.accuracy_class = "";
    Object.assign(line, { feature: { id: section.id, properties } });
    const place = keys.includes(section.class) ? keys.indexOf(section.class) : keys.length - 1;
    groups[place].layer.addLayer(line);
  }
  return groups;
}

export class PlanMap {
  /**
   * @param {any} map
   * @param {any} settings of the page
   * @param {any} catalogue what the engine knows
   * @param {{onSection: (id: string, at: any) => void, tooltip: (section: any) => any}} actions
   */
  constructor(map, settings, catalogue, { onSection, tooltip }) {
    this.map = map;
    this.settings = settings;
    createPanes(map, PANES, "hit");
    this.lines = new RouteLines(map, groupsOf(catalogue.sections, settings), LOOKS);
    for (const section of this.lines.list) {
      section.hit.bindTooltip(() => tooltip(section), { sticky: true, direction: "top" });
      section.hit.on("click", (event) => onSection(section.id, event.latlng));
    }
    this.ways = L.layerGroup().addTo(map);
    this.drawn = L.layerGroup().addTo(map);
    this.cuts = L.layerGroup().addTo(map);
    map.on("zoomend", () => this.restyle());
    this.restyle();
  }

  restyle() {
    this.factor = zoomFactor(this.map.getZoom());
    for (const line of this.ways.getLayers()) {
      const { base } = /** @type {any} */ (line).options;
      if (base) /** @type {any} */ (line).setStyle({ weight: base * this.factor });
    }
  }

  /** Draws every section by its status, and marks those that a plan changes. */
  drawNetwork(codes, changed) {
    this.lines.redraw((section) => codes[section.id] ?? "");
    this.lines.highlight(changed);
  }

  /** A line of a way or of a plan, over a white one. */
  add(group, points, style) {
    const options = { pane: "ways", interactive: false, lineCap: "round", ...style };
    const base = options.weight;
    const casing = { ...options, color: "#fff", opacity: 0.95, dashArray: null, className: "" };
    const edge = base + 3.5;
    group.addLayer(L.polyline(points, { ...casing, base: edge, weight: edge * this.factor }));
    group.addLayer(L.polyline(points, { ...options, base, weight: base * this.factor }));
  }

  legStyle(leg) {
    if (!leg.route) return { ...GROUND, className: "way ground" };
    return { color: this.settings.colors[leg.mode] ?? INK, weight: 6, className: "way" };
  }

  clear() {
    this.drawCuts([], []);
    this.drawWays(null, null);
  }

  /** Draws a way and, below it, another one. */
  drawWays(way, other) {
    this.ways.clearLayers();
    for (const leg of other?.legs ?? []) {
      const color = this.legStyle(leg).color;
      const style = { pane: "second", color, weight: 3, dashArray: "7 7", className: "other-way" };
      if (leg.path?.length > 1) this.add(this.ways, toLatLngs(leg.path), style);
    }
    for (const leg of way?.legs ?? []) {
      if (leg.path?.length > 1) this.add(this.ways, toLatLngs(leg.path), this.legStyle(leg));
    }
    for (const [from, to] of changesOf(way)) this.addChange(from, to);
  }

  /** Where a way changes from one leg to the next. */
  addChange(leg, next) {
    const at = next.path?.[0] ?? leg.path?.at(-1);
    if (!at || !(leg.route && next.route)) return;
    const look = { radius: 5, color: INK, weight: 2, fillColor: "#fff", fillOpacity: 1 };
    const options = { pane: "ways", interactive: false, ...look };
    this.ways.addLayer(L.circleMarker([at[1], at[0]], options));
  }

  /** Draws the lines that a plan adds, as the engine has them. */
  drawDrawn(list) {
    this.drawn.clearLayers();
    for (const { line, class: kind, stops } of list) {
      const { color, weight } = this.settings.styles[kind] ?? this.settings.styles[""];
      const style = { pane: "drawn", color, weight: weight + 1, className: "drawn-line" };
      this.add(this.drawn, toLatLngs(line), style);
      for (const [lon, lat] of stops) this.addStop([lat, lon], color);
    }
  }

  addStop(at, color) {
    const look = { radius: 4.5, color, weight: 2.5, fillColor: "#fff", fillOpacity: 1 };
    this.drawn.addLayer(L.circleMarker(at, { pane: "drawn", interactive: false, ...look }));
  }

  /** Marks what is closed: links by their lines, areas by their circles. */
  drawCuts(lines, circles) {
    this.cuts.clearLayers();
    const red = { color: "#b0003a", interactive: false };
    for (const { lon, lat, km } of circles) {
      const look = { radius: km * 1000, weight: 2, dashArray: "6 5", fillOpacity: 0.13 };
      this.cuts.addLayer(L.circle([lat, lon], { pane: "ways", ...red, ...look }));
    }
    for (const line of lines) {
      const points = toLatLngs(line);
      const style = { pane: "drawn", ...red, weight: 6, dashArray: "9 7", className: "closed" };
      this.add(this.cuts, points, { ...style, lineCap: "butt" });
      if (!circles.length) this.cuts.addLayer(crossAt(points[Math.floor(points.length / 2)]));
    }
  }
}

export const toLatLngs = (path) => path.map(([lon, lat]) => [lat, lon]);

const changesOf = (way) =>
  (way?.legs ?? []).slice(1).map((leg, i) => [/** @type {any} */ (way).legs[i], leg]);

function crossAt(at) {
  const icon = L.divIcon({ className: "cross", html: element("i"), iconSize: [18, 18] });
  return L.marker(at, { pane: "cut", interactive: false, keyboard: false, icon });
}

/** A pin of one end, which can be dragged. */
export function pinAt(map, key, onMove) {
  const icon = L.divIcon({
    className: `end-pin ${key}`,
    html: element("i"),
    iconSize: [26, 34],
    iconAnchor: [13, 33],
  });
  const marker = L.marker([0, 0], { icon, draggable: true, keyboard: false, zIndexOffset: 500 });
  marker.on("dragend", () => onMove(marker.getLatLng()));
  return {
    show(at) {
      marker.setLatLng(at);
      if (!map.hasLayer(marker)) marker.addTo(map);
    },
    hide() {
      marker.remove();
    },
  };
}
