// Journeys: two ends, the fastest way by each mode, another way, and the same trip over the years.
import { getState, setState } from "./address.js";
import { bilingual, button, element, one, switchOf, tableOf } from "./dom.js";
import { keepFocus } from "./focus.js";
import { reducedMotion } from "./map.js";
import { MINUTES, signed, withUnit } from "./numbers.js";
import { yearsChart } from "./plan-chart.js";
import { EndField, pointPlace } from "./plan-fields.js";
import { breakdown, duration, interval } from "./plan-legs.js";
import { pinAt, toLatLngs } from "./plan-map.js";

const ENDS = ["from", "to"];
/** Lines of the chart by mode. */
const COLORS = { any: "#1d2a35", road: "#0072B2", rail: "#B34E00" };
const NONE = /** @type {[string, string]} */ (["走不通", "no way"]);

export class Journey {
  /** @param {any} page the page: its map, engine, legs, places, year, mode and plan */
  constructor(page) {
    this.page = page;
    this.turn = 0;
    this.result = one("#journey-result");
    this.fields = {};
    this.pins = {};
    for (const key of ENDS) {
      this.fields[key] = new EndField(key, page.places, (place) => this.set(key, place));
      this.pins[key] = pinAt(page.map, key, (at) => this.set(key, pointPlace(at)));
    }
    one("[data-swap]").addEventListener("click", () => this.swap());
  }

  get ends() {
    return ENDS.map((key) => this.fields[key].place);
  }

  /** Without ends in the address the two main cities stand there. */
  restore() {
    const state = getState();
    const { cores } = this.page.settings;
    for (const [i, key] of ENDS.entries()) {
      const place = this.page.places.find(state.get(key) ?? `city:${cores[i]}`);
      this.fields[key].show(place);
    }
    this.isSecond = state.get("way") === "2";
  }

  set(key, place) {
    this.fields[key].show(place);
    this.isSecond = false;
    const [from, to] = this.ends;
    setState({ from: from?.key ?? null, to: to?.key ?? null, way: null });
    this.refresh();
  }

  swap() {
    const [from, to] = this.ends;
    this.fields.from.show(to);
    this.set("to", from);
  }

  /** A click on the map asks which end it is. */
  clickMap(latlng) {
    const ask = (key, label) => {
      const listener = () => {
        this.page.map.closePopup();
        this.set(key, pointPlace(latlng));
      };
      return button(bilingual(label), listener);
    };
    const content = element(
      "div",
      { class: "which-end" },
      ask("from", ["从这里出发", "From here"]),
      ask("to", ["到这里", "To here"]),
    );
    const options = { closeButton: false, minWidth: 90, className: "ask" };
    L.popup(options).setLatLng(latlng).setContent(content).openOn(this.page.map);
  }

  hide() {
    for (const key of ENDS) this.pins[key].hide();
    this.page.drawing.drawWays(null, null);
  }

  async refresh() {
    const [from, to] = this.ends;
    for (const [i, key] of ENDS.entries()) {
      if (this.ends[i]) this.pins[key].show(this.ends[i].at);
      else this.pins[key].hide();
    }
    if (!from || !to) {
      this.page.drawing.drawWays(null, null);
      this.result.replaceChildren();
      return;
    }
    this.turn += 1;
    await this.compute(this.turn);
  }

  /** The mode shown comes first; the others and the chart follow. */
  async compute(turn) {
    const { modes, mode, date } = this.page;
    this.found = {};
    for (const each of [mode, ...modes.filter((other) => other !== mode)]) {
      const ways = await this.ways(each, date, 2);
      if (turn !== this.turn) return;
      this.found[each] = ways;
      if (each === mode) this.showAgain(null);
    }
    const without = await this.withoutPlan(date);
    if (turn !== this.turn) return;
    this.showAgain(without);
    await this.addChart(turn);
  }

  ways(mode, date, k, plan = this.page.plan) {
    const [from, to] = this.ends;
    return this.page.engine.call("ways", plan, date, mode, from.end, to.end, { k });
  }

  /** Minutes of the mode without the plan, where there is one. */
  async withoutPlan(date) {
    if (this.page.store.isEmpty) return null;
    const [way] = await this.ways(this.page.mode, date, 1, { edits: [] });
    return way?.min ?? Infinity;
  }

  showAgain(without) {
    const isOpen = one(".why", this.result)?.open ?? false;
    keepFocus(this.result, () => this.show(without));
    const why = one(".why", this.result);
    if (why) why.open = isOpen;
  }

  show(without) {
    const { mode } = this.page;
    const ways = this.found[mode] ?? [];
    const way = ways[this.isSecond && ways[1] ? 1 : 0];
    const other = ways.find((one) => one !== way);
    this.page.drawing.drawWays(way, other);
    this.lookAt(way);
    const [from, to] = this.ends;
    this.chart = element("div", { class: "chart" });
    this.result.replaceChildren(
      this.cards(),
      ...(way ? [this.headline(way, without)] : [element("p", { class: "warn" }, bilingual(NONE))]),
      ...(ways.length > 1 ? [this.switch(ways, way)] : []),
      ...(way ? [breakdown(way), this.page.legs.list(way, from.name, to.name)] : []),
      element("h2", {}, bilingual(["这一程在各年", "The same trip over the years"])),
      this.chart,
      ...(way ? [this.page.legs.reasons(way)] : []),
    );
  }

