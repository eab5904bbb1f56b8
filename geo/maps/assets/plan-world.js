// Where travellers start, go and change: centres, settlements and places, and the ground between.
import { geodesicKm } from "./geodesy.js";
import { LEG } from "./plan-graph.js";
import { KM_PER_DEGREE } from "./plan-ground.js";
import { Ground, street } from "./plan-roads.js";
import { isEntry } from "./plan-trains.js";

/** Kinds of places that are no points on the ground. */
const OFF_GROUND = new Set(["border", "tunnel", "bridge"]);
/** Kinds of places between which travellers go over the ground to change. */
const CHANGED_AT = new Set(["station", "port"]);

/** A row of a centre or settlement, as a record with its node. */
const settledOf = (kind) => (row) => {
  const [id, zh, en, lon, lat, population, region, city] = row;
  return { node: `${kind}:${id}`, id, name: [zh, en], lon, lat, population, region, city };
};

/** The points of the region and the ground, with what a plan adds to them. */
export class World {
  /** @param {any} data @param {any} tables */
  constructor(data, tables) {
    this.tables = tables;
    this.parameters = tables.parameters;
    this.cities = data.cities.map(settledOf("city"));
    this.zones = data.zones.length ? data.zones.map(settledOf("zone")) : this.cities;
    this.settled = this.zones === this.cities ? this.cities : [...this.cities, ...this.zones];
    const find = new Map([...this.settled, ...nodes(tables.places)].map((p) => [p.node, p]));
    this.ground = data.ground
      ? new Ground(data.ground, (id) => find.get(id), this.parameters)
      : null;
    /** @type {{u: string, v: string, km: number}[]} Straight ways, where there are no roads. */
    this.straight = this.ground ? [] : this.straightWays();
    this.roads = this.ground ? this.ground.kept.size : 0;
    /** Places that the plan adds, and the ways from them to the ground. */
    this.fresh = [];
    this.ways = null;
    /** The world without what the plan adds. */
    this.base = null;
    this.near = null;
    this.settle();
  }

  /** Number the points. */
  settle() {
    this.points = [...this.settled, ...nodes(this.tables.places)];
    this.number = new Map(this.points.map(({ node }, i) => [node, i]));
    this.groundWays = this.ground ? this.numberedWays() : [];
  }

  /** The world of a plan that adds places. */
  with(tables) {
    const fresh = tables.places.filter(({ id }) => !this.tables.place.has(id));
    if (!fresh.length) return tables === this.tables ? this : this.copied({ tables, base: this });
    const onGround = fresh.filter(({ kind }) => !OFF_GROUND.has(kind));
    const made = this.copied({ tables, fresh: onGround, base: this, near: null });
    if (!this.ground) made.straight = made.straightWays();
    made.settle();
    if (this.ground && onGround.length) made.addWays();
    return made;
  }

  copied(changes) {
    return Object.assign(Object.create(World.prototype), this, changes);
  }

  /** The few ways on the ground as arcs have them, with how many of their ends are junctions. */
  numberedWays() {
    const { u, v, min, km } = this.ground.few;
    return u.map((a, i) => this.groundWay(this.nodeOf(a), this.nodeOf(v[i]), min[i], km[i]));
  }

  groundWay(u, v, min, km) {
    const junctions = this.isJunction(u) + this.isJunction(v);
    return { u, v, min, on: { km, edge: -1, leg: LEG.ground }, junctions };
  }

  /** Whether a place lies on the ground, among those of the region or of the plan. */
  isOnGround(id) {
    return this.ground.number.has(id) || this.fresh.some((place) => place.id === id);
  }

  isJunction(node) {
    return this.points[node]?.kind === "junction" ? 1 : 0;
  }

  /** The node of the ground, all ways included, for one of the graph on ordinary roads. */
  groundOf(node) {
    return this.ground.originals[node - this.points.length];
  }

  /**
   * The course of a way on the ground.
   *
   * @param {{number?: number, id?: string, lon?: number, lat?: number}} from
   * @param {{number?: number, id?: string, lon?: number, lat?: number}} to
   */
  course(from, to) {
    return this.ground
      ? this.ground.course(from, to)
      : [from, to].map(({ lon, lat }) => [lon, lat]);
  }

  /** The node of the graph for one of the ground. */
  nodeOf(i) {
    const { points, firstRoad } = this.ground;
    return i < firstRoad ? this.number.get(points[i].id) : this.points.length + i - firstRoad;
  }

