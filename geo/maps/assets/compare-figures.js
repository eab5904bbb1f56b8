// The figures of the two dates: tiles, statistics, times of the cities.
import { all, bilingual, element, fact, one } from "./dom.js";
import { fixed, signed } from "./numbers.js";

const MODES = ["road", "rail", "water"];
const HUNDREDTHS = 100;
const BOTH = [0, 1];

export class Figures {
  constructor(comparison) {
    this.comparison = comparison;
    this.data = comparison.data;
    this.minutes = [this.data.minutes[0]];
    this.cityRows = all("#cities tbody tr");
    for (const [i, row] of this.cityRows.entries()) row.dataset.city = i;
  }

  fill() {
    const cities = this.cityFigures();
    this.fillStatistics();
    this.fillCities(cities);
    this.fillTiles(cities);
  }

  /** Times of the pairs of cities i < j in hundredths of minutes; -1 where there is no way. */
  minutesOf(state) {
    for (let next = this.minutes.length; next <= state; next++) {
      const minutes = [...this.minutes[next - 1]];
      const changes = this.data.minutes[next];
      for (let i = 0; i < changes.length; i += 2) minutes[changes[i]] = changes[i + 1];
      this.minutes.push(minutes);
    }
    return this.minutes[state];
  }

  /** By city: what its mean time to those reached on both dates is made of, and people within. */
  cityFigures() {
    const { people } = this.data;
    const times = this.comparison.states.map((state) => this.minutesOf(state));
    const within = this.comparison.states.map((state) => this.data.within[state]);
    const rows = people.map((_, i) => ({
      weight: 0,
      spent: [0, 0],
      people: within.map((byCity) => byCity[i]),
    }));
    let pair = 0;
    for (let i = 0; i < people.length; i++) {
      for (let j = i + 1; j < people.length; j++) {
        const both = times.map((minutes) => minutes[pair]);
        addPair(rows[i], people[j], both);
        addPair(rows[j], people[i], both);
        pair += 1;
      }
    }
    return rows;
  }

  fillStatistics() {
    const [before, after] = this.comparison.states;
    for (const row of all("[data-figure]")) {
      const [kind, name] = row.dataset.figure.split(":");
      // a class that has no line yet has no kilometres; other figures are not known then
      const values = this.data[kind][name].map((value) => value ?? (kind === "km" ? 0 : null));
      const cells = [...row.cells].slice(1);
      fillTriple(cells, values[before], values[after], Number(row.dataset.digits));
    }
  }

  fillCities(cities) {
    for (const row of this.cityRows) {
      const cells = [...row.cells].slice(1);
      const found = cities[row.dataset.city];
      const [before, after] = found.people;
      fillTriple(cells.slice(0, 3), meanTime(found, 0), meanTime(found, 1), 1);
      fillTriple(cells.slice(3), before / 1e6, after / 1e6, 2);
    }
  }

  fillTiles(cities) {
    const tiles = [
      this.lengthTile(),
      this.crossingsTile(),
      this.timeTile(cities),
      this.pairsTile(),
    ];
    one("#tiles").replaceChildren(...tiles.filter(Boolean));
    one("#tiles").hidden = false;
  }

  lengthTile() {
    const km = this.comparison.states.map((state) => this.data.stats.length_km[state]);
    return tile(["通车里程", "Open length"], km, 0, ["km", "km"]);
  }

  crossingsTile() {
    const { stats } = this.data;
    if (!stats["road.links"]) return null;
    const open = this.comparison.states.map((state) =>
      MODES.reduce((sum, mode) => sum + (stats[`${mode}.links`]?.[state] || 0), 0),
    );
    return tile(["跨界贯通", "Crossings open"], open, 0, ["条", ""]);
  }

  timeTile(cities) {
    let weight = 0;
    const spent = [0, 0];
    for (const [i, city] of cities.entries()) {
      if (!city.weight) continue;
      weight += this.data.people[i];
      for (const which of BOTH) spent[which] += this.data.people[i] * meanTime(city, which);
    }
    if (!weight) return null;
    const means = spent.map((sum) => sum / weight);
    return tile(["城市平均出行时间", "Mean time, cities"], means, 1, ["分钟", "min"]);
  }

  pairsTile() {
    if (this.data.people.length < 2) return null;
    const pairs = this.comparison.states.map(
      (state) => this.minutesOf(state).filter((time) => time >= 0).length,
    );
    return tile(["可达城市对", "City pairs linked"], pairs, 0, ["对", ""]);
  }
}

/** Adds to the row of a city the people of another and the times to it on both dates. */
function addPair(row, people, times) {
  const onBoth = times.every((time) => time >= 0);
  if (onBoth) row.weight += people;
  for (const [which, time] of times.entries()) {
    if (onBoth) row.spent[which] += (people * time) / HUNDREDTHS;
  }
}

const meanTime = (row, which) => (row.weight ? row.spent[which] / row.weight : null);

function fillCell(cell, text, value) {
  cell.textContent = text;
  cell.dataset.order = value === null ? "" : value.toFixed(3);
}

function fillTriple(cells, before, after, digits) {
  const change = before === null || after === null ? null : after - before;
  fillCell(cells[0], fixed(before, digits), before);
  fillCell(cells[1], fixed(after, digits), after);
  fillCell(cells[2], signed(change, digits), change);
}

function tile(label, values, digits, unit) {
  const [before, after] = values;
  const change = element("b", {}, signed(after - before, digits));
  const range = `${fixed(before, digits)} → ${fixed(after, digits)}`;
  return fact(label, [change, " ", bilingual(unit), element("small", {}, range)]);
}
