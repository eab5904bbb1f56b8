// What a plan changes: counties on the map, people within two hours, links, pairs, kilometres.
import { setState } from "./address.js";
import { all, bilingual, element, one } from "./dom.js";
import { pick } from "./language.js";
import { fixed, people, signed, withUnit } from "./numbers.js";
import { areaLegend, CountyAreas, tooltipOf } from "./plan-areas.js";
import { duration } from "./plan-legs.js";

const VIEWS = ["change", "before", "after"];
const NOTHING = { edits: [] };
/** Pairs that are listed, and the least change in minutes that counts. */
const [MOST_PAIRS, LEAST] = [10, 0.05];
const MIN = ["分钟", "min"];

/** Means of rows of minutes weighted by people, over what is reached in both. */
function means(before, after, weights) {
  const count = weights.length;
  return Array.from({ length: before.length / count }, (_, i) => {
    const sums = [0, 0, 0];
    for (let j = 0; j < count; j++) {
      const [a, b] = [before[i * count + j], after[i * count + j]];
      if (!Number.isFinite(a) || !Number.isFinite(b)) continue;
      sums[0] += a * weights[j];
      sums[1] += b * weights[j];
      sums[2] += weights[j];
    }
    return [sums[0] / sums[2], sums[1] / sums[2]];
  });
}

export class Results {
  /** @param {any} page */
  constructor(page) {
    this.page = page;
    this.box = one("#plan-results");
    this.turn = 0;
    this.view = VIEWS[0];
    this.origin = "";
    const { zones, cities } = page.catalogue;
    this.zones = zones;
    this.cities = cities;
    this.areas = new CountyAreas(page.map, zones, page.settings, (zone) => this.tooltip(zone));
    for (const button of all("[data-view]")) {
      button.addEventListener("click", () => this.setView(button.dataset.view));
    }
  }

  restore(state) {
    const view = state.get("view");
    this.view = VIEWS.includes(view) ? view : VIEWS[0];
    this.origin = this.cities.some(({ id }) => id === state.get("of")) ? state.get("of") : "";
    this.pressView();
  }

  setView(view) {
    this.view = view;
    setState({ view: view === VIEWS[0] ? null : view });
    this.pressView();
    this.paint();
    this.page.fillLegend();
  }

  pressView() {
    for (const button of all("[data-view]")) {
      button.setAttribute("aria-pressed", String(button.dataset.view === this.view));
    }
  }

  hide() {
    this.areas.paint(null);
  }

  /** What the counties are coloured by: without a plan there is no difference. */
  get shown() {
    return this.page.store.isEmpty ? "before" : this.view;
  }

  legend() {
    return [areaLegend(this.shown === "change")];
  }

  // ---- computing

  async refresh() {
    one(".views").hidden = this.page.store.isEmpty;
    this.turn += 1;
    const { turn } = this;
    const { plan, date, mode, engine } = this.page;
    const [zones, cities] = [this.zones, this.cities].map(settledEnds);
    const table = (one, from, to) => engine.call("table", one, date, mode, from, to);
    const both = (from, to) => Promise.all([NOTHING, plan].map((one) => table(one, from, to)));
    const targets = this.origin ? [{ city: this.origin }] : cities;
    const [before, after] = await both(zones, targets);
    if (turn !== this.turn) return;
    const weights = this.origin ? [1] : this.cities.map(({ population }) => population);
    this.values = means(before, after, weights);
    this.paint();
    const pairs = await both(cities, cities);
    const counts = await Promise.all([NOTHING, plan].map((one) => this.counts(one)));
    if (turn !== this.turn) return;
    this.pairs = pairs;
    this.counted = counts;
    this.fill();
  }

  /** Kilometres, crossings, independent links and people within two hours of the main cities. */
  async counts(plan) {
    const { engine, date, mode, settings, catalogue } = this.page;
    const zones = settledEnds(this.zones);
    const found = { people: [], summary: await engine.call("summary", plan, date, mode) };
    for (const city of settings.cores) {
      const times = await engine.call("table", plan, date, mode, [{ city }], zones);
      found.people.push(await engine.call("people", times, mode));
    }
    const [a, b] = catalogue.regions;
    if (b) {
      found.crossings = await engine.call("crossings", plan, date);
      found.links = await engine.call("independentLinks", plan, date, mode, a.id, b.id);
    }
    return found;
  }

  // ---- the map

  paint() {
    if (!this.values || this.page.tab !== "plan") return;
    const column = { before: ([a]) => a, after: ([, b]) => b, change: ([a, b]) => b - a }[
      this.shown
    ];
    this.areas.paint(this.values.map(column), this.shown === "change");
  }

  tooltip(zone) {
    const [before, after] = this.values[this.zones.indexOf(zone)];
    const from = this.origin ? this.cities.find(({ id }) => id === this.origin).name : null;
    const what = from ? [`到${from[0]}`, `to ${from[1]}`] : ["到各城市平均", "mean to the cities"];
    const text = withUnit(`${fixed(before, 0)} → ${fixed(after, 0)}`, MIN);
    const change = signed(after - before, 1);
    return tooltipOf(zone.name, [
      [`${what[0]} ${text[0]}（${change}）`, `${what[1]} ${text[1]} (${change})`],
    ]);
  }

