// The page of the crossings: numbered markers, and rows that show them.
import { getState, onAddressChange, setState } from "./address.js";
import { onRow } from "./choice.js";
import {
  all,
  bilingual,
  element,
  markReady,
  onEscape,
  one,
  ownValue,
  pageData,
  tooltipOf,
} from "./dom.js";
import { PlaceLabels, placeNames } from "./labels.js";
import { textsOf } from "./language.js";
import { prepareMap, reducedMotion } from "./map.js";
import { namesOf } from "./names.js";
import { startPage } from "./page.js";
import { addPublishing } from "./publish.js";
import { RouteLines } from "./route-lines.js";
import { codeOf, statusMark } from "./status.js";

const MOST_ROUNDS = 80;

class CrossingsPage {
  constructor(map, groups, points, looks, settings) {
    this.map = map;
    this.rows = all("[data-crossing]");
    this.markers = {};
    this.hiddenModes = new Set();
    this.boxes = [];
    prepareMap(map, settings, () => this.showAll());
    this.lines = new RouteLines(map, groups, looks);
    map.createPane("numbers").style.zIndex = 620;
    points?.eachLayer((point) => this.addMarker(point));
    this.addTooltips(pageData("data-routes"));
    this.addListeners();
  }

  addMarker(point) {
    const { properties } = point.feature;
    const { number } = properties;
    const icon = L.divIcon({
      html: numberNode(properties),
      className: "crossing",
      iconSize: [24, 24],
    });
    /** @type {any} */
    const marker = L.marker(point.getLatLng(), { pane: "numbers", keyboard: true, icon });
    const tooltip = () => crossingTooltip(properties);
    marker.bindTooltip(tooltip, { direction: "top", offset: [0, -10] });
    marker.on("click", () => this.choose(number, { fromMap: true }));
    marker.on("keypress", ({ originalEvent }) => {
      if (originalEvent.key === "Enter") this.choose(number, { fromMap: true });
    });
    marker.properties = properties;
    this.markers[number] = marker;
  }

  addTooltips(routes) {
    for (const section of this.lines.list) {
      const { route_id: route, stages } = section.properties;
      const tooltip = () => tooltipOf(routes[route], statusMark(stages));
      section.hit.bindTooltip(tooltip, { sticky: true, direction: "top" });
    }
  }

  addListeners() {
    this.map.on("zoomend", () => this.spread());
    for (const box of all("[data-mode]")) {
      box.addEventListener("change", () => {
        if (box.checked) this.hiddenModes.delete(box.dataset.mode);
        else this.hiddenModes.add(box.dataset.mode);
        this.redraw();
      });
    }
    onRow("crossing", (number) => this.choose(number));
    this.map.on("click", () => this.choose(null));
    onEscape(() => this.choose(null));
  }

  isHidden(marker) {
    return this.hiddenModes.has(marker.properties.mode);
  }

  /** The mode of the last crossing that a section belongs to. */
  modeOf(section) {
    const owners = Object.values(this.markers).filter(({ properties }) =>
      properties.sections.includes(section.id),
    );
    return owners.at(-1)?.properties.mode;
  }

  redraw() {
    this.lines.redraw((section) =>
      this.hiddenModes.has(this.modeOf(section)) ? "" : section.properties.stages,
    );
    for (const [number, marker] of Object.entries(this.markers)) {
      if (this.isHidden(marker)) marker.remove();
      else if (!this.map.hasLayer(marker)) this.show(marker, number);
    }
    this.spread();
  }

  show(marker, number) {
    const name = `${number} ${namesOf(marker.properties).join(" ")}`;
    marker.addTo(this.map);
    marker.getElement().setAttribute("aria-label", name);
  }

  /** Numbers that lie on each other move apart; a thin line leads to the place. */
  spread() {
    const shown = Object.entries(this.markers).filter(([, marker]) => this.map.hasLayer(marker));
    const items = shown.map(([number, marker]) => {
      const at = this.map.latLngToLayerPoint(marker.getLatLng());
      return { marker, at, x: at.x, y: at.y, width: number.length > 2 ? 34 : 27 };
    });
    for (let round = 0; round < MOST_ROUNDS; round++) {
      if (!pushApart(items)) break;
    }
    this.boxes = items.map(({ x, y }) => [x - 15, y - 13, x + 15, y + 13]);
    items.forEach(placeNumber);
  }

