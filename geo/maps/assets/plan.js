// The page that plans: journeys, changed networks and closures, computed by the engine in the page.
import { getState, onAddressChange, setState } from "./address.js";
import {
  all,
  bilingual,
  button,
  markReady,
  onButton,
  onEscape,
  one,
  pageData,
  pressButton,
  tooltipOf,
} from "./dom.js";
import { PlaceLabels, placeNames } from "./labels.js";
import { onLanguageChange } from "./language.js";
import { prepareMap } from "./map.js";
import { startPage } from "./page.js";
import { Breaking } from "./plan-break.js";
import { EngineClient } from "./plan-client.js";
import { Editor } from "./plan-editor.js";
import { Places } from "./plan-fields.js";
import { Journey } from "./plan-journey.js";
import { lineLegend } from "./plan-legend.js";
import { Legs } from "./plan-legs.js";
import { PlanMap } from "./plan-map.js";
import { PlanStore } from "./plan-store.js";
import { YearControl } from "./plan-years.js";
import { addPublishing } from "./publish.js";

const TABS = ["journey", "plan", "break"];

class PlanPage {
  constructor(map, settings) {
    this.map = map;
    this.settings = pageData("data-page");
    prepareMap(map, settings, () => this.lookAt(this.wholeRegion()));
    this.frame = map.getContainer();
    this.engine = new EngineClient();
    this.store = new PlanStore(() => this.planChanged());
    this.years = new YearControl(this.settings, (year) => {
      setState({ year: year || null });
      this.refresh();
    });
    this.modes = all("[data-mode]").map((button) => button.dataset.mode);
    if (!this.modes.length) this.modes = ["any"];
    [this.mode] = this.modes;
    this.tab = "";
  }

  async start() {
    this.catalogue = await this.engine.call("catalogue");
    this.places = new Places(this.catalogue, this.settings.pinyin);
    this.legs = new Legs(this.settings, this.catalogue);
    this.drawing = new PlanMap(this.map, this.settings, this.catalogue, {
      onSection: (id, at) => this.part.clickSection?.(id, at) ?? this.part.clickMap?.(at),
      tooltip: (section) => this.part.tooltip?.(section) ?? this.tooltip(section),
    });
    this.parts = {
      journey: new Journey(this),
      plan: new Editor(this),
      break: new Breaking(this),
    };
    this.addNames();
    this.addListeners();
    await this.restore();
  }

  get part() {
    return this.parts[this.tab];
  }

  get plan() {
    return this.store.plan;
  }

  get date() {
    return this.years.date;
  }

  /** The name of a mode on the buttons. */
  modeName(mode) {
    return mode === "any" ? ["最快", "Fastest"] : this.settings.labels.travel[mode];
  }

  tooltip({ properties }) {
    const route = this.legs.routes.get(properties.route);
    const speed = properties.speed ? ` · ${properties.speed} km/h` : "";
    const label = this.settings.labels.class[properties.class] ?? ["", ""];
    const kind = [label[0] + speed, label[1] + speed];
    return tooltipOf(route?.name ?? ["", ""], bilingual(kind));
  }

  // ---- what is shown

  setMode(mode) {
    this.mode = mode;
    setState({ mode: mode === this.modes[0] ? null : mode });
    this.pressMode();
    this.refresh();
  }

  pressMode() {
    pressButton("mode", this.mode);
  }

  setTab(tab) {
    this.showTab(tab);
    setState({ tab: tab === TABS[0] ? null : tab });
    this.part.restore?.();
    this.refresh();
  }

  showTab(tab) {
    if (tab === this.tab) return;
    this.part?.hide();
    this.tab = tab;
    for (const button of all("[data-tab]")) {
      const isOn = button.dataset.tab === tab;
      button.setAttribute("aria-selected", String(isOn));
      button.tabIndex = isOn ? 0 : -1;
    }
    for (const panel of all("[role=tabpanel]")) panel.hidden = panel.id !== tab;
    one("main").dataset.tab = tab;
    one(".views").hidden = true;
    one(".page .body").scrollTop = 0;
    if (tab !== "journey" && !getState().has("at")) this.lookAt(this.wholeRegion());
  }

  /** Draws the network of the date and lets the part shown compute. */
  async refresh() {
    this.underPlan();
    const { plan, date } = this;
    const calls = ["network", "drawnLines"].map((name) => this.engine.call(name, plan, date));
    const [network, drawn] = await Promise.all(calls);
    if (plan !== this.plan || date !== this.date) return;
    const { closed } = network;
    const lines = closed.length ? await this.engine.call("lines", plan, date, closed) : [];
    if (plan !== this.plan || date !== this.date) return;
    this.network = network;
    this.drawn = drawn;
    /** What the plan closes. */
    this.closed = { lines, circles: plan.edits.filter((edit) => edit.do === "close_area") };
    this.drawNetwork();
    await this.part.refresh();
    this.labels.place();
  }

