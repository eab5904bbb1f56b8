// Sections of routes on a map: casing, line, ticks, and a wide invisible line to point at.
import { HIT_LINE, zoomFactor } from "./map.js";
import { statusOf } from "./status.js";

const PANES = { halo: 398, "casing-low": 400, "line-low": 401, casing: 410, line: 411, hit: 450 };
const PARTS = ["casing", "line", "ticks", "hit"];
/** Pixels from which a line keeps its full dashes and casing. */
const THICK = 2.4;
/** Pixels by which a line under the pointer is wider. */
const LIFT = 2.5;

/** Whether a section belongs to the routes drawn thin, below the others. */
export const isLow = (section) => section.properties.weight < section.group.weight * 0.7;

export class RouteLines {
  /**
   * Takes the sections out of the GeoJSON layers and draws them.
   * @param {L.Map} map
   * @param {any[]} groups `key, layer, color, weight, ticks` of each class, from top to bottom
   * @param {any} looks `casing` and `casingWidth` by class of accuracy
   * @param {string} side a pane that holds those of the lines: clipping it clips them all
   */
  constructor(map, groups, looks, side = "") {
    this.map = map;
    this.looks = looks;
    this.prefix = side ? `${side}-` : "";
    this.scale = 1;
    this.sections = Object.create(null);
    this.list = [];
    this.shown = L.layerGroup().addTo(map);
    this.halo = L.layerGroup().addTo(map);
    for (const [name, height] of Object.entries(PANES)) {
      map.createPane(this.prefix + name, map.getPane(side)).style.zIndex = String(height);
    }
    for (const group of groups.toReversed()) {
      group.layer.eachLayer((layer) => this.addSection(layer, group));
    }
    this.list.sort((a, b) => a.properties.weight - b.properties.weight);
    map.on("zoomend", () => this.restyle());
  }

  addSection(layer, group) {
    const { id, properties } = layer.feature;
    const points = layer.getLatLngs();
    const section = { id, group, properties, points, bounds: layer.getBounds(), stage: "" };
    this.sections[id] = Object.assign(section, this.partsOf(section));
    this.list.push(this.sections[id]);
    this.sections[id].hit.on("mouseover", () => this.lift(section, true));
    this.sections[id].hit.on("mouseout", () => this.lift(section, false));
  }

  /** What lies under the pointer is drawn wider. */
  lift(section, isUp) {
    if (!section.stage) return;
    this.style(section);
    if (isUp) section.line.setStyle({ weight: section.line.options.weight + LIFT });
  }

  partsOf(section) {
    const { group, properties } = section;
    const low = isLow(section) ? "-low" : "";
    const line = (pane, options) =>
      L.polyline(section.points, {
        pane: this.prefix + pane,
        interactive: false,
        fill: false,
        lineJoin: "round",
        ...options,
      });
    const casing = this.looks.casing[properties.accuracy_class]; // white, or a haze for a sketch
    return {
      casing: line(`casing${low}`, { color: casing, opacity: 0.92, lineCap: "butt" }),
      line: line(`line${low}`, { color: group.color, className: `route-line ${group.key}` }),
      ticks: group.ticks ? line(`line${low}`, { color: "#fff", lineCap: "butt" }) : null,
      hit: line("hit", HIT_LINE),
    };
  }

  /** Draws the sections by the code of status that `codeOf` gives, or not at all ("" or none). */
  redraw(codeOf) {
    let changed = false;
    for (const section of this.list) {
      const code = codeOf(section);
      const stage = code ? statusOf(code).stage : "";
      if (stage === section.stage) continue;
      changed = true;
      section.stage = stage;
      section.status = stage ? statusOf(code) : null;
      if (stage) this.style(section);
      this.show(section);
    }
    if (changed) this.restack();
  }

  show(section) {
    const { stage } = section;
    const visible = {
      casing: stage !== "" && section.status.cased,
      line: stage !== "",
      ticks: stage === "open",
      hit: stage !== "",
    };
    for (const name of PARTS) {
      if (!section[name]) continue;
      if (visible[name]) this.shown.addLayer(section[name]);
      else this.shown.removeLayer(section[name]);
    }
  }

  /** Layers added later lie above the others: the order of weight is restored. */
  restack() {
    for (const section of this.list) {
      for (const name of PARTS) {
        if (section[name] && this.shown.hasLayer(section[name])) section[name].bringToFront();
      }
    }
  }

  style(section) {
    const { stage, status, properties } = section;
    const factor = zoomFactor(this.map.getZoom()) * this.scale;
    const width = properties.weight * factor * (status.cased ? 1 : 0.8);
    const isThick = properties.weight > THICK;
    section.line.setStyle({
      weight: width,
      opacity: status.opacity,
      dashArray: dashOf(status, width, factor, isThick),
      lineCap: stage === "construction" || stage === "unknown" ? "butt" : "round",
    });
    const casing = this.looks.casingWidth[properties.accuracy_class];
    section.casing.setStyle({ weight: width + casing * (isThick ? 1 : 0.67) });
    if (section.ticks) {
      section.ticks.setStyle({ weight: width * 0.5, dashArray: `${6 * factor} ${6 * factor}` });
    }
  }

  restyle() {
    for (const section of this.list) {
      if (section.stage) this.style(section);
    }
  }

  /** @param {string[] | null} ids */
  highlight(ids) {
    this.halo.clearLayers();
    for (const id of ids ?? []) {
      const section = this.sections[id];
      if (!section) continue;
      const style = {
        pane: `${this.prefix}halo`,
        interactive: false,
        color: "#ffc400",
        weight: section.properties.weight * zoomFactor(this.map.getZoom()) + 11,
        opacity: 0.75,
        className: "route-halo",
      };
      this.halo.addLayer(L.polyline(section.points, style));
    }
  }

  boundsOf(ids) {
    const bounds = L.latLngBounds([]);
    for (const id of ids) bounds.extend(this.sections[id].bounds);
    return bounds;
  }

  /** Bounds of the main corridors, which the map shows at first. */
  mainBounds() {
    const isMain = ({ properties, group }) => properties.weight > group.weight * 0.95;
    return this.boundsOf(this.list.filter(isMain).map((section) => section.id));
  }
}

function dashOf(status, width, factor, isThick) {
  if (status.stage === "planned") return `0.1 ${width * 2.2}`; // dots, by their round ends
  const lengths = status.dash.split(" ").filter(Boolean).map(Number);
  return lengths.map((length) => length * factor * (isThick ? 1 : 0.7)).join(" ") || null;
}