  // ---- the panel

  fill() {
    if (!this.pairs) return;
    const changes = this.changes();
    const isSame = !changes.gains.length && !changes.losses.length;
    const same = /** @type {[string, string]} */ (
      this.page.store.isEmpty
        ? [
            "还没有改动：上面选一个方案、改一个项目，或点地图上的线。",
            "Nothing is changed yet: choose a plan or a project above, or click a line on the map.",
          ]
        : [
            "在所看的年份，这个方案不改变任何城市之间的时间。",
            "In the year shown the plan changes no time between cities.",
          ]
    );
    this.box.replaceChildren(
      element(
        "h3",
        {},
        bilingual(["结果", "Results"]),
        " ",
        element("small", {}, bilingual(this.page.years.label)),
      ),
      ...(isSame ? [element("p", { class: "hint" }, bilingual(same))] : []),
      this.originChoice(),
      ...(this.page.store.isEmpty ? [] : [this.comparison()]),
      ...(isSame ? [] : [this.pairTables(changes)]),
      ...this.planTable(),
    );
  }

  /** The minutes of the map: to all cities, or from one. */
  originChoice() {
    const option = ({ id, name }) =>
      element("option", { value: id, selected: id === this.origin }, pick(name));
    const choices = [{ id: "", name: ["所有城市（平均）", "all cities (mean)"] }, ...this.cities];
    const choose = element("select", {}, choices.map(option));
    choose.addEventListener("change", () => {
      this.origin = choose.value;
      setState({ of: this.origin || null });
      this.refresh();
    });
    return element(
      "label",
      { class: "of" },
      bilingual(["地图：各区县到", "Map: counties to"]),
      choose,
    );
  }

  /** Before and after side by side. */
  comparison() {
    const [before, after] = this.counted;
    const rows = [
      this.meanRow(),
      ...this.peopleRows(before, after),
      ...this.countRows(before, after),
    ];
    const heads = [
      ["", ""],
      ["之前", "Before"],
      ["之后", "After"],
      ["差异", "Difference"],
    ];
    const head = heads.map((label, i) =>
      element("th", { scope: "col", class: i ? "num" : null }, bilingual(label)),
    );
    return element(
      "div",
      { class: "scroll" },
      element(
        "table",
        { class: "sides" },
        element(
          "caption",
          { class: "visually-hidden" },
          bilingual(["之前与之后", "Before and after"]),
        ),
        element("thead", {}, element("tr", {}, head)),
        element("tbody", {}, rows.filter(Boolean)),
      ),
    );
  }

