// The card of the chosen city.

import { bilingual, element, fact, switchOf, tableOf } from "./dom.js";
import { closeButton, translatedName } from "./language.js";
import { joined } from "./names.js";
import { fixed, people, sameInBoth, signed } from "./numbers.js";

const COLUMNS = [
  ["分钟", "Min"],
  ["面积 km²", "Area km²"],
  ["人口", "People"],
  ["城市", "Cities"],
];

const change = (before, after, difference) => [
  element("span", { class: "pair" }, bilingual(before), " → ", bilingual(after)),
  " ",
  element("em", {}, bilingual(difference)),
];

export class CityCard {
  /**
   * @param {import("./accessibility-data.js").AccessibilityData} data
   * @param {any} state what is shown
   * @param {{onClose: () => void, onLimit: (limit: number) => void, onDates: () => void}} actions
   */
  constructor(data, state, actions) {
    this.data = data;
    this.state = state;
    this.actions = actions;
  }

  content() {
    const { data, state } = this;
    const inhabitants = data.people([state.chosen]);
    const unit = bilingual([" 人", " people"]);
    const title = element("small", {}, bilingual(people(inhabitants)), unit);
    return [
      closeButton(["取消选择", "Leave the city"], this.actions.onClose),
      element("h2", {}, bilingual(data.name(state.chosen)), title),
      this.facts(),
      element("div", { class: "bar" }, this.limitSwitch(), this.dateSwitch()),
      this.reachTable(),
      this.newcomers(),
    ];
  }

  facts() {
    const { data, state } = this;
    const rows = data.choices.indicator.map((key) => {
      const { name, unit } = data.indicators[key];
      const [before, after, difference] = [0, 1, 2].map((column) =>
        bilingual(data.valueText(state.now.mode, key, column, state.chosen)),
      );
      const bounds = [0, 1].map((date) => data.boundsText(state.now.mode, key, date, state.chosen));
      const title = bilingual(["90% 区间 ", "90% interval "]);
      const interval = bounds.every(Boolean)
        ? element("small", {}, title, bilingual(bounds[0]), " → ", bilingual(bounds[1]))
        : null;
      const label = [`${name[0]}（${unit[0]}）`, `${name[1]} (${unit[1]})`];
      const value = [before, " → ", after, element("em", {}, difference), interval];
      return fact(label, value, { class: key === state.now.indicator ? "strong" : null });
    });
    return element("dl", { class: "facts" }, rows);
  }

  limitSwitch() {
    const limits = this.data.limits.map((limit) => [limit, sameInBoth(String(limit))]);
    const name = { role: "group", ...translatedName(["时限", "Limit"]) };
    const { onLimit } = this.actions;
    return switchOf(name, [[0, ["全部", "All"]], ...limits], this.state.only, onLimit);
  }

  dateSwitch() {
    const boxes = this.data.dates.map((label, date) => {
      const input = element("input", {
        type: "checkbox",
        "data-key": `date${date}`,
        "data-date": String(date),
        checked: this.state.shownDates[date],
        on: {
          change: () => {
            this.state.shownDates[date] = input.checked;
            this.actions.onDates();
          },
        },
      });
      const mark = element("i", { class: date ? "mark later" : "mark day" });
      return element("label", {}, input, mark, bilingual(label));
    });
    return element("div", { class: "dates" }, boxes);
  }

  reachTable() {
    const caption = ["各时限内的面积与人口", "Area and people within each limit"];
    const heads = COLUMNS.map((label) => element("th", { scope: "col" }, bilingual(label)));
    const rows = this.data.limits.map((limit, k) => this.reachRow(limit, k));
    return tableOf({ class: "reach" }, heads, rows, caption);
  }

  reachRow(limit, k) {
    const { now, chosen, only } = this.state;
    const areas = this.data.modes[now.mode].areas[chosen].map((byLimit) => byLimit[k]);
    const within = [0, 1].map((date) => this.data.citiesWithin(now.mode, date, chosen, limit));
    const inhabitants = this.data.modes[now.mode].within[chosen].map((byLimit) => byLimit[k]);
    const counts = within.map((cities) => cities.length);
    const gain = inhabitants[1] - inhabitants[0];
    const band = element("i", { class: "band", style: `--band:var(--band-${k})` });
    const peopled = change(...inhabitants.map(people), people(gain, { withSign: true }));
    return element(
      "tr",
      { class: only === limit ? "strong" : null },
      element("th", { scope: "row" }, band, String(limit)),
      [numberChange(areas), peopled, numberChange(counts)].map((cell) => element("td", {}, cell)),
    );
  }

  newcomers() {
    const { now, chosen, only } = this.state;
    const limits = this.data.limits.filter((limit) => !only || limit === only);
    const lines = limits.map((limit) => {
      const [before, after] = [0, 1].map((date) =>
        this.data.citiesWithin(now.mode, date, chosen, limit),
      );
      const gained = after.filter((i) => !before.includes(i));
      if (!gained.length) return null;
      const title = element("b", {}, bilingual([`${limit} 分钟新增 `, `New in ${limit} min: `]));
      return element("p", {}, title, bilingual(joined(gained.map((i) => this.data.name(i)))));
    });
    return element("div", { class: "newly" }, lines);
  }
}

/** @param {number[]} pair before and after */
const numberChange = ([before, after]) =>
  change(
    sameInBoth(fixed(before, 0)),
    sameInBoth(fixed(after, 0)),
    sameInBoth(signed(after - before, 0)),
  );
