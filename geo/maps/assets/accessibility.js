// The page of accessibility: circles by indicator, isochrones of a city on two dates.
import { ModeLines, ReachAreas } from "./accessibility-areas.js";
import { CityCard } from "./accessibility-card.js";
import { CityCircles } from "./accessibility-circles.js";
import { CountyMeans } from "./accessibility-counties.js";
import { AccessibilityData, plain } from "./accessibility-data.js";
import { AccessibilityLegend } from "./accessibility-legend.js";
import { getState, onAddressChange, setState } from "./address.js";
import { ChoiceCard, markRows, onRow } from "./choice.js";
import {
  all,
  bilingual,
  element,
  markReady,
  onButton,
  onEscape,
  one,
  pageData,
  pressButton,
} from "./dom.js";
import { keepFocus } from "./focus.js";
import { PlaceLabels } from "./labels.js";
import { isEnglish, onLanguageChange, pick, textsOf } from "./language.js";
import { createPanes, prepareMap, reducedMotion } from "./map.js";
import { people } from "./numbers.js";
import { startPage } from "./page.js";
import { addPublishing } from "./publish.js";

const PANES = {
  "counties-reached": 375,
  areas: 380,
  gains: 382,
  ways: 390,
  outlines: 395,
  cities: 460,
  home: 465,
};
/** Pixels below which the map has no room for an open legend. */
const SMALL = 560;

class AccessibilityPage {
  constructor(map, settings) {
    this.map = map;
    this.frame = map.getContainer();
    this.findParts();
    this.labels = null;
    this.data = new AccessibilityData();
    this.state = {
      now: { indicator: "", view: "", mode: "" },
      chosen: null,
      only: 0,
      shownDates: [true, true],
    };
    prepareMap(map, settings, () => this.showAll());
    createPanes(map, PANES, "cities");
    map.getPane("counties-reached").style.pointerEvents = "auto";
    this.addDrawings();
    this.addListeners();
  }

  findParts() {
    this.card = new ChoiceCard();
    this.cityBox = one("#city");
    this.searchBox = one("#find");
  }

  addDrawings() {
    const { map, data, state } = this;
    this.circles = new CityCircles(map, data, state, (i) => this.choose(i, { fromMap: true }));
    this.counties = new CountyMeans(map, data, state);
    this.lines = new ModeLines(map, data, state);
    this.areas = new ReachAreas(map, data, state);
    this.legend = new AccessibilityLegend(data, state, this.circles, () => this.counties.isShown);
    this.cityCard = new CityCard(data, state, {
      onClose: () => this.leave(),
      onLimit: (limit) => this.setLimit(limit),
      onDates: () => {
        this.areas.draw();
        this.legend.fill();
      },
    });
  }

  fillCard() {
    const { node } = this.card;
    keepFocus(node, () => node.replaceChildren(...this.cityCard.content()));
  }

  // ---- choices

  choose(i, { fromMap = false } = {}) {
    this.state.chosen = i;
    this.cityBox.value = String(i);
    markRows(all(`tr[data-city="${i}"]`));
    this.frame.classList.add("has-choice");
    this.lines.draw();
    this.counties.draw();
    const bounds = this.areas.draw();
    this.card.fill(this.cityCard.content());
    this.legend.fill();
    setState({ city: this.data.cities[i][0] });
    if (!fromMap || !this.map.getBounds().contains(bounds)) this.lookAt(bounds);
    this.labels?.place();
  }

  leave() {
    if (this.state.chosen === null) return;
    this.card.clear();
    this.state.chosen = null;
    this.cityBox.value = "";
    markRows([]);
    this.frame.classList.remove("has-choice");
    this.areas.draw();
    this.lines.draw();
    this.counties.draw();
    this.legend.fill();
    setState({ city: null });
    this.labels?.place();
  }

  setLimit(limit) {
    this.state.only = limit;
    setState({ min: limit || null });
    if (this.state.chosen === null) return;
    this.areas.draw();
    this.fillCard();
    this.legend.fill();
  }

