// The graph a traveller sees, as `geo.network.travel_graph` has it: the network of a mode and the
// ways into it.
import { ArcList, CompressedArcs, fastestFrom, LEG } from "./plan-graph.js";
import { street } from "./plan-roads.js";
import { isEntry, TIERS } from "./plan-trains.js";

/** Modes whose vehicles are boarded at stations and ports. */
const BOARDED = ["rail", "water"];
const MODES = ["road", "rail", "water"];

/**
 * A network as a traveller sees it.
 *
 * Its nodes are numbers: settlements and places (`points`), then nodes of ordinary roads, then of
 * every point those at which travellers board (`dep`) and have left (`arr`) a train or ship, with
 * nodes before (`enter`) and behind (`leave`) where the ground is for access alone, then trains and
 * ships that have arrived somewhere, and last the ends of trips that are no point of the region.
 */
export class TravelGraph {
  /**
   * @param {any} world The tables, centres and settlements, and the ground of a plan.
   * @param {any[]} edges Edges that are open.
   * @param {string} mode
   * @param {import("./plan-trains.js").Trains | null} trains
   */
  constructor(world, edges, mode, trains) {
    this.world = world;
    this.edges = edges;
    this.mode = mode;
    this.parameters = world.tables.parameters;
    const present = MODES.filter((name) => edges.some((edge) => edge.mode === name));
    this.modes = mode === "any" ? present : [mode];
    this.boarded = this.modes.filter((name) => BOARDED.includes(name));
    this.numberNodes();
    this.routes = world.tables.routes;
    this.route = new Map(this.routes.map(({ id }, i) => [id, i]));
    this.arcs = new ArcList();
    /** Places of trains and ships by node, from `aboard` on. */
    this.stops = [];
    /** @type {(node: number) => number | undefined} Trains a day that have come to a node. */
    this.trainsOver = () => undefined;
    /** Ends of trips behind all other nodes, and what paths over arcs have in common. */
    this.extra = [];
    /** @type {number[] | null} */
    this.things = null;
    if (this.modes.includes("rail") && trains) this.addTrains(trains);
    if (this.modes.includes("water")) this.addShips();
    if (mode === "road" || mode === "any") this.addRoads();
    else if (this.boarded.length) this.addAccess();
    this.size = this.aboard + this.stops.length;
    this.compressed = new CompressedArcs(this.size, this.arcs.tail, this.arcs.head, this.arcs.min);
  }

  numberNodes() {
    const { points, roads } = this.world;
    const count = points.length;
    this.points = points;
    this.number = new Map(points.map(({ node }, i) => [node, i]));
    this.road = count;
    this.dep = count + roads;
    this.arr = this.dep + count;
    this.enter = this.arr + count;
    this.leave = this.enter + count;
    this.aboard = this.leave + count;
  }

  /** The number of the node of a point. */
  at(id) {
    return this.number.get(id);
  }

  kind(id) {
    return this.world.tables.place.get(id).kind;
  }

  /** What an edge is to an arc. */
  carrier(edge, number) {
    return { km: edge.km, edge: number, leg: this.route.get(edge.route) };
  }

  /** The nodes of the places where travellers enter a mode. */
  entries(mode) {
    const places = new Set();
    for (const edge of this.edges) {
      if (edge.mode !== mode) continue;
      for (const id of [edge.u, edge.v]) {
        if (isEntry(this.world.tables.place.get(id), mode)) places.add(id);
      }
    }
    return Array.from(places, (id) => this.at(id));
  }

  addTrains(trains) {
    const { arcs, aboard } = this;
    const tiers = TIERS.length;
    const number = new Map(this.edges.map(({ id }, i) => [id, i]));
    const on = trains.runs.map(({ edge }) => this.carrier(edge, number.get(edge.id)));
    this.stops = trains.rides.flatMap(({ run }) => Array(tiers).fill(trains.runs[run].v));
    this.trainsOver = (node) =>
      trains.runs[trains.rides[Math.floor((node - aboard) / tiers)]?.run]?.trains;
    this.addBoarding(trains, on);
    for (const { from, to, loss } of trains.going) {
      const j = trains.rides[to].run;
      const after = trains.runs[j];
      const odds = trains.oddsOf(trains.runs[trains.rides[from].run], after);
      for (let k = 0; k < tiers; k++) {
        const min = loss.fixed + loss.stops * odds[k] + after.minutes;
        arcs.add(aboard + from * tiers + k, aboard + to * tiers + k, min, on[j]);
      }
    }
    const change = { km: 0, edge: -1, leg: LEG.rail };
    for (const id of trains.changes()) {
      const at = this.at(id);
      arcs.add(this.arr + at, this.dep + at, this.parameters.transfer_min, change);
    }
  }

