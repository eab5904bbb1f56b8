// What a plan changes: counties on the map, people within two hours, links, pairs, kilometres.
import { setState } from "./address.js";
import {
  bilingual,
  button,
  element,
  onButton,
  one,
  pressButton,
  tableOf,
  tooltipOf,
} from "./dom.js";
import { keepFocus } from "./focus.js";
import { pick, translatedName } from "./language.js";
import { fixed, MINUTES, people, signed, withUnit } from "./numbers.js";
import { areaLegend, CountyAreas } from "./plan-areas.js";
import { duration } from "./plan-legs.js";

const VIEWS = ["change", "before", "after"];
const NOTHING = { edits: [] };
/** Pairs that are listed, and the least change in minutes that counts. */
const [MOST_PAIRS, LEAST] = [10, 0.05];

/** Minutes from every city to all cities and counties, before and after. */
class DoorTimes {
  /**
   * @param {any[]} cities
   * @param {number} width of a row: cities and counties
   * @param {Float64Array[]} both before and after
   */
  constructor(cities, width, both) {
    this.width = width;
    this.count = cities.length;
    this.people = cities.map(({ population }) => population);
    this.total = this.people.reduce((sum, value) => sum + value, 0);
    this.both = both;
  }

  /** Minutes before and after from a city to what stands in a column. */
  pair(city, column) {
    return this.both.map((times) => times[city * this.width + column]);
  }

  /** Means over the cities, weighted by people, of what is reached in both. */
  means(column, skip = -1) {
    const sums = [0, 0, 0];
    for (let city = 0; city < this.count; city++) {
      const [before, after] = this.pair(city, column);
      if (city === skip || !Number.isFinite(before + after)) continue;
      sums[0] += before * this.people[city];
      sums[1] += after * this.people[city];
      sums[2] += this.people[city];
    }
    return [sums[0] / sums[2], sums[1] / sums[2]];
  }

  /** The mean of the means of all cities. */
  overall() {
    const rows = this.people.map((_, city) => this.means(city, city));
    const mean = (k) => rows.reduce((sum, row, i) => sum + row[k] * this.people[i], 0) / this.total;
    return [mean(0), mean(1)];
  }