  /** Changes indicator, view or mode. */
  set(changes, { keepAddress = false } = {}) {
    const { now } = this.state;
    Object.assign(now, changes);
    this.pressButtons();
    one("main").dataset.indicator = now.indicator;
    for (const block of all("[data-cities]")) block.hidden = block.dataset.cities !== now.mode;
    one("[data-jump]")?.setAttribute("href", `#cities-${now.mode}`);
    if (now.mode) this.draw();
    else {
      this.lines.draw();
      this.legend.fill();
    }
    if (now.mode && !keepAddress) setState(changes);
    this.labels?.place();
  }

  pressButtons() {
    for (const [key, value] of Object.entries(this.state.now)) pressButton(key, value);
  }

  draw() {
    this.circles.draw();
    this.counties.draw();
    this.lines.draw();
    this.areas.draw();
    this.legend.fill();
    if (this.state.chosen !== null) this.fillCard();
  }

  // ---- the view

  /** Beside the open legend where that costs no zoom; a chosen city always. */
  lookAt(bounds) {
    const isWide = this.frame.clientWidth > SMALL;
    const legend = one(".key-list");
    const top = legend.offsetTop - one(".over > .switch").offsetTop + 6;
    const right = isWide ? 40 : 12;
    const paddings = isWide && legend.open ? [legend.offsetWidth + 24, 100, 30] : [12];
    const zoomWith = (left) =>
      this.map.getBoundsZoom(bounds, false, L.point(left + right, top + 36));
    const best = zoomWith(paddings.at(-1));
    const isFree = (left) => this.state.chosen !== null || zoomWith(left) === best;
    this.map.fitBounds(bounds, {
      animate: this.labels !== null && !reducedMotion.matches,
      maxZoom: Math.max(10, this.map.options.zoom + 1),
      paddingTopLeft: [paddings.find(isFree), top],
      paddingBottomRight: [right, 36],
    });
  }

  showAll() {
    const { data } = this;
    if (!data.cities.length) return;
    this.lookAt(L.latLngBounds(data.cityIndices.map((i) => data.at(i))));
  }

  addNames() {
    const { data, circles, state } = this;
    const names = pageData("data-cities");
    const indices = new Map(data.cities.map(([id], i) => [id, i]));
    this.labels = new PlaceLabels(this.map, [...names, ...pageData("data-areas")], () => {
      for (const label of names) {
        const i = indices.get(label.id);
        label.gap = circles.radius(i) + 4;
        label.over = label.kind === "metropolis";
        label.hidden = i === state.chosen;
      }
      return circles.obstacles();
    });
  }

  // ---- choosing a city by its name

  listCities() {
    const { data } = this;
    const nameOf = (i) => data.name(i)[1];
    const indices = data.cityIndices.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    const options = indices.map((i) => {
      const [zh, en] = data.name(i);
      const text = isEnglish() ? en : `${en.charAt(0).toUpperCase()} ${zh}`;
      return element("option", { value: String(i) }, text);
    });
    const first = element("option", { value: "" }, pick(["按拼音选择…", "Choose…"]));
    this.cityBox.replaceChildren(first, ...options);
    this.cityBox.value = this.state.chosen === null ? "" : String(this.state.chosen);
  }

  search() {
    const wanted = plain(this.searchBox.value);
    const hits = this.data.cityIndices.filter((i) => this.data.matches(i, wanted));
    for (const row of all("tr[data-city]")) row.hidden = !hits.includes(Number(row.dataset.city));
    const found = [
      `${hits.length} 个城市，回车选第一个`,
      `${hits.length} cities; Enter takes the first`,
    ];
    const message = hits.length ? found : ["没有找到", "Nothing found"];
    one("#hits").replaceChildren(...(wanted ? bilingual(message) : []));
  }

  chooseFirstHit() {
    const { mode } = this.state.now;
    const row = one(`[data-cities="${mode}"] tr[data-city]:not([hidden])`);
    if (row) this.choose(Number(row.dataset.city));
  }

  // ---- words for what is shown

