// The page of the network: legend, year slider, search, card, state in the address.
import { getState, onAddressChange, setState } from "./address.js";
import {
  all,
  bilingual,
  element,
  markReady,
  onButton,
  onEscape,
  one,
  ownValue,
  pageData,
  tooltipOf,
} from "./dom.js";
import { PlaceLabels } from "./labels.js";
import { onLanguageChange, pageTitle } from "./language.js";
import { prepareMap, reducedMotion } from "./map.js";
import { joined, namesOf } from "./names.js";
import { NetworkCard } from "./network-card.js";
import { openingsIn, openingsText } from "./network-openings.js";
import { YearBar } from "./network-years.js";
import { grouped, sameInBoth } from "./numbers.js";
import { packedLayer } from "./packed-layer.js";
import { startPage } from "./page.js";
import { PointLayer } from "./point-layer.js";
import { addPublishing } from "./publish.js";
import { routeLabels } from "./route-labels.js";
import { isLow, RouteLines } from "./route-lines.js";
import { SearchBox, searchEntry } from "./search-box.js";
import { statusMark } from "./status.js";

/** Zoom from which the points of a layer have names; the others from 12. */
const NAME_ZOOM = { airport: 9, port: 10, border: 99 };

/** What a preset shows: classes, and tiers (named corridors, other main lines, all others). */
const PRESETS = {
  main: (kind, key) => kind === "class" || key !== "low",
  rail: (kind, key) => kind === "tier" || key === "hsr" || key === "intercity",
  road: (kind, key) => kind === "tier" || key === "expressway" || key === "trunk",
  corridors: (kind, key) => kind === "class" || key === "named",
  all: () => true,
};

class NetworkPage {
  constructor(map, groups, points, base, looks, settings) {
    this.map = map;
    this.points = points;
    this.base = base;
    this.hidden = new Set();
    /** @type {any} what the card shows: `route` and `section` (ids), or `place` with its `spec` */
    this.chosen = {};
    this.readData();
    prepareMap(map, settings, () => this.showMain());
    // a chosen line must be able to stand above the card, which covers half of a narrow map
    if (!this.isWide()) map.setMaxBounds(L.latLngBounds(map.options.maxBounds).pad(0.7));
    this.lines = new RouteLines(map, groups, looks);
    this.addNames();
    base.context = pageData("data-context").map(({ text, style, pane }) =>
      packedLayer(text, style, pane),
    );
    this.addControls();
    this.addTooltips();
    this.addPoints();
    this.addPresets();
    this.addListeners();
  }

  readData() {
    this.routes = pageData("data-routes");
    this.labels = pageData("data-labels");
    this.time = pageData("data-years");
    this.cities = pageData("data-cities");
  }

  addNames() {
    this.pointNames = this.points.flatMap((spec) => markersOf(spec).map((m) => nameOf(m, spec)));
    this.lineNames = routeLabels(this.lines, this.routes, isLow);
    const first = this.lineNames.filter((item) => item.first);
    const others = this.lineNames.filter((item) => !item.first);
    const places = [...pageData("data-areas"), ...this.pointNames];
    const names = [...first, ...this.cities, ...others, ...places];
    this.names = new PlaceLabels(this.map, names);
  }

  addControls() {
    this.switches = all("[data-toggle]");
    for (const box of this.switches) {
      if (!box.checked) this.hidden.add(box.dataset.toggle);
      box.addEventListener("change", () => this.handleSwitch(box));
    }
    this.years = new YearBar(this.time, this.labels.ui, (year) => this.setYear(year));
    this.cardNode = one("#sheet-card");
    const data = { routes: this.routes, sources: pageData("data-sources"), labels: this.labels };
    this.card = new NetworkCard(data, this.lines, {
      codeOf: (section) => this.codeOf(section),
      select: (what, zoom) => this.select(what, zoom),
    });
  }

  codeOf(section) {
    return section.properties.stages[this.years.index];
  }

  routeNames(id) {
    return namesOf(this.routes[id]);
  }

  // ---- what is drawn

  redraw() {
    this.lines.redraw((section) => {
      const code = this.codeOf(section);
      const switches = [
        `route:${section.properties.route_id}`,
        `class:${section.group.key}`,
        `status:${code === "a" ? "o" : code}`,
        `tier:${this.tierOf(section)}`,
      ];
      return switches.some((key) => this.hidden.has(key)) ? "" : code;
    });
    this.nameVisible();
  }

  /** The routes of named groups, the other main lines, and all others. */
  tierOf(section) {
    const { group } = this.routes[section.properties.route_id];
    if (this.labels.named.includes(group)) return "named";
    return isLow(section) ? "low" : "high";
  }

