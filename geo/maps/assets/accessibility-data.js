// What the page knows of cities, modes and the two dates.

import { decodePolyline } from "./decoding.js";
import { pageData } from "./dom.js";
import { fixed, people, sameInBoth, signed } from "./numbers.js";

/** The indicator that counts people. */
const PEOPLE = "people";

/** A text without what a search passes over: case, accents, spaces, hyphens. */
export const plain = (text) =>
  text
    .toLowerCase()
    .normalize("NFD")
    .replace(/[\s'’·\-\u0300-\u036f]/g, "");

export class AccessibilityData {
  constructor() {
    const data = pageData("data-access");
    this.cities = data.cities;
    this.dates = data.dates;
    this.limits = data.limits;
    this.indicators = data.indicators;
    this.modes = data.modes;
    this.lines = data.lines;
    this.colors = data.colors;
    /** @type {[string, string, string][]} id and names of each county */
    this.counties = data.counties;
    this.countyRings = data.rings;
    this.steps = data.steps;
    this.cityIndices = this.cities.map((_, i) => i);
    this.choices = {
      indicator: Object.keys(this.indicators),
      view: ["before", "after", "change"],
      mode: Object.keys(this.modes),
    };
  }

  name(i) {
    const [, zh, en] = this.cities[i];
    return [zh, en];
  }

  people(indices) {
    return indices.reduce((sum, i) => sum + this.cities[i][5], 0);
  }

  /** Whether a name of the city holds a plain text. */
  matches(i, wanted) {
    return this.name(i).some((name) => plain(name).includes(wanted));
  }

  /** @returns {[number, number]} */
  at(i) {
    return this.cities[i].slice(3, 5);
  }

  /** Minutes between two cities on the first (0) or second (1) date. */
  minutes(mode, date, a, b) {
    if (a === b) return 0;
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    return this.modes[mode].times[date][(high * (high - 1)) / 2 + low] ?? Infinity;
  }

  citiesWithin(mode, date, from, limit) {
    return this.cityIndices.filter((i) => this.minutes(mode, date, from, i) <= limit);
  }

  /** The rings of an isochrone; 0 stands for those of the first date. */
  rings(mode, city, date, limit) {
    const shapes = this.modes[mode].shapes[city];
    const text = shapes[date][limit] === 0 ? shapes[0][limit] : shapes[date][limit];
    return text ? text.split(" ").map((ring) => decodePolyline(ring, this.steps[0])) : [];
  }

  /**
   * The mean time of a county to the cities: on both dates with its bounds, and the difference.
   * @returns {{dates: {value: number | null, low: number, high: number}[], change: number | null}}
   */
  countyMean(mode, i) {
    const rows = this.modes[mode].counties.map((row) => row[i]);
    const dates = [0, 3].map((k) => ({ value: rows[k], low: rows[k + 1], high: rows[k + 2] }));
    return { dates, change: rows[6] };
  }

  /** The value of an indicator before (0), after (1), or its change (2). */
  value(mode, indicator, column, i) {
    return this.modes[mode].values[indicator][column][i];
  }

  /** The 90 % interval of an indicator on a date; nothing where it is not known. */
  boundsText(mode, indicator, date, i) {
    const [low, high] = this.modes[mode].bounds[indicator][date].map((row) => row[i]);
    if (low === null || high === null) return null;
    const { digits } = this.indicators[indicator];
    const [from, to] = [low, high].map((value) =>
      indicator === PEOPLE ? people(value) : sameInBoth(fixed(value, digits)),
    );
    return [`${from[0]}–${to[0]}`, `${from[1]}–${to[1]}`];
  }

  valueText(mode, indicator, column, i) {
    const value = this.value(mode, indicator, column, i);
    const { digits } = this.indicators[indicator];
    if (value !== null && indicator === PEOPLE) return people(value, { withSign: column === 2 });
    if (value !== null)
      return sameInBoth(column === 2 ? signed(value, digits) : fixed(value, digits));
    const [before, after] = this.modes[mode].reached.map((reached) => reached[i]);
    if (column === 2 && !before && after) return ["新通达", "newly reached"];
    return ["未到达", "not reached"];
  }
}