  /** Minutes from a city to all counties. */
  toZones(city, k) {
    const from = city * this.width + this.count;
    return this.both[k].slice(from, from + this.width - this.count);
  }
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
    onButton("view", (chosen) => this.setView(chosen));
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
    pressButton("view", this.view);
  }

  hide() {
    this.areas.paint(null);
  }

  /** What the counties are coloured by: without a plan there is no difference. */
  get shown() {
    return this.page.store.isEmpty ? "before" : this.view;
  }

  legend() {
    return [areaLegend(this.shown === "change", this.origin)];
  }

  // ---- computing

  async refresh() {
    one(".views").hidden = this.page.store.isEmpty;
    this.turn += 1;
    const { turn } = this;
    const { plan, date, mode, engine, store } = this.page;
    const plans = store.isEmpty ? [NOTHING] : [NOTHING, plan];
    const found = await Promise.all(
      plans.map((each) => engine.call("doorTimes", each, date, mode)),
    );
    if (turn !== this.turn) return;
    const width = this.cities.length + this.zones.length;
    this.times = new DoorTimes(this.cities, width, [found[0], found.at(-1)]);
    this.paint();
    const counted = await Promise.all(plans.map((each, k) => this.counts(each, k)));
    if (turn !== this.turn) return;
    this.counted = [counted[0], counted.at(-1)];
    keepFocus(this.box, () => this.fill());
  }

  /** Kilometres, crossings, independent links and people within two hours of the main cities. */
  async counts(plan, k) {
    const { engine, date, mode, settings } = this.page;
    const counted = await engine.call("summary", plan, date, mode);
    const within = [];
    for (const id of settings.cores) {
      const city = this.cities.findIndex((each) => each.id === id);
      within.push(await engine.call("people", this.times.toZones(city, k), mode));
    }
    return { ...counted, people: within };
  }

  // ---- the map

  /** Minutes of a county before and after: from all cities, or from the chosen one. */
  zoneTimes(i) {
    const column = this.cities.length + i;
    const city = this.cities.findIndex(({ id }) => id === this.origin);
    return city < 0 ? this.times.means(column) : this.times.pair(city, column);
  }

  paint() {
    if (!this.times || this.page.tab !== "plan") return;
    const column = {
      before: ([a]) => a,
      after: ([, b]) => b,
      change: ([a, b]) => b - a,
    }[this.shown];
    const values = this.zones.map((_, i) => column(this.zoneTimes(i)));
    this.areas.paint(values, this.shown === "change");
  }

  tooltip(zone) {
    const [before, after] = this.zoneTimes(this.zones.indexOf(zone));
    const from = this.cities.find(({ id }) => id === this.origin)?.name;
    const what = from
      ? [`距${from[0]}`, `From ${from[1]}`]
      : ["距各城市平均", "From the cities, mean"];
    const change = after - before;
    const isSame = this.page.store.isEmpty || !Number.isFinite(change);
    const times = isSame ? minutesText(before) : `${minutesText(before)} → ${minutesText(after)}`;
    const text = withUnit(isSame ? times : `${times} (${signed(change, 1)})`, MINUTES);
    return tooltipOf(zone.name, bilingual([`${what[0]} ${text[0]}`, `${what[1]} ${text[1]}`]));
  }

  // ---- the panel

  fill() {
    if (!this.counted) return;
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
        "h2",
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
    const choose = element("select", { "data-key": "of" }, choices.map(option));
    choose.addEventListener("change", () => {
      this.origin = choose.value;
      setState({ of: this.origin || null });
      this.paint();
      this.page.fillLegend();
    });
    return element(
      "label",
      { class: "of" },
      bilingual(["地图：各区县距", "Map: counties from"]),
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
      ["之前", "Before"],
      ["之后", "After"],
      ["差异", "Difference"],
    ].map((label) => element("th", { scope: "col", class: "num" }, bilingual(label)));
    const name = ["之前与之后", "Before and after"];
    return frame(name, tableOf({ class: "sides" }, [element("td"), heads], rows, name));
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
    const mean = this.times.overall();
    const change = mean[1] - mean[0];
    /** @type {any} */
    const texts = mean.map((value) => fixed(value, 1));
    if (Number.isNaN(change)) return null;
    const isGain = Math.abs(change) < LEAST ? null : change < 0;
    const label = ["城市间平均（分钟）", "Mean between cities (min)"];
    return Results.row(label, texts, signed(change, 1), isGain);
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
    const number = (label, a, b) => {
      const isGain = Math.abs(b - a) < 0.5 ? null : b > a;
      return Results.row(label, [fixed(a, 0), fixed(b, 0)], signed(b - a, 0), isGain);
    };
    const { labels } = this.page.settings;
    const kinds = [...new Set([before, after].flatMap(({ km }) => Object.keys(km)))];
    const lengths = kinds
      .map((key) => ({ key, values: [before, after].map(({ km }) => km[key] ?? 0) }))
      .filter(({ values: [a, b] }) => Math.abs(b - a) >= 0.5)
      .map(({ key, values }) => {
        const [zh, en] = labels.class[key] ?? [key, key];
        return number([`${zh}（公里）`, `${en} (km)`], ...values);
      });
    if (this.page.catalogue.regions.length < 2) return lengths;
    const [a, b] = this.page.catalogue.regions.map(({ name }) => name);
    const between = (zh, en) => [`${a[0]}–${b[0]}${zh}`, `${en}, ${a[1]}–${b[1]}`];
    const [crossed, crosses] = [before, after].map((each) => this.crossings(each));
    return [
      number(between("独立通路", "Independent links"), before.links, after.links),
      number(between("跨界通道", "Crossings"), crossed, crosses),
      ...lengths,
    ];
  }

  /** Open crossings of the mode, or of all. */
  crossings({ crossings }) {
    const { mode } = this.page;
    if (mode !== "any") return crossings[mode] ?? 0;
    return Object.values(crossings).reduce((sum, count) => sum + count, 0);
  }

  // ---- pairs of cities

  changes() {
    const count = this.cities.length;
    const list = [];
    for (let i = 0; i < count; i++) {
      for (let j = i + 1; j < count; j++) {
        const [before, after] = this.times.pair(i, j);
        const change = after - before;
        if (Math.abs(change) >= LEAST) list.push({ i, j, change, before, after });
      }
    }
    list.sort((a, b) => a.change - b.change);
    return {
      gains: list.filter(({ change }) => change < 0).slice(0, MOST_PAIRS),
      losses: list
        .filter(({ change }) => change > 0)
        .slice(-MOST_PAIRS)
        .toReversed(),
    };
  }

  pairTables({ gains, losses }) {
    const table = (pairs, label) =>
      pairs.length
        ? element(
            "div",
            {},
            element("h2", {}, bilingual(label)),
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
    const name = bilingual([`${a.name[0]}–${b.name[0]}`, `${a.name[1]}–${b.name[1]}`]);
    return element(
      "li",
      {},
      button(name, listener, { class: "link" }),
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
      element("th", { scope: "col", class: i ? "num" : null }, bilingual(label)),
    );
    const name = ["各方案比较", "Plans compared"];
    return [element("h2", {}, bilingual(name)), frame(name, tableOf({}, head, known.map(planRow)))];
  }

  coreNames() {
    const { cores } = this.page.settings;
    return cores.map((id) => this.cities.find((city) => city.id === id).name);
  }

  summary() {
    const [before, after] = this.counted;
    const [was, is] = this.times.overall();
    return {
      label: bilingual(this.page.years.label),
      mean: is - was,
      people: after.people.map(({ value }, i) => value - before.people[i].value),
    };
  }

  translate() {
    this.fill();
  }

  /** What the map shows, in a sentence or two. */
  caption() {
    const { page } = this;
    const [when, mode, plan] = [page.years.label, page.modeName(page.mode), page.planName()];
    const [before, after] = this.times.overall();
    const city = this.cities.find(({ id }) => id === this.origin)?.name;
    const from = city
      ? [`距${city[0]}`, `from ${city[1]}`]
      : ["距各城市平均", "from the cities, mean"];
    const head = {
      change: ["时间的变化", "Change of time"],
      before: ["时间", "Time"],
      after: ["时间", "Time"],
    }[this.shown];
    const means =
      this.shown === "change"
        ? [
            `城市间平均 ${fixed(before, 1)} → ${fixed(after, 1)} 分钟。`,
            `Mean between cities ${fixed(before, 1)} → ${fixed(after, 1)} min.`,
          ]
        : ["", ""];
    return [
      `各区县${from[0]}${head[0]}（${mode[0]}，门到门，${when[0]}${plan[0]}）。${means[0]}`,
      `${head[1]} of every county ${from[1]} (${mode[1].toLowerCase()}, door to door, ${when[1]}${plan[1]}). ${means[1]}`.trim(),
    ];
  }
}

/** A frame in which a table scrolls, by the keyboard too. */
const frame = (name, table) =>
  element(
    "div",
    { class: "scroll", tabindex: "0", role: "region", ...translatedName(name) },
    table,
  );

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

const minutesText = (minutes) => (Number.isFinite(minutes) ? fixed(minutes, 0) : "–");
