// The lines of one date on a map, and the second map of the view side by side.
import { prepareMap } from "./map.js";
import { RouteLines } from "./route-lines.js";

const BASE_PANES = ["relief", "rivers", "veil", "counties", "provinces", "context"];

/** The lines of one date; clipping their pane clips them all. */
export class DateLines {
  /**
   * @param {L.Map} map
   * @param {string} name of the pane
   * @param {number} height at which the pane lies
   * @param {any} drawing `groups, looks, comparison, onChoose` of the page
   */
  constructor(map, name, height, { groups, looks, comparison, onChoose }) {
    this.map = map;
    this.pane = map.createPane(name);
    this.pane.style.zIndex = String(height);
    this.lines = new RouteLines(map, groups, looks, name);
    this.dots = L.layerGroup().addTo(map);
    /** @type {(section: any) => string} */
    this.codeOf = () => "";
    map.on("zoomend", () => this.drawDots());
    for (const section of this.lines.list) {
      const options = { sticky: true, direction: "top", offset: [0, -6] };
      section.hit.bindTooltip(() => comparison.tooltip(section), options);
      section.hit.on("click", () => onChoose([section.id]));
    }
    map.on("click", () => onChoose(null));
  }

  draw(codeOf, scale = 1) {
    this.codeOf = codeOf;
    this.lines.scale = scale;
    this.lines.redraw(codeOf);
    this.lines.restyle();
    this.drawDots();
  }

  /** White dots lie on what is open only because it is expected to be. */
  drawDots() {
    this.dots.clearLayers();
    for (const section of this.lines.list) {
      if (this.codeOf(section) !== "a") continue;
      const { weight, pane } = section.line.options;
      /** @type {L.PolylineOptions} */
      const style = {
        pane,
        interactive: false,
        color: "#fff",
        weight: Math.max(weight * 0.5, 1.4),
        lineCap: "round",
        dashArray: `0.1 ${Math.max(2.2 * weight, 7)}`,
        className: "expected",
      };
      this.dots.addLayer(L.polyline(section.points, style));
    }
  }
}

/** The same layers of the same data on another map. @param {any} layer */
function copyOf(layer) {
  const options = { ...layer.options };
  if (layer instanceof L.ImageOverlay) {
    return L.imageOverlay(layer.getElement().src, layer.getBounds(), options);
  }
  return L.geoJSON(layer.toGeoJSON(), options);
}

/** A second map with the background and the view of the first. */
export function makeTwin(map, base, settings) {
  const twin = L.map("twin", { ...map.options, layers: [], renderer: undefined });
  twin.setView(map.getCenter(), map.getZoom(), { animate: false });
  for (const name of BASE_PANES) {
    const pane = twin.createPane(name);
    pane.style.zIndex = map.getPane(name).style.zIndex;
    pane.style.pointerEvents = "none";
  }
  for (const layer of base) copyOf(layer).addTo(twin);
  const [zh, en] = settings.mapLabel;
  prepareMap(twin, { ...settings, mapLabel: [`${zh}（B）`, `${en} (B)`] });
  return twin;
}

/** Each of two maps follows the other while `isOn` holds. */
export function moveTogether(map, twin, isOn) {
  let busy = false;
  const follow = (from, to) =>
    from.on("move", () => {
      if (busy || !isOn()) return;
      busy = true;
      to.setView(from.getCenter(), from.getZoom(), { animate: false });
      busy = false;
    });
  follow(map, twin);
  follow(twin, map);
}
