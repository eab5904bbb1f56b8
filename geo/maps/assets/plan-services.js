// What is known of the trains of a day, as `geo.network.services` has it.
import { nearestPeriod, speedsOn } from "./plan-status.js";

const [EMU, CONVENTIONAL] = ["emu", "conventional"];

/** Rows by what a function makes of them, in their order. */
function grouped(rows, keyOf) {
  /** @type {Map<string, any[]>} */
  const groups = new Map();
  for (const row of rows) {
    const key = keyOf(row);
    if (groups.has(key)) groups.get(key).push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

/** Trains of a day, from the tables where they say something, else by class of line. */
export class Services {
  constructor(tables, day) {
    this.tables = tables;
    this.day = day;
    this.parameters = tables.parameters;
    this.emus = day >= tables.emuSince;
    const { services, calls, speeds } = tables.trains;
    this.listed = grouped(services, (row) => row.section);
    this.calling = grouped(calls, (row) => `${row.place} ${row.class}`);
    this.speeds = speedsOn(speeds, day);
    this.known = new Map();
  }

  /** Trains and their speed between stops on a section by class, at least of one class. */
  on(section) {
    if (!this.known.has(section.id)) this.known.set(section.id, this.services(section));
    return this.known.get(section.id);
  }

  services(section) {
    const found = new Map();
    const byClass = grouped(this.listed.get(section.id) ?? [], (row) => row.class);
    for (const [kind, rows] of byClass) {
      const row = nearestPeriod(rows, this.day);
      if (row.trains === 0 || (kind === EMU && !this.emus)) continue;
      const usual = this.usual(section, kind);
      const kmh = row.kmh ? row.kmh * this.slower(section) : usual.kmh;
      found.set(kind, { trains: row.trains ?? usual.trains, kmh });
    }
    return found.size ? found : this.byClass(section);
  }

  byClass(section) {
    const slow = section.class === CONVENTIONAL;
    const fast = !slow || this.speed(section) >= this.parameters.emu_line_kmh;
    const kinds = this.emus && fast ? [EMU] : [];
    if (slow || !this.emus) kinds.push(CONVENTIONAL);
    return new Map(kinds.map((kind) => [kind, this.usual(section, kind)]));
  }

  /** The line speed of the day. */
  speed({ id, operating, design }) {
    return this.speeds.get(id) ?? operating ?? design ?? this.parameters.rail_default;
  }

  /** The line speed of the day over that of today, 1 where it was not lower. */
  slower(section) {
    const today = section.operating ?? section.design;
    return today === null ? 1 : Math.min(1, this.speed(section) / today);
  }

  /** The service that a line of its class usually has. */
  usual(section, kind) {
    const p = this.parameters;
    const speed = this.speed(section);
    if (kind === CONVENTIONAL) {
      const kmh = Math.min(p.conventional_share * speed, p.conventional_kmh);
      return { trains: p.conventional_trains, kmh };
    }
    if (section.class === "hsr") {
      const share = speed < 300 ? p.emu_share_hsr : p.emu_share_300;
      return { trains: p.hsr_trains, kmh: share * speed };
    }
    const intercity = section.class === "intercity";
    const share = intercity ? p.emu_share_intercity : p.emu_share_conventional;
    return { trains: p.intercity_trains, kmh: share * speed };
  }

  /** Which share of the trains of a class calls at a station, and can be boarded there. */
  calls(place, kind, terminus) {
    const rows = this.calling.get(`${place.id} ${kind}`);
    if (rows) {
      const row = nearestPeriod(rows, this.day);
      return { call: row.calls, end: row.ends };
    }
    const p = this.parameters;
    if (terminus) return { call: p.calls_city, end: p.ends_terminus };
    return { call: p[`calls_${place.level}`], end: p[`ends_${place.level}`] };
  }

  /** By place the ways that trains run through, in both directions. */
  passages() {
    const found = new Map();
    for (const { place, ways, rows } of this.passing().values()) {
      const { trains, dwell, calls } = nearestPeriod(rows, this.day);
      const passage = { trains: trains ?? 0, dwell: dwell ?? 0, calls };
      if (!found.has(place)) found.set(place, new Map());
      for (const way of ways) found.get(place).set(wayKey(...way), { ...passage, way });
    }
    return found;
  }

  /** The rows of trains that run through a place by the ways that they take. */
  passing() {
    const groups = new Map();
    for (const row of this.tables.trains.through) {
      if (!row.place) continue;
      for (const way of waysOf(row)) {
        const key = `${row.place} ${wayKey(...way)}`;
        const ways = [way, backwards(way)];
        if (!groups.has(key)) groups.set(key, { place: row.place, ways, rows: [] });
        groups.get(key).rows.push(row);
      }
    }
    return groups;
  }

  /**
   * By class and route the routes with which it has trains in common.
   *
   * @returns {Record<string, Map<string, Set<string>>>}
   */
  through() {
    const of = (kind) => {
      const rows = this.tables.trains.through.filter((row) => !row.class || row.class === kind);
      const shared = new Map();
      if (rows.every((row) => row.place)) return shared;
      for (const { a, b } of rows) {
        for (const route of [a, b])
          shared.set(route, (shared.get(route) ?? new Set()).add(a).add(b));
      }
      return shared;
    };
    return { [EMU]: of(EMU), [CONVENTIONAL]: of(CONVENTIONAL) };
  }
}

const senses = (sense) => (sense ? [sense] : [1, -1]);

/**
 * Route and direction of arriving, the same of leaving, and class: all that a row may mean.
 *
 * @returns {[string, number, string, number, string][]}
 */
function waysOf({ a, into, b, out, class: kind }) {
  const kinds = kind ? [kind] : [EMU, CONVENTIONAL];
  return kinds.flatMap((own) =>
    senses(into).flatMap((s) => senses(out).map((t) => [a, s, b, t, own])),
  );
}

/** @returns {[string, number, string, number, string]} */
const backwards = ([a, s, b, t, kind]) => [b, -t, a, -s, kind];

/** Route and direction of arriving, the same of leaving, and class, as one text. */
export const wayKey = (a, s, b, t, kind) => `${a} ${s} ${b} ${t} ${kind}`;
