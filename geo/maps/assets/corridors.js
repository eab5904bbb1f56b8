// The page of the corridors: a sheet is chosen, and the map shows its line and what it changes.
import { getState, onAddressChange, setState } from "./address.js";
import { decodePolyline } from "./decoding.js";
import {
  all,
  bilingual,
  markReady,
  onButton,
  onEscape,
  one,
  ownValue,
  pageData,
  tooltipOf,
} from "./dom.js";
import { PlaceLabels } from "./labels.js";
import { factOf, onLanguageChange, pick, textsOf } from "./language.js";
import { createPanes, INK, prepareMap, reducedMotion } from "./map.js";
import { startPage } from "./page.js";
import { addPublishing } from "./publish.js";
import { RouteLines } from "./route-lines.js";
import { SearchBox, searchEntry } from "./search-box.js";

/** The chosen line is drawn so much wider than on the map of the network. */
const WIDER = 1.35;
const BORDER = 2;

class CorridorsPage {
  constructor(map, groups, looks, settings) {
    this.map = map;
    this.data = pageData("data-corridors");
    this.ids = Object.keys(this.data.routes);
    this.chosen = "";
    prepareMap(map, settings, () => this.fit(true));
    createPanes(map, { gains: "225", faint: "260", other: "404", places: "460" }, "gains");
    this.lines = new RouteLines(map, groups, looks);
    this.lines.scale = WIDER;
    this.others = L.layerGroup().addTo(map);
    this.places = L.layerGroup().addTo(map);
    this.addCounties();
    this.addNetwork();
    this.addNames();
    this.addListeners();
  }

  // ---- what lies below the line

  /** Areas of the counties; circles at their seats where there are none. */
  addCounties() {
    const [step] = this.data.steps;
    this.counties = this.data.counties.map(([id, zh, en, lat, lon], i) => {
      const rings = (ownValue(this.data.rings, id) || "").split(" ").filter(Boolean);
      const style = { pane: "gains", bubblingMouseEvents: true, className: "county" };
      const area = rings.length
        ? L.polygon(
            rings.map((text) => decodePolyline(text, step)),
            { ...style, weight: 0.6 },
          )
        : L.circleMarker([lat, lon], { ...style, radius: 7, weight: 1 });
      area.bindTooltip(() => this.gainTip([zh, en], i), { sticky: true, direction: "top" });
      return area.addTo(this.map);
    });
  }

  gainTip(names, i) {
    const value = this.route?.gains[i];
    const { shorter, unchanged } = this.data.texts;
    const text = value >= 0.05 ? shorter.map((part) => part.replace("{n}", value)) : unchanged;
    return tooltipOf(names, bilingual(text));
  }

  addNetwork() {
    const points = this.data.lines.map((text) => decodePolyline(text, this.data.steps[1]));
    const style = { pane: "faint", color: "#5d6973", weight: 1, opacity: 0.45 };
    L.polyline(points, { ...style, interactive: false, fill: false }).addTo(this.map);
  }

  addNames() {
    this.stops = this.ids.flatMap((id) =>
      this.data.routes[id].places.map(([zh, en, lat, lon, rank]) => {
        const at = [lat, lon];
        return { id, zh, en, at, rank, kind: "point", zoom: rank ? 0 : 9, hidden: true };
      }),
    );
    const names = [...pageData("data-cities"), ...this.stops, ...pageData("data-areas")];
    this.names = new PlaceLabels(this.map, names);
  }

  // ---- what is chosen

  get route() {
    return ownValue(this.data.routes, this.chosen);
  }

  /** @param {string} id */
  choose(id, { keepAddress = false } = {}) {
    this.chosen = id;
    for (const sheet of all("[data-corridor]")) sheet.hidden = sheet.dataset.corridor !== id;
    const own = new Set(this.route.sections);
    this.lines.redraw((section) => (own.has(section.id) ? section.properties.stages : ""));
    this.lines.highlight([]);
    this.fillCounties();
    this.drawOther();
    this.drawPlaces();
    this.fit(false);
    this.nameChosen();
    if (!keepAddress) setState({ corridor: id });
  }

  nameChosen() {
    const name = pick(this.route.names);
    one("[role=status]").textContent = name;
    this.search.input.value = name;
  }

  fillCounties() {
    const { classes } = this.data;
    for (const [i, county] of this.counties.entries()) {
      const value = this.route.gains[i] ?? 0;
      const color = classes.findLast(([from]) => value >= from)?.[1];
      county.setStyle({
        color: color ? "#fff" : "#7c858e",
        opacity: color ? 0.7 : 0,
        fillColor: color || "#fff",
        fillOpacity: color ? 0.78 : 0,
      });
    }
  }