  /** The arcs on to and off trains. */
  addBoarding(trains, on) {
    const { arcs, aboard } = this;
    const waits = trains.runs.map((run) => trains.waits(run));
    trains.rides.forEach(({ run: i }, ride) => {
      const run = trains.runs[i];
      const [u, v] = [this.dep + this.at(run.u), this.arr + this.at(run.v)];
      const leaving = { km: 0, edge: -1, leg: on[i].leg };
      waits[i].forEach(([first, last], k) => {
        const node = aboard + ride * TIERS.length + k;
        if (ride < trains.runs.length && first !== null) {
          arcs.add(u, node, run.half + first + run.minutes, on[i], first);
        }
        if (last !== null) arcs.add(node, v, run.half + last, leaving, last);
      });
    });
  }

  /** Ships, from port to port without a wait. */
  addShips() {
    const runs = this.edges.flatMap((edge, number) => {
      if (edge.mode !== "water") return [];
      const on = this.carrier(edge, number);
      const ends = [
        [edge.u, edge.v],
        [edge.v, edge.u],
      ];
      return ends.map(([u, v]) => {
        this.stops.push(v);
        return { u, v, min: edge.min, on, node: this.aboard + this.stops.length - 1 };
      });
    });
    for (const run of runs) this.addShip(run, runs);
  }

  addShip({ u, v, min, on, node }, runs) {
    for (const before of runs) {
      if (before.v === u && before.node !== node) this.arcs.add(before.node, node, min, on);
    }
    const leaving = { km: 0, edge: -1, leg: on.leg };
    if (this.kind(u) !== "border") this.arcs.add(this.dep + this.at(u), node, min, on);
    if (this.kind(v) !== "border") this.arcs.add(node, this.arr + this.at(v), 0, leaving);
  }

  /** The edges of roads, the ways on the ground, and the doors of stations and ports. */
  addRoads() {
    this.edges.forEach((edge, number) => {
      if (edge.mode !== "road" || edge.u === edge.v) return;
      this.arcs.addBoth(this.at(edge.u), this.at(edge.v), edge.min, this.carrier(edge, number));
    });
    const { groundWays, ground } = this.world;
    if (ground) for (const way of groundWays) this.addGround(way);
    else this.addStraight();
    for (const mode of this.boarded) this.addDoors(mode, 0, 0);
  }

  /** A way on the ground: it takes longer to enter or leave an expressway where two meet. */
  addGround({ u, v, min, on, junctions }) {
    this.arcs.addBoth(u, v, min + this.parameters.junction_min * junctions, on);
  }

  /** Straight ways, where no ordinary roads are known. */
  addStraight() {
    const entries = this.modes.map((mode) => new Set(this.entries(mode)));
    const boarded = entries.filter((_, i) => BOARDED.includes(this.modes[i]));
    const spots = this.world.settled.length;
    const joins = (one, other) =>
      (one < spots || boarded.some((own) => own.has(one))) && entries.some((own) => own.has(other));
    for (const { u, v, km: straight } of this.world.straight) {
      const [a, b] = [this.at(u), this.at(v)];
      if (!joins(a, b) && !joins(b, a)) continue;
      const [min, km] = street(straight, this.parameters);
      this.addGround(this.world.groundWay(a, b, min, km));
    }
  }

  /** The arcs between the ground and boarding at every station or port. */
  addDoors(mode, enter, leave) {
    const p = this.parameters;
    const [board, alight] = mode === "rail" ? [p.board_min, p.alight_min] : [0, 0];
    const on = { km: 0, edge: -1, leg: LEG[mode] };
    for (const at of this.entries(mode)) {
      this.arcs.add(enter + at, this.dep + at, board, on);
      this.arcs.add(this.arr + at, leave + at, alight, on);
    }
  }

  /** The ways from settlements to stations, back, and between stations: in every trip is a train. */
  addAccess() {
    const doors = new Set(this.entries(this.mode));
    const spots = this.world.settled.length;
    for (const { from, to, min, km } of this.world.access()) {
      const [a, b] = [this.at(from), this.at(to)];
      if (!doors.has(b)) continue;
      const on = { km, edge: -1, leg: LEG.ground };
      if (a < spots) {
        this.arcs.add(a, this.enter + b, min, on);
        this.arcs.add(this.leave + b, a, min, on);
      } else if (doors.has(a) && min <= this.parameters.transfer_limit_min) {
        this.arcs.add(this.leave + a, this.enter + b, min, on);
      }
    }
    this.addDoors(this.mode, this.enter, this.leave);
  }

  /** The minutes from a node to others. */
  minutes(origin, destinations) {
    const { far } = fastestFrom(this.compressed, origin);
    return destinations.map((node) => (node < 0 ? Infinity : far[node]));
  }
}
