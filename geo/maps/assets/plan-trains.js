// Trains and ships: who boards where, stops on the way, runs through, waits and changes, as
// `geo.network.trains` has it.
import { Services, wayKey } from "./plan-services.js";

/**
 * Travellers leave and reach large stations only (true) or any (false).
 * @type {[boolean, boolean][]}
 */
export const TIERS = [
  [true, true],
  [true, false],
  [false, true],
  [false, false],
];
/** A line that leaves a junction within so many degrees of the way it came in goes straight on. */
const STRAIGHT_ON = 90;
/** A longer mean stop of a passing train is no mere stop. */
const LONG_STOP_MIN = 5;
/** Trains reach their speed only on edges longer than so many km, times its square in 100 km/h. */
const SPEED_UP_KM = 1 / 0.6;
/** Kinds of places at which nobody boards. */
const PASSED = new Set(["border", "junction", "tunnel", "bridge"]);

/** Whether travellers may enter the network of a mode at a place. */
export const isEntry = ({ kind }, mode) =>
  !PASSED.has(kind) || (mode === "road" && kind === "junction");

/**
 * The trains of a network.
 *
 * A run is the trains of one class over an edge in one direction; a ride those that have come over
 * routes from which they go on to some others only.
 */
export class Trains {
  constructor(tables, net, day) {
    this.tables = tables;
    this.parameters = tables.parameters;
    this.services = new Services(tables, day);
    this.edges = net.filter((edge) => edge.mode === "rail");
    this.runs = this.edges.flatMap((edge) => this.runsOver(edge));
    this.leaving = new Map();
    this.runs.forEach((run, i) => {
      run.number = i;
      if (!this.leaving.has(run.u)) this.leaving.set(run.u, []);
      this.leaving.get(run.u).push(i);
    });
    this.ends = new Set(tables.routes.flatMap((route) => route.ends));
    this.passages = this.services.passages();
    this.listed = new Set();
    for (const ways of this.passages.values()) {
      for (const { way } of ways.values()) this.listed.add(way[0]).add(way[2]);
    }
    this.useful = TIERS.map(([a, b]) => this.share(a) * this.share(b));
    this.odds = new Map();
    /** Who calls, by place and class. */
    this.calls = new Map();
    for (const run of this.runs) {
      run.start = this.callsAt(run.u, run.kind);
      run.end = this.callsAt(run.v, run.kind);
    }
    this.sets = new RouteSets(this.services.through());
    this.ride();
  }

  share(large) {
    return large ? this.parameters.large_ends : this.parameters.small_ends;
  }

  /** The trains over an edge by class and direction. */
  runsOver(edge) {
    const found = this.services.on(edge.cells);
    const p = this.parameters;
    const fastest = Math.max(...Array.from(found.values(), ({ kmh }) => kmh));
    const lines = sortedLines(edge);
    const back = lines.map(([route, sense]) => [route, -sense]);
    const runs = [];
    for (const [kind, { trains, kmh }] of found) {
      let minutes = (edge.min * fastest) / kmh;
      if (kind === "emu") minutes += edge.near * edge.km * p.approach_min;
      const half = this.halfStop(edge.km, minutes);
      const shared = { edge, kind, trains, minutes, half };
      runs.push({ ...shared, u: edge.u, v: edge.v, lines });
      runs.push({ ...shared, u: edge.v, v: edge.u, lines: back });
    }
    return runs;
  }

  /** How long trains take to start, or to stop, on an edge. */
  halfStop(km, minutes) {
    const speed = Math.min((0.6 * km) / minutes, Math.sqrt(km / SPEED_UP_KM));
    return (this.parameters.train_start_min + this.parameters.speed_up_min * speed) / 2;
  }

  /** Who calls at a place; nobody where there is no station. */
  callsAt(id, kind) {
    const key = `${id} ${kind}`;
    if (!this.calls.has(key)) {
      const place = this.tables.place.get(id);
      const calls = PASSED.has(place.kind)
        ? { call: 0, end: 0 }
        : this.services.calls(place, kind, this.ends.has(id));
      this.calls.set(key, calls);
    }
    return this.calls.get(key);
  }