  /** Minutes by every mode; each chooses its mode. */
  cards() {
    const buttons = this.page.modes.map((mode) => {
      const ways = this.found[mode];
      const text = ways ? (ways[0] ? duration(ways[0].min) : NONE) : ["…", "…"];
      const content = [
        element("span", {}, bilingual(this.page.modeName(mode))),
        element("b", {}, bilingual(text)),
      ];
      const attributes = { "data-key": mode, "aria-pressed": String(mode === this.page.mode) };
      return button(content, () => this.page.setMode(mode), attributes);
    });
    return element("div", { class: "cards" }, buttons);
  }

  headline(way, without) {
    const change = without === null ? null : this.change(way.min - without);
    return element(
      "p",
      { class: "headline" },
      element("b", {}, bilingual(duration(way.min))),
      element("span", {}, bilingual(interval(way))),
      element("span", {}, bilingual(this.page.years.label)),
      change,
    );
  }

  change(difference) {
    if (!Number.isFinite(difference)) return null;
    const text = withUnit(signed(difference, Math.abs(difference) < 10 ? 1 : 0), MINUTES);
    const words = [`方案使之 ${text[0]}`, `${text[1]} by the plan`];
    return element("em", { class: difference < 0 ? "gain" : "loss" }, bilingual(words));
  }

  /** The fastest way and the other one. */
  switch(ways, shown) {
    const names = [
      ["最快的走法", "Fastest way"],
      ["另一条路", "Another way"],
    ];
    const options = ways.slice(0, 2).map((way, i) => {
      const time = duration(way.min);
      return [i, names[i].map((name, k) => `${name} ${time[k]}`)];
    });
    return switchOf({}, options, ways.indexOf(shown), (i) => {
      this.isSecond = i === 1;
      setState({ way: i ? 2 : null });
      this.refresh();
    });
  }

  /** The way with its ends, once for every way, unless the address says where to look. */
  lookAt(way) {
    const bounds = this.boundsOf(way);
    const key = bounds.toBBoxString();
    if (key === this.seen || (this.seen && this.page.map.getBounds().contains(bounds))) return;
    this.seen = key;
    if (!getState().has("at")) this.page.lookAt(bounds, !reducedMotion.matches);
  }

  boundsOf(way) {
    const points = (way?.legs ?? []).flatMap((leg) => leg.path ?? []);
    return L.latLngBounds([...toLatLngs(points), ...this.ends.map((end) => end.at)]);
  }

  /** The dates of the chart, today among them. */
  dates() {
    const { chart, day } = this.page.settings;
    const today = Number(day.slice(0, 4)) + Number(day.slice(5, 7)) / 12;
    const dates = chart.map((year) => ({
      year: year + 1,
      date: `${year}-12-31`,
      text: [year, year],
    }));
    dates.push({ year: today, date: day, text: ["今天", "today"], now: true });
    const { years } = this.page;
    if (years.year && !chart.includes(years.year)) {
      const text = [years.year, years.year];
      dates.push({ year: years.year + 1, date: years.date, text });
    }
    return dates.sort((a, b) => a.year - b.year);
  }

  async addChart(turn) {
    const dates = this.dates();
    const series = [];
    for (const mode of this.page.modes.toReversed()) {
      const values = [];
      for (const { date } of dates) values.push((await this.ways(mode, date, 1))[0] ?? null);
      if (turn !== this.turn) return;
      series.push({ color: COLORS[mode] ?? "#00734F", name: this.page.modeName(mode), values });
    }
    const [from, to] = this.ends.map((end) => end.name);
    /** @type {[string, string]} */
    const name = [`${from[0]}–${to[0]} 各年用时`, `${from[1]}–${to[1]} over the years`];
    this.drawChart = () =>
      this.chart.replaceChildren(yearsChart(dates, series, name), chartTable(dates, series));
    this.drawChart();
  }

  translate() {
    this.drawChart?.();
  }

  /** What is shown, in a sentence. */
  caption() {
    const [from, to] = this.ends;
    const [way] = this.found?.[this.page.mode] ?? [];
    if (!way) return this.page.years.label;
    const [zh, en] = this.page.modeName(this.page.mode);
    const [time, range, when] = [duration(way.min), interval(way), this.page.years.label];
    const plan = this.page.planName();
    return [
      `${from.name[0]}到${to.name[0]}（${zh}，门到门，${when[0]}${plan[0]}）：${time[0]}，${range[0]}。`,
      `${from.name[1]} to ${to.name[1]} (${en.toLowerCase()}, door to door, ${when[1]}${plan[1]}): ${time[1]}, ${range[1]}.`,
    ];
  }
}

/** The numbers of the chart for those who do not see it. */
function chartTable(dates, series) {
  const head = dates.map(({ text }) => element("th", { scope: "col" }, bilingual(text)));
  const rows = series.map((one) => {
    const cells = one.values.map((value) => {
      const [min, low, high] = value ? [value.min, value.low, value.high].map(Math.round) : [];
      return element("td", {}, value ? `${min} (${low}–${high})` : "–");
    });
    return element("tr", {}, element("th", { scope: "row" }, bilingual(one.name)), cells);
  });
  const table = tableOf({}, [element("td"), head], rows);
  return element("div", { class: "visually-hidden" }, table);
}