  /** Add the ways from the places of a plan to the ground. */
  addWays() {
    this.ways = this.ground.added(this.fresh);
    const node = this.fresh.map(({ id }) => this.number.get(id));
    const more = this.ways.ways.flatMap((own, i) =>
      own.map((way) => this.groundWay(node[i], this.nodeOf(way.node), way.min, way.km)),
    );
    const between = this.ways.between.map(({ a, b, min, km }) =>
      this.groundWay(node[a], node[b], min, km),
    );
    this.groundWays = [...this.groundWays, ...more, ...between];
  }

  /** The fastest ways from settlements and stations to places on the ground, within limits. */
  access() {
    if (this.base && !this.fresh.length) return this.base.access();
    this.near ??= this.ground ? this.overRoads() : this.alongLines();
    return this.near;
  }

  overRoads() {
    const { points, number } = this.ground;
    const { access_limit_min: far, transfer_limit_min: close } = this.parameters;
    const search = (id, limit) =>
      this.ground
        .reach(number.get(id), limit)
        .map(({ node, min, km }) => ({ from: id, to: points[node].id, min, km }));
    if (this.base) {
      const more = this.fresh.flatMap((place, i) => this.accessTo(place, i));
      return [...this.base.access(), ...more];
    }
    const changed = this.tables.places.filter(({ kind }) => CHANGED_AT.has(kind));
    return [
      ...this.settled.flatMap(({ node }) => search(node, far)),
      ...changed.flatMap(({ id }) => search(id, close)),
    ];
  }

  /** The ways to a place of the plan from settlements, and between it and stations. */
  accessTo({ id }, i) {
    const found = [];
    const limit = this.parameters.access_limit_min;
    for (const { to, min, km } of this.waysFrom(this.ways, i, this.fresh, limit)) {
      found.push({ from: to, to: id, min, km }, { from: id, to, min, km });
    }
    return found;
  }

  /**
   * The fastest ways from a new point to all others, not through a third.
   *
   * @param {any} added Result of `Ground.added`.
   * @param {number} i Number of the point among those that were added.
   * @param {{id: string}[]} points These.
   * @param {number} limit Minutes.
   */
  waysFrom(added, i, points, limit) {
    const { firstRoad } = this.ground;
    const best = new Map();
    const put = (to, min, km) => {
      if (min <= limit && !(best.get(to)?.min <= min)) best.set(to, { to, min, km });
    };
    const onRoads = new Map();
    for (const way of this.ground.search(added.ways[i], limit)) {
      if (way.node < firstRoad) put(this.ground.points[way.node].id, way.min, way.km);
      else onRoads.set(way.node, way);
    }
    added.ways.forEach((own, j) => {
      if (j === i) return;
      for (const { node, min, km } of own) {
        const way = onRoads.get(node);
        if (way) put(points[j].id, way.min + min, way.km + km);
      }
    });
    for (const { a, b, min, km } of added.between) {
      if (a === i || b === i) put(points[a === i ? b : a].id, min, km);
    }
    return [...best.values()];
  }

  alongLines() {
    return this.straight.flatMap(({ u, v, km: straight }) => {
      const [min, km] = street(straight, this.parameters);
      return [
        { from: u, to: v, min, km },
        { from: v, to: u, min, km },
      ];
    });
  }

  /**
   * Straight ways as far as travellers go, where no ordinary roads are known: from settlements,
   * stations and ports to all places at which a network may be entered on some day.
   */
  straightWays() {
    const modes = modesOf(this.tables.sections);
    const doors = nodes(this.tables.places).filter(
      (place) => modes.has(place.id) && isEntry(place, "road"),
    );
    const isBoarded = ({ id }) => modes.get(id).has("rail") || modes.get(id).has("water");
    const starts = [...this.settled, ...doors.filter(isBoarded)];
    const rank = new Map(starts.map(({ node }, i) => [node, i]));
    const limit = this.parameters.access_limit;
    return starts.flatMap((one, i) =>
      doors.flatMap((other) => {
        const isKnown = (rank.get(other.node) ?? Infinity) <= i;
        if (isKnown || Math.abs(one.lat - other.lat) * KM_PER_DEGREE > limit) return [];
        const km = geodesicKm(one.lon, one.lat, other.lon, other.lat);
        return km <= limit ? [{ u: one.node, v: other.node, km }] : [];
      }),
    );
  }
}

/** By place the modes of the sections on which it is. */
function modesOf(sections) {
  const modes = new Map();
  for (const { stops, mode } of sections) {
    for (const id of stops) modes.set(id, (modes.get(id) ?? new Set()).add(mode));
  }
  return modes;
}

/** Places as points of the graph. */
const nodes = (places) => places.map((place) => ({ ...place, node: place.id }));