  isDrawn(route) {
    return Boolean(this.routes[route]?.sections.some((id) => this.lines.sections[id]?.stage));
  }

  /** Routes are named, and places shown, where something of them is drawn in the year. */
  nameVisible() {
    for (const item of this.lineNames) item.hidden = !this.isDrawn(item.route);
    for (const spec of this.points) this.places[spec.key].keep((feature) => this.isThere(feature));
    this.namePoints();
    this.names.place();
  }

  /** When a place without routes opened is not known: it stands from the day of the page on. */
  isThere({ properties }) {
    const { routes } = properties;
    if (!routes?.length) return this.years.year >= Number(this.time.day.slice(0, 4));
    return routes.some((id) => this.isDrawn(id));
  }

  namePoints() {
    for (const item of this.pointNames) {
      item.hidden = this.hidden.has(`points:${item.key}`) || !this.isThere(item.feature);
    }
  }

  handleSwitch(box) {
    this.toggle(box.dataset.toggle, box.checked);
    this.keepSwitches();
  }

  keepSwitches() {
    this.markPreset();
    const changed = this.switches.filter((other) => other.checked !== other.defaultChecked);
    setState({ layers: changed.map((other) => other.dataset.toggle).join(",") });
  }

  toggle(key, visible) {
    const [kind, name] = key.split(":");
    if (visible) this.hidden.delete(key);
    else this.hidden.add(key);
    if (key === "base:labels") this.names.show(visible);
    else if (kind === "base") this.toggleBase(name, visible);
    else if (kind === "points") this.togglePoints(name, visible);
    else this.redraw();
  }

  toggleBase(name, visible) {
    for (const layer of this.base[name] || []) {
      if (visible) layer.addTo(this.map);
      else layer.remove();
    }
  }

  togglePoints(name, visible) {
    this.places[name].show(visible);
    this.namePoints();
    this.names.place();
  }

  // ---- presets

  addPresets() {
    this.presets = all("[data-preset]");
    onButton("preset", (name) => this.applyPreset(name));
  }

  applyPreset(name) {
    for (const box of this.switches) {
      const [kind, key] = box.dataset.toggle.split(":");
      if (kind === "class" || kind === "tier") box.checked = PRESETS[name](kind, key);
      else if (kind === "route") box.checked = true;
      else continue;
      if (box.checked) this.hidden.delete(box.dataset.toggle);
      else this.hidden.add(box.dataset.toggle);
    }
    this.redraw();
    this.keepSwitches();
  }

  /** The preset that the switches show, if it is one. */
  markPreset() {
    const shown = this.switches.filter((box) => /^(class|tier|route):/.test(box.dataset.toggle));
    for (const button of this.presets) {
      const wanted = PRESETS[button.dataset.preset];
      const isOn = shown.every((box) => {
        const [kind, key] = box.dataset.toggle.split(":");
        return box.checked === (kind === "route" || wanted(kind, key));
      });
      button.setAttribute("aria-pressed", String(isOn));
    }
  }

  // ---- year

  setYear(value, { keepAddress = false } = {}) {
    this.years.set(value);
    this.years.tell(this.openings());
    this.redraw();
    this.fillFigures();
    for (const cell of all("[data-stage-of]")) {
      cell.replaceChildren(statusMark(this.codeOf(this.lines.sections[cell.dataset.stageOf])));
    }
    if (!this.cardNode.hidden) this.fillCard();
    if (!keepAddress) setState({ year: this.years.year });
  }

  openings() {
    const { lines, routes, labels, years } = this;
    return openingsText(openingsIn(lines.list, routes, labels.named, years.index));
  }

  fillFigures() {
    const figures = this.time.figures[this.years.index];
    one(".figures-year").textContent = this.years.year;
    for (const cell of all("[data-figure]")) {
      const [kind, name] = cell.dataset.figure.split(":");
      const { [name]: value = 0 } = figures[kind];
      const { top } = cell.dataset;
      cell.textContent = value === null ? "–" : grouped(value);
      if (top) cell.parentNode.style.setProperty("--share", `${(100 * value) / top}%`);
    }
  }

  // ---- card

  fillCard() {
    this.cardNode.replaceChildren(...this.card.content(this.chosen));
  }

  /** Shows a route, one of its sections, or a place; null closes the card. */
  select(what, zoom = false) {
    this.chosen = what || {};
    this.cardNode.hidden = !what;
    this.cardNode.classList.toggle("up", Boolean(what));
    if (what) {
      this.fillCard();
      this.cardNode.scrollTop = 0;
      this.openSheet("sheet-card");
    }
    const ids = this.chosenSections();
    this.lines.highlight(ids);
    setState({ route: this.chosen.route || null, section: this.chosen.section || null });
    if (zoom && ids.length) this.fit(this.lines.boundsOf(ids));
  }