  /** @param {string | null} number */
  choose(number, { fromMap = false } = {}) {
    const marker = this.markers[number];
    for (const row of this.rows) row.classList.toggle("chosen", row.dataset.crossing === number);
    for (const node of all(".crossing.chosen")) node.classList.remove("chosen");
    this.lines.highlight(marker ? marker.properties.sections : []);
    setState({ crossing: marker ? number : null });
    if (!marker) return;
    marker.getElement()?.classList.add("chosen");
    if (fromMap) this.showRow(number);
    else this.showMarker(marker);
  }

  showRow(number) {
    const row = this.rows.find((other) => other.dataset.crossing === number);
    row.scrollIntoView({ block: "nearest", behavior: reducedMotion.matches ? "auto" : "smooth" });
  }

  showMarker(marker) {
    const zoom = Math.max(this.map.getZoom(), 9.5);
    this.map.setView(marker.getLatLng(), zoom, { animate: !reducedMotion.matches });
  }

  showAll() {
    const places = Object.values(this.markers).map((marker) => marker.getLatLng());
    const bounds = L.latLngBounds(places);
    if (!bounds.isValid()) return;
    this.map.fitBounds(bounds, {
      animate: false,
      paddingTopLeft: [40, 90],
      paddingBottomRight: [40, 40],
      maxZoom: Math.max(9, this.map.options.zoom + 1),
    });
  }

  restore() {
    const wanted = getState().get("crossing");
    if (ownValue(this.markers, wanted)) this.choose(wanted);
    else this.choose(null);
  }
}

/** What the page shows, in a sentence or two. @returns {import("./dom.js").Label} */
function captionOf(page) {
  const lead = textsOf(one(".lead"));
  const row = page.rows.find((other) => other.classList.contains("chosen"));
  if (!row) return lead;
  const [name, status] = [row.cells[1], row.cells[4]].map(textsOf);
  return [
    `${lead[0]}所选：${row.dataset.crossing} ${name[0]}（${status[0]}）。`,
    `${lead[1]} Chosen: ${row.dataset.crossing} ${name[1]} (${status[1]}).`,
  ];
}

function numberNode({ number, mode, status, color }) {
  const hollow = status === "open" ? "" : " hollow";
  const face = { class: `number ${mode}${hollow}`, style: `--mode:${color}` };
  return element(
    "div",
    {},
    element("span", { class: "leader" }),
    element("span", { class: "at" }),
    element("span", face, number),
  );
}

function crossingTooltip(properties) {
  const { place_zh: zh, place_en: en, status, assumed } = properties;
  const mark = statusMark(codeOf(status, assumed && status === "open"));
  return tooltipOf(namesOf(properties), bilingual([zh, en]), mark);
}

/** One round of pushing; tells whether anything moved. */
function pushApart(items) {
  let moved = false;
  for (const [i, a] of items.entries()) {
    for (const b of items.slice(i + 1)) {
      let [dx, dy] = [b.x - a.x, b.y - a.y];
      let distance = Math.hypot(dx, dy);
      const needed = Math.max(26, (a.width + b.width) / 2);
      if (distance >= needed) continue;
      if (distance < 0.5) [dx, dy, distance] = [Math.cos(i), Math.sin(i), 1];
      const push = (needed - distance) / 2 / distance;
      a.x -= dx * push;
      a.y -= dy * push;
      b.x += dx * push;
      b.y += dy * push;
      moved = true;
    }
  }
  return moved;
}

function placeNumber({ marker, at, x, y }) {
  const [dx, dy] = [x - at.x, y - at.y];
  const node = marker.getElement();
  const leader = one(".leader", node);
  one(".number", node).style.setProperty("--dx", `${dx.toFixed(1)}px`);
  one(".number", node).style.setProperty("--dy", `${dy.toFixed(1)}px`);
  leader.style.width = `${Math.hypot(dx, dy).toFixed(1)}px`;
  leader.style.transform = `rotate(${Math.atan2(dy, dx).toFixed(3)}rad)`;
}

export function crossings(map, groups, points, looks, settings) {
  startPage();
  const page = new CrossingsPage(map, groups, points, looks, settings);
  page.showAll();
  page.redraw();
  new PlaceLabels(map, placeNames(), () => page.boxes);
  page.restore();
  onAddressChange(() => page.restore());
  addPublishing("crossings", { caption: () => captionOf(page) });
  markReady();
}