  /** Find the rides, and with which losses one goes on to another. */
  ride() {
    this.rides = this.runs.map((run, i) => ({ run: i, onward: this.sets.of(run) }));
    const known = new Map(this.rides.map(({ run, onward }, i) => [`${run} ${onward}`, i]));
    const own = this.rides.map(({ onward }) => onward);
    const losses = new Map();
    this.going = [];
    // grows as rides are found
    for (let i = 0; i < this.rides.length; i++) {
      const { run, onward } = this.rides[i];
      for (const j of this.leaving.get(this.runs[run].v) ?? []) {
        const loss = this.lossBetween(run, j, losses);
        if (loss === null || !this.sets.goOn(onward, this.runs[j])) continue;
        const both = this.sets.both(onward, own[j]);
        const key = `${j} ${both}`;
        if (!known.has(key)) {
          known.set(key, this.rides.length);
          this.rides.push({ run: j, onward: both });
        }
        this.going.push({ from: i, to: known.get(key), loss });
      }
    }
  }

  lossBetween(i, j, losses) {
    const key = i * this.runs.length + j;
    if (!losses.has(key)) losses.set(key, this.loss(this.runs[i], this.runs[j]));
    return losses.get(key);
  }

  /** The minutes that every train loses between two edges, and the mean stop; null if none runs. */
  loss(run, after) {
    const passage = this.passage(run, after);
    if (passage === null) return null;
    const p = this.parameters;
    const stop = run.half + after.half;
    const branch = haveCommon(run, after) ? 0 : p.branch_min;
    if (passage.dwell >= LONG_STOP_MIN) return { fixed: branch + stop + passage.dwell, stops: 0 };
    const share = passage.calls ?? run.end.call;
    if (share >= p.hub_share) return { fixed: branch + stop + p.hub_stop_min, stops: 0 };
    return { fixed: branch, stops: share * (stop + p.stop_min) };
  }

  /** How trains pass from one edge to another; null where none does. */
  passage(run, after) {
    if (run.kind !== after.kind) return null;
    const passing = { dwell: 0, calls: null };
    if (haveCommon(run, after)) return passing;
    const known = this.passages.get(run.v) ?? new Map();
    const stated = statedPassage(known, run, after);
    if (stated) return stated;
    if (!this.isSilent(run, after, known)) return null;
    if (isStraightOn(run, after)) return passing;
    return this.isEndToEnd(run, after) ? { dwell: this.parameters.turn_min, calls: null } : null;
  }

  /** Whether the table says nothing of trains between two lines, so that they go on as these do. */
  isSilent(run, after, known) {
    const routes = [run, after].map(({ lines }) => lines.map(([route]) => route));
    const isListed = (way) =>
      (routes[0].includes(way[0]) && routes[1].includes(way[2])) ||
      (routes[0].includes(way[2]) && routes[1].includes(way[0]));
    const atJunction = this.tables.place.get(run.v).kind === "junction";
    if (atJunction && !Array.from(known.values()).some(({ way }) => isListed(way))) return true;
    return !routes.every((own) => own.some((route) => this.listed.has(route)));
  }

  /** Whether two lines end at a station: trains may go on from one to the other. */
  isEndToEnd(run, after) {
    const [before, onward] = [run, after].map(({ lines }) =>
      lines
        .map(([route]) => route)
        .filter((route) => this.tables.route.get(route)?.ends.includes(run.v)),
    );
    const apart = before.length && onward.length && !before.some((r) => onward.includes(r));
    return Boolean(apart) && !PASSED.has(this.tables.place.get(run.v).kind);
  }