  /** @returns {import("./dom.js").Label} */
  title() {
    const { now, chosen } = this.state;
    if (!now.mode) return ["", ""];
    const { name } = this.data.indicators[now.indicator];
    const [zh, en] = chosen === null ? name : this.data.name(chosen);
    const mode = textsOf(one(`button[data-mode="${now.mode}"]`));
    const view = textsOf(one(`button[data-view="${now.view}"]`));
    if (chosen === null) return [`${zh}：${mode[0]}，${view[0]}`, `${en}: ${mode[1]}, ${view[1]}`];
    return [`从${zh}能到哪里：${mode[0]}`, `How far one gets from ${en}: ${mode[1]}`];
  }

  /** @returns {import("./dom.js").Label} */
  caption() {
    const { data, state } = this;
    const [before, after] = data.dates;
    if (!state.now.mode) return ["", ""];
    const { name, unit } = data.indicators[state.now.indicator];
    if (state.chosen === null)
      return [
        `各城市的${name[0]}（${unit[0]}），门到门。日期：${before[0]} 与 ${after[0]}。`,
        `${name[1]} of every city (${unit[1]}), door to door. Dates: ${before[1]} and ${after[1]}.`,
      ];
    const reach = data.limits.map((limit, k) => {
      const [from, to] = data.modes[state.now.mode].within[state.chosen].map((byLimit) =>
        people(byLimit[k]),
      );
      return [`${limit} 分钟 ${from[0]} → ${to[0]}人`, `${limit} min ${from[1]} → ${to[1]} people`];
    });
    const [city, place] = data.name(state.chosen);
    return [
      `从${city}门到门可达人口，${before[0]} → ${after[0]}：${reach.map((row) => row[0]).join("，")}。`,
      `People reached from ${place}, door to door, ${before[1]} → ${after[1]}: ${reach.map((row) => row[1]).join(", ")}.`,
    ];
  }

  // ---- listeners and state

  addListeners() {
    this.addSearchListeners();
    this.addSwitchListeners();
    onRow("city", (city) => this.choose(Number(city)));
    this.map.on("click", () => this.leave());
    onEscape((event) => {
      if (event.target !== this.searchBox) this.leave();
    });
    onLanguageChange(() => this.listCities());
    window.addEventListener("beforeprint", () => {
      one(".key-list").open = true;
    });
  }

  addSearchListeners() {
    this.cityBox.addEventListener("change", () => {
      if (this.cityBox.value === "") this.leave();
      else this.choose(Number(this.cityBox.value));
    });
    for (const type of ["input", "compositionend"]) {
      this.searchBox.addEventListener(type, () => this.search());
    }
    this.searchBox.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || !this.searchBox.value) return;
      this.chooseFirstHit();
    });
  }

  addSwitchListeners() {
    if (!this.data.choices.mode.length) return;
    for (const key of Object.keys(this.state.now)) {
      onButton(key, (value) => this.set({ [key]: value }));
    }
  }

  restore() {
    const address = getState();
    const { now, chosen } = this.state;
    const { choices, limits, cities } = this.data;
    const changes = {};
    for (const [key, value] of Object.entries(now)) {
      const wanted = address.get(key);
      changes[key] = choices[key].includes(wanted) ? wanted : value || choices[key][0] || "";
    }
    const limit = Number(address.get("min"));
    this.state.only = limits.includes(limit) ? limit : 0;
    this.set(changes, { keepAddress: true });
    const city = cities.findIndex(([id]) => id === address.get("city"));
    if (city < 0 || !now.mode) this.leave();
    else if (city === chosen) this.fillCard();
    else this.choose(city);
  }
}

export function accessibility(map, settings) {
  startPage();
  const page = new AccessibilityPage(map, settings);
  page.listCities();
  if (page.frame.clientWidth < SMALL || page.frame.clientHeight < SMALL)
    one(".key-list").open = false;
  page.restore();
  if (page.state.chosen === null) page.showAll();
  page.addNames();
  onAddressChange(() => page.restore());
  addPublishing("accessibility", { title: () => page.title(), caption: () => page.caption() });
  markReady();
}