  chosenSections() {
    const { route, section } = this.chosen;
    if (section) return [section];
    return route ? this.routes[route].sections : [];
  }

  isWide() {
    return this.map.getSize().x > 900;
  }

  showMain() {
    const bounds = this.lines.mainBounds();
    const [side, bottom] = this.isWide() ? [262, 84] : [4, 4];
    if (!bounds.isValid()) return;
    this.map.fitBounds(bounds, {
      animate: false,
      paddingTopLeft: [side, 8],
      paddingBottomRight: [side, bottom],
    });
  }

  fit(bounds) {
    const wide = this.isWide();
    this.map.fitBounds(bounds, {
      maxZoom: Math.max(11, this.map.options.zoom + 2),
      animate: !reducedMotion.matches,
      paddingTopLeft: [wide ? 300 : 24, 60],
      paddingBottomRight: [wide ? 300 : 24, wide ? 120 : this.coveredByCard() + 12],
    });
  }

  /** How much of a narrow map lies under the card, in pixels. */
  coveredByCard() {
    const map = this.map.getContainer().getBoundingClientRect();
    const card = this.cardNode.getBoundingClientRect();
    return card.height ? Math.max(0, Math.min(map.bottom - card.top, map.height * 0.7)) : 0;
  }

  // ---- pointing at lines and places

  addTooltips() {
    const { lines, map } = this;
    for (const section of lines.list) {
      const { route_id: route } = section.properties;
      const tooltip = () => tooltipOf(this.routeNames(route), statusMark(this.codeOf(section)));
      section.hit.bindTooltip(tooltip, { sticky: true, direction: "top", offset: [0, -6] });
      section.hit.on("click", () => this.select({ route, section: section.id }));
    }
    map.on("click", () => {
      if (!this.cardNode.hidden) this.select(null);
    });
  }

  addPoints() {
    this.places = {};
    for (const spec of this.points) {
      this.places[spec.key] = new PointLayer(this.map, spec, {
        onClick: (feature) => this.select({ place: feature, spec }),
        tooltip: (properties) => element("b", {}, bilingual(namesOf(properties))),
      });
    }
  }

  // ---- search

  searchEntries() {
    const routes = Object.entries(this.routes).map(([id, route]) => this.routeEntry(id, route));
    const cities = this.cities.map((city) => this.cityEntry(city));
    const places = this.points.flatMap((spec) =>
      markersOf(spec).map((marker) => this.placeEntry(marker, spec)),
    );
    return [...routes, ...cities, ...places];
  }

  routeEntry(id, route) {
    const ref = route.ref || "";
    return searchEntry(namesOf(route), [...namesOf(route), ref, id, ...route.pinyin], {
      note: ref,
      color: this.lines.sections[route.sections[0]].group.color,
      go: () => this.select({ route: id }, true),
    });
  }

  cityEntry(city) {
    return searchEntry([city.zh, city.en], [city.zh, city.en, city.id, ...city.pinyin], {
      note: bilingual(this.card.label("kind", "city")),
      go: () => this.map.setView(city.at, 10, { animate: !reducedMotion.matches }),
    });
  }

  placeEntry(marker, spec) {
    const { id, properties } = marker.feature;
    const names = namesOf(properties);
    const more = spec.key === "station" ? stationNames(names) : [];
    return searchEntry(names, [...names, id, ...properties.pinyin, ...more], {
      rank: 0.5,
      note: bilingual(this.card.label("kind", spec.key)),
      go: () => {
        this.map.setView(marker.getLatLng(), 12, { animate: !reducedMotion.matches });
        this.select({ place: marker.feature, spec });
      },
    });
  }

  // ---- panels on small screens

  openSheet(open) {
    for (const button of all("[data-sheet]")) {
      const isOpen = button.dataset.sheet === open;
      button.setAttribute("aria-expanded", String(isOpen));
      document.getElementById(button.dataset.sheet).classList.toggle("up", isOpen);
    }
    this.cardNode.classList.toggle("up", open === "sheet-card");
  }

  handleSheetButton(button) {
    const isOpen = button.getAttribute("aria-expanded") === "true";
    this.openSheet(isOpen ? null : button.dataset.sheet);
    if (!isOpen && button.dataset.sheet === "sheet-search") this.search.focus();
  }

  // ---- listeners and state