  drawOther() {
    this.others.clearLayers();
    for (const text of this.route.other) {
      const style = { pane: "other", interactive: false, fill: false };
      const points = decodePolyline(text, this.data.steps[1]);
      this.others.addLayer(
        L.polyline(points, { ...style, color: "#fff", weight: 4, opacity: 0.8 }),
      );
      const ink = { color: INK, weight: 2.2, dashArray: "2 4", className: "other-way" };
      this.others.addLayer(L.polyline(points, { ...style, ...ink }));
    }
  }

  drawPlaces() {
    this.places.clearLayers();
    for (const stop of this.stops) {
      stop.hidden = stop.id !== this.chosen;
      if (stop.hidden) continue;
      const isBorder = stop.rank === BORDER;
      const look = { pane: "places", interactive: false, fillOpacity: 1, color: INK };
      this.places.addLayer(
        L.circleMarker(stop.at, {
          ...look,
          radius: stop.rank ? 4.2 : 2.4,
          weight: stop.rank ? 1.8 : 1.2,
          fillColor: isBorder ? "#ffc400" : "#fff",
        }),
      );
    }
    this.names.place();
  }

  fit(animate) {
    const bounds = this.lines.boundsOf(this.route.sections);
    /** @param {any} line */
    const widen = (line) => bounds.extend(line.getBounds());
    this.others.eachLayer(widen);
    const size = this.map.getSize();
    const pad = Math.min(44, size.x * 0.06);
    this.map.fitBounds(bounds, {
      animate: animate && !reducedMotion.matches,
      paddingTopLeft: [pad, Math.min(70, size.y * 0.16)],
      paddingBottomRight: [pad, 34],
      maxZoom: Math.max(10, this.map.options.zoom + 2),
    });
  }

  step(by) {
    const { length } = this.ids;
    this.choose(this.ids[(this.ids.indexOf(this.chosen) + by + length) % length]);
  }

  // ---- listeners and state

  addListeners() {
    const entries = this.ids.map((id) => {
      const { names, keys, group } = this.data.routes[id];
      return searchEntry(names, [...names, ...keys], {
        note: bilingual(group),
        color: this.lines.sections[this.data.routes[id].sections[0]]?.group.color,
        go: () => this.choose(id),
      });
    });
    this.search = new SearchBox(entries, this.data.texts.none, () => {}, true);
    this.search.input.addEventListener("focus", () => {
      this.search.input.select();
      this.search.listEverything();
    });
    onButton("step", (by) => this.step(Number(by)));
    one("[data-print]").addEventListener("click", () => print());
    for (const row of all("[data-section]")) {
      const show = () => this.lines.highlight([row.dataset.section]);
      row.addEventListener("mouseenter", show);
      row.addEventListener("mouseleave", () => this.lines.highlight([]));
      one("button", row).addEventListener("click", () => this.showSection(row.dataset.section));
    }
    matchMedia("print").addEventListener("change", () => this.fit(false));
    onEscape(() => this.search.close());
    onLanguageChange(() => {
      this.search.translate();
      if (this.route) this.nameChosen();
    });
    onAddressChange(() => this.restore());
  }

  showSection(id) {
    this.lines.highlight([id]);
    const animate = !reducedMotion.matches;
    this.map.fitBounds(this.lines.boundsOf([id]), {
      maxZoom: Math.max(10, this.map.options.zoom + 2),
      padding: [60, 60],
      animate,
    });
  }

  // ---- words for what is shown

  /** @returns {import("./dom.js").Label} */
  caption() {
    const sheet = one("[data-corridor]:not([hidden])");
    if (!sheet) return ["", ""];
    const facts = all(".tiles > div", sheet).map(factOf);
    const [zh, en] = textsOf(one(".kind", sheet));
    const listed = [
      facts.map((fact) => fact[0]).join("；"),
      facts.map((fact) => fact[1]).join("; "),
    ];
    return [
      `${zh}。${listed[0]}。底色：全线通车后到各城市的平均时间缩短多少。`,
      `${en}. ${listed[1]}. Areas: how much shorter the mean time to all cities gets once all of it is open.`,
    ];
  }

  restore() {
    const wanted = getState().get("corridor") ?? "";
    if (ownValue(this.data.routes, wanted)) this.choose(wanted, { keepAddress: true });
    else if (!this.chosen && this.ids.length) this.choose(this.ids[0], { keepAddress: true });
  }
}

export function corridors(map, groups, looks, settings) {
  startPage();
  const page = new CorridorsPage(map, groups, looks, settings);
  page.search.translate();
  page.restore();
  const title = () => page.route?.names ?? ["", ""];
  addPublishing("corridors", { title, caption: () => page.caption() });
  markReady();
}