  /**
   * Half of the wait for a train at a place with some calls, the other half being reckoned at the
   * other end; null where no trains are boarded, of those between large stations or of all.
   */
  wait(run, { end }, large, other) {
    const p = this.parameters;
    if (end <= 0 || (large && end < p.large_share)) return null;
    const trains = run.trains * end * this.share(other);
    const most = (p.wait_share * 60 * p.service_hours) / Math.max(trains, 1e-9);
    return Math.min(p.wait_most_min, most) / 2;
  }

  /** By tier the waits at both ends of an edge, null where nobody boards. */
  waits(run) {
    return TIERS.map(([a, b]) => [this.wait(run, run.start, a, b), this.wait(run, run.end, b, a)]);
  }

  /** The share of calls that the fastest of the trains of two runs make, by tier. */
  oddsOf(run, after) {
    const trains = Math.min(run.trains, after.trains);
    if (!this.odds.has(trains)) {
      const p = this.parameters;
      const odds = this.useful.map((share) => {
        const count = Math.max(1, trains * share);
        return Math.max(p.stop_odds - p.stop_odds_n * Math.log(count), p.stop_odds_least);
      });
      this.odds.set(trains, odds);
    }
    return this.odds.get(trains);
  }

  /** Places where travellers change from train to train. */
  changes() {
    const found = new Set();
    for (const [key, { end }] of this.calls) if (end > 0) found.add(key.split(" ")[0]);
    return found;
  }
}

/** The routes whose trains use an edge with their directions, in the order of their ids. */
function sortedLines(edge) {
  const lines = edge.lines ?? [[edge.route, 1]];
  return lines.toSorted((a, b) => (a[0] === b[0] ? a[1] - b[1] : a[0] < b[0] ? -1 : 1));
}

const haveCommon = (run, after) =>
  run.lines.some(([route, sense]) => after.lines.some(([r, s]) => r === route && s === sense));

/** Of the ways from one edge to another that the table knows, the one with the shortest stop. */
function statedPassage(known, run, after) {
  let best = null;
  for (const [a, s] of run.lines) {
    for (const [b, t] of after.lines) {
      const passage = known.get(wayKey(a, s, b, t, run.kind));
      if (passage && (best === null || passage.dwell < best.dwell)) best = passage;
    }
  }
  return best;
}

/** Whether a train would go on without turning back. */
function isStraightOn(run, after) {
  const [before, onward] = [run, after].map(({ edge }) => edge.headings[edge.u === run.v ? 0 : 1]);
  const turn = (((before - onward) % 360) + 360) % 360;
  return Math.abs(turn - 180) < STRAIGHT_ON; // both look away from the place
}

/** Sets of routes to which trains go on, each known by a number; -1 stands for any route. */
class RouteSets {
  constructor(through) {
    this.through = through;
    this.sets = [];
    this.numbers = new Map();
    this.meets = new Map();
  }

  number(routes) {
    const key = [...routes].sort().join(" ");
    if (!this.numbers.has(key)) {
      this.numbers.set(key, this.sets.length);
      this.sets.push(new Set(routes));
    }
    return this.numbers.get(key);
  }

  /** The routes that trains of a run go on to. */
  of({ kind, lines }) {
    const known = lines.map(([route]) => this.through[kind].get(route));
    if (known.includes(undefined)) return -1;
    return this.number(new Set(known.flatMap((routes) => [...routes])));
  }

  /** The routes that trains go on to over an edge, from those before it and those of its own. */
  both(a, b) {
    if (a < 0 || b < 0) return b;
    const key = a * 65536 + b;
    if (!this.meets.has(key)) {
      const other = this.sets[b];
      this.meets.set(key, this.number([...this.sets[a]].filter((route) => other.has(route))));
    }
    return this.meets.get(key);
  }

  /** Whether trains that go on to some routes go on to the edge of a run. */
  goOn(onward, { kind, lines }) {
    if (onward < 0) return true;
    const routes = this.sets[onward];
    return lines.some(([route]) => routes.has(route) || !this.through[kind].has(route));
  }
}