  addListeners() {
    document.addEventListener("click", (event) => this.handleTableClick(event));
    this.search = new SearchBox(this.searchEntries(), this.labels.ui.none, () => {
      one("#sheet-search").classList.remove("up");
      this.openSheet(null);
    });
    for (const button of all("[data-sheet]")) {
      button.addEventListener("click", () => this.handleSheetButton(button));
    }
    onEscape(() => {
      if (this.search.isOpen) this.search.close();
      else if (this.cardNode.hidden) this.openSheet(null);
      else this.select(null);
    });
    onLanguageChange(() => this.translate());
    onAddressChange(() => this.restore());
  }

  handleTableClick(event) {
    const button = event.target.closest("[data-section]");
    if (!button) return;
    const { section } = button.dataset;
    one(".stage-area").scrollIntoView();
    this.select({ route: this.lines.sections[section].properties.route_id, section }, true);
    this.cardNode.focus({ preventScroll: true });
  }

  translate() {
    this.search.translate();
    this.years.label();
  }

  restore() {
    const state = getState();
    this.restoreSwitches((state.get("layers") || "").split(","));
    const year = state.get("year") || "";
    this.setYear(/^\d{4}$/.test(year) ? Number(year) : this.time.start, { keepAddress: true });
    const section = this.lines.sections[state.get("section")];
    const route = section ? section.properties.route_id : state.get("route");
    if (ownValue(this.routes, route)) this.select({ route, section: section?.id }, true);
    else if (!this.cardNode.hidden) this.select(null);
  }

  // ---- words for what is shown

  /** A year means its end, that of the page its day. */
  when() {
    const { year, time } = this.years;
    const isDayOfPage = String(year) === time.day.slice(0, 4);
    return isDayOfPage ? sameInBoth(time.day) : [`${year} 年底`, `end of ${year}`];
  }

  /** @returns {import("./dom.js").Label} */
  title() {
    const [[zh, en], when] = [pageTitle(), this.when()];
    return [`${zh}，${when[0]}`, `${en}, ${when[1]}`];
  }

  /** @returns {import("./dom.js").Label} */
  caption() {
    const { km } = this.time.figures[this.years.index];
    const [zh, en] = this.when();
    const lengths = Object.keys(this.labels.class)
      .filter((key) => km[key])
      .map((key) => [key, km[key]]);
    const open = joined(
      lengths.map(([key, length]) =>
        this.card.label("class", key).map((name) => `${name} ${grouped(length)} km`),
      ),
    );
    const rules = this.years.year > Number(this.time.day.slice(0, 4));
    const sentences = [
      [`${zh}已通车：${open[0]}。`, `Open, ${en}: ${open[1]}.`],
      rules
        ? [
            "将来的年份按各路段预计通车年份。",
            "Later years go by the expected opening of each section.",
          ]
        : null,
      this.openingSentence(),
      this.chosenSentence(),
    ].filter(Boolean);
    return [sentences.map((one) => one[0]).join(""), sentences.map((one) => one[1]).join(" ")];
  }

  openingSentence() {
    const [zh, en] = this.openings();
    return zh ? [`当年${zh}。`, `In that year ${en}.`] : null;
  }

  chosenSentence() {
    const { route, place } = this.chosen;
    const names = route
      ? this.routeNames(route)
      : place
        ? namesOf(place.feature?.properties ?? place.properties)
        : null;
    return names ? [`所选：${names[0]}。`, `Chosen: ${names[1]}.`] : null;
  }

  restoreSwitches(changed) {
    for (const box of this.switches) {
      const isChanged = changed.includes(box.dataset.toggle);
      const visible = isChanged ? !box.defaultChecked : box.defaultChecked;
      if (visible === box.checked) continue;
      box.checked = visible;
      this.toggle(box.dataset.toggle, visible);
    }
    this.markPreset();
  }
}

/** What people also call a station. @param {import("./dom.js").Label} names */
const stationNames = ([zh, en]) => [`${zh}站`, `${en} Railway Station`, `${en} Station`];

/** @returns {any[]} */
const markersOf = (spec) => spec.layer.getLayers();

function nameOf(marker, spec) {
  const [zh, en] = namesOf(marker.feature.properties);
  const { lat, lng } = marker.getLatLng();
  const zoom = NAME_ZOOM[spec.key] || 12;
  const at = [lat, lng];
  return { zh, en, at, kind: "point", key: spec.key, zoom, feature: marker.feature };
}

export function network(map, groups, points, base, looks, settings) {
  startPage();
  const page = new NetworkPage(map, groups, points, base, looks, settings);
  page.translate();
  page.showMain();
  page.restore();
  addPublishing("network", { title: () => page.title(), caption: () => page.caption() });
  markReady();
}