  /** Sections that are open, and in the part that plans also those to come. */
  drawNetwork() {
    const assumed = new Set(this.network.assumed);
    const codes = {};
    for (const { section } of this.network.edges) codes[section] = assumed.has(section) ? "a" : "o";
    if (this.tab === "plan") {
      for (const { id, started } of this.catalogue.sections) {
        codes[id] ??= started && started <= this.date ? "c" : "p";
      }
    }
    const changed = this.plan.edits.flatMap((edit) => edit.sections ?? []);
    this.drawing.drawNetwork(codes, changed);
    this.drawing.drawDrawn(this.drawn);
    this.drawing.drawCuts(this.closed.lines, this.closed.circles);
    this.fillLegend();
  }

  planChanged() {
    this.parts?.plan.planChanged();
    this.refresh();
  }

  /** Beside a journey or a closure: which plan it is computed with. */
  underPlan() {
    const box = one(".under-plan");
    box.hidden = this.store.isEmpty || this.tab === "plan";
    const { name, name_en: english, edits } = this.plan;
    const text = [
      `按方案“${name}”（${edits.length} 处改动）`,
      `With the plan “${english}” (${edits.length} changes)`,
    ];
    const label = bilingual(["不用方案", "Without it"]);
    const leave = button(label, () => this.store.begin(), { class: "link" });
    box.replaceChildren(...bilingual(text), " ", leave);
  }

  /** The plan in a caption; nothing without one. */
  planName() {
    if (this.store.isEmpty) return ["", ""];
    const { name, name_en: english } = this.plan;
    return [`，方案“${name}”`, `, plan “${english}”`];
  }

  fillLegend() {
    const present = new Set(this.network.edges.map((edge) => edge.class));
    const isPlain = this.tab === "break" && this.part.tool === "squares";
    const lines = isPlain ? [] : [lineLegend(present, this.settings, this.tab)];
    one(".key-list div").replaceChildren(...(this.part.legend?.() ?? []), ...lines);
  }

  // ---- the view

  lookAt(bounds, animate = false) {
    if (!bounds.isValid()) return;
    const isWide = this.frame.clientWidth > 500;
    const legend = one(".key-list");
    const left = legend.open && isWide ? legend.offsetLeft + legend.offsetWidth + 20 : 30;
    this.map.fitBounds(bounds, {
      animate,
      maxZoom: Math.max(10, this.map.options.zoom + 1),
      paddingTopLeft: [left, 70],
      paddingBottomRight: [isWide ? 40 : 72, 90],
    });
  }

  wholeRegion() {
    const { zones, cities } = this.catalogue;
    const shown = cities.length ? cities : zones;
    return L.latLngBounds(shown.map(({ lat, lon }) => [lat, lon]));
  }

  addNames() {
    this.labels = new PlaceLabels(this.map, placeNames());
  }

  // ---- listeners and state

  addListeners() {
    onButton("mode", (mode) => this.setMode(mode));
    onButton("tab", (tab) => this.setTab(tab));
    one("[role=tablist]").addEventListener("keydown", (event) => this.moveTab(event));
    this.map.on("click", ({ latlng }) => this.part.clickMap?.(latlng));
    onEscape(() => {
      this.map.closePopup();
      this.part.escape?.();
    });
    onLanguageChange(() => {
      for (const part of Object.values(this.parts)) part.translate?.();
    });
    onAddressChange(() => this.restore());
  }

  moveTab(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const tab = TABS[(TABS.indexOf(this.tab) + by + TABS.length) % TABS.length];
    this.setTab(tab);
    one(`#tab-${tab}`).focus();
  }

  async restore() {
    const state = getState();
    const mode = state.get("mode");
    this.mode = this.modes.includes(mode) ? mode : this.modes[0];
    this.pressMode();
    this.years.set(Number(state.get("year")) || 0);
    await this.parts.plan.restorePlan(state.get("plan"));
    const tab = state.get("tab");
    this.showTab(TABS.includes(tab) ? tab : TABS[0]);
    this.part.restore?.();
    await this.refresh();
  }
}

export async function plan(map, settings) {
  startPage();
  const page = new PlanPage(map, settings);
  const legend = one(".key-list");
  if (page.frame.clientWidth < 500 || page.frame.clientHeight < 560) legend.open = false;
  await page.start();
  addPublishing("plan", { caption: () => page.part.caption() });
  markReady();
}