  static row(label, [before, after], difference, isGain) {
    const kind = isGain === null ? null : isGain ? "gain" : "loss";
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, bilingual(label)),
      element("td", { class: "num" }, before),
      element("td", { class: "num" }, after),
      element("td", { class: "num" }, element("em", { class: kind }, difference)),
    );
  }

  meanRow() {
    const weights = this.cities.map(({ population }) => population);
    const rows = means(this.pairs[0], this.pairs[1], weights);
    const total = weights.reduce((sum, value) => sum + value, 0);
    const mean = [0, 1].map(
      (k) => rows.reduce((sum, row, i) => sum + row[k] * weights[i], 0) / total,
    );
    const change = mean[1] - mean[0];
    /** @type {any} */
    const texts = mean.map((value) => fixed(value, 1));
    const isGain = Math.abs(change) < LEAST ? null : change < 0;
    return Results.row(
      ["城市间平均（分钟）", "Mean between cities (min)"],
      texts,
      signed(change, 1),
      isGain,
    );
  }

  peopleRows(before, after) {
    const { cores } = this.page.settings;
    return cores.map((id, i) => {
      const { name } = this.cities.find((city) => city.id === id);
      const [a, b] = [before, after].map((one) => one.people[i]);
      const change = b.value - a.value;
      const text = ({ value, low, high }) => {
        const [from, to] = [people(low), people(high)];
        const range = /** @type {[string, string]} */ ([0, 1].map((k) => `${from[k]}–${to[k]}`));
        return [bilingual(people(value)), element("small", {}, bilingual(range))];
      };
      const label = [`${name[0]} 2 小时内人口`, `People within 2 h of ${name[1]}`];
      const isGain = Math.abs(change) < 500 ? null : change > 0;
      return Results.row(
        label,
        [text(a), text(b)],
        bilingual(people(change, { withSign: true })),
        isGain,
      );
    });
  }

  countRows(before, after) {
    const number = (label, a, b, digits = 0) => {
      const isGain = Math.abs(b - a) < 0.5 ? null : b > a;
      return Results.row(
        label,
        [fixed(a, digits), fixed(b, digits)],
        signed(b - a, digits),
        isGain,
      );
    };
    const { labels } = this.page.settings;
    const kinds = [...new Set([before, after].flatMap((one) => Object.keys(one.summary.km)))];
    const changed = kinds.filter(
      (key) => Math.abs((after.summary.km[key] ?? 0) - (before.summary.km[key] ?? 0)) >= 0.5,
    );
    const km = changed.map((key) => {
      const [zh, en] = labels.class[key] ?? [key, key];
      return number(
        [`${zh}（公里）`, `${en} (km)`],
        before.summary.km[key] ?? 0,
        after.summary.km[key] ?? 0,
      );
    });
    if (!before.links) return km;
    const [a, b] = this.page.catalogue.regions.map(({ name }) => name);
    const between = (zh, en) => [`${a[0]}–${b[0]} ${zh}`, `${en} ${a[1]}–${b[1]}`];
    return [
      number(between("独立通路", "Independent links"), before.links.count, after.links.count),
      number(between("跨界通道", "Crossings"), before.crossings.length, after.crossings.length),
      ...km,
    ];
  }

  // ---- pairs of cities

  changes() {
    const [before, after] = this.pairs;
    const count = this.cities.length;
    const list = [];
    for (let i = 0; i < count; i++) {
      for (let j = i + 1; j < count; j++) {
        const at = i * count + j;
        const change = after[at] - before[at];
        if (Number.isFinite(change) && Math.abs(change) >= LEAST)
          list.push({ i, j, change, before: before[at], after: after[at] });
      }
    }
    list.sort((a, b) => a.change - b.change);
    return {
      gains: list.filter(({ change }) => change < 0).slice(0, MOST_PAIRS),
      losses: list
        .filter(({ change }) => change > 0)
        .toReversed()
        .slice(0, MOST_PAIRS),
    };
  }

  pairTables({ gains, losses }) {
    const table = (pairs, label) =>
      pairs.length
        ? element(
            "div",
            {},
            element("h3", {}, bilingual(label)),
            element(
              "ol",
              { class: "pairs" },
              pairs.map((pair) => this.pair(pair)),
            ),
          )
        : null;
    return element(
      "div",
      { class: "both" },
      table(gains, ["缩短最多的", "Nearer by most"]),
      table(losses, ["变长最多的", "Farther by most"]),
    );
  }

  /** A pair, which opens as a journey. */
  pair({ i, j, change, before, after }) {
    const [a, b] = [this.cities[i], this.cities[j]];
    const listener = () => {
      setState({ from: `city:${a.id}`, to: `city:${b.id}` });
      this.page.setTab("journey");
    };
    const [one, other] = [duration(before), duration(after)];
    const times = /** @type {[string, string]} */ ([0, 1].map((k) => `${one[k]} → ${other[k]}`));
    return element(
      "li",
      {},
      element(
        "button",
        { type: "button", class: "link", on: { click: listener } },
        bilingual([`${a.name[0]}–${b.name[0]}`, `${a.name[1]}–${b.name[1]}`]),
      ),
      element("em", { class: change < 0 ? "gain" : "loss" }, signed(change, 0)),
      element("small", {}, bilingual(times)),
    );
  }

  // ---- several plans

  /** The plans that are open, each with what it came to when it was last shown. */
  planTable() {
    const { store } = this.page;
    store.list[store.at].summary = this.summary();
    const known = store.list.filter(({ summary }) => summary);
    if (known.length < 2) return [];
    const heads = [
      ["方案", "Plan"],
      ["年份", "Year"],
      ["平均分钟", "Mean min"],
      ...this.coreNames().map(([zh, en]) => [`${zh} 2 小时`, `${en} 2 h`]),
    ];
    const head = heads.map((label, i) =>
      element(
        "th",
        { scope: "col", class: i ? "num" : null },
        bilingual(/** @type {any} */ (label)),
      ),
    );
    const table = element(
      "table",
      {},
      element("thead", {}, element("tr", {}, head)),
      element("tbody", {}, known.map(planRow)),
    );
    return [
      element("h3", {}, bilingual(["各方案比较", "Plans compared"])),
      element("div", { class: "scroll" }, table),
    ];
  }

  coreNames() {
    const { cores } = this.page.settings;
    return cores.map((id) => this.cities.find((city) => city.id === id).name);
  }

  summary() {
    const [before, after] = this.counted;
    const weights = this.cities.map(({ population }) => population);
    const total = weights.reduce((sum, value) => sum + value, 0);
    const rows = means(this.pairs[0], this.pairs[1], weights);
    const mean = rows.reduce((sum, [a, b], i) => sum + (b - a) * weights[i], 0) / total;
    return {
      label: bilingual(this.page.years.label),
      mean,
      people: after.people.map(({ value }, i) => value - before.people[i].value),
    };
  }

  translate() {
    this.fill();
  }
}

/** What a plan came to, as a row. */
function planRow({ plan, summary }) {
  const number = (content) => element("td", { class: "num" }, content);
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, bilingual([plan.name, plan.name_en])),
    number(summary.label),
    number(signed(summary.mean, 1)),
    summary.people.map((value) => number(bilingual(people(value, { withSign: true })))),
  );
}

/** Ends as the engine takes them; counties are told from cities by what they have. */
export const settledEnds = (list) =>
  list.map(({ id, node }) => ({ [String(node).split(":")[0]]: id }));
