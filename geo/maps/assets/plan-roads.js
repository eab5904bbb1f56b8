// Ordinary roads and the ways on them, as `geo.network.ordinary_roads` has it.
import { unpackNumbers, wholeNumbers } from "./decoding.js";
import { CompressedArcs, NodeHeap, searchFrom } from "./plan-graph.js";
import { pointAlong, tiesOf } from "./plan-ground.js";

/** A node with more neighbours stays: what would join them is more ways than led to it. */
const MOST_NEIGHBOURS = 6;
/** Of so many sets of new points the ways are kept. */
const KEPT = 24;

/** Lines from their points in a row: longitude and latitude of each. */
export function decodeLines({ counts, points }) {
  const sizes = wholeNumbers(counts);
  const starts = new Uint32Array(sizes.length + 1);
  sizes.forEach((size, i) => {
    starts[i + 1] = starts[i] + size;
  });
  return { starts, points: unpackNumbers(points) };
}

/** Ordinary roads: nodes in the order of longitude and latitude, edges with km and minutes. */
export function decodeRoads(packed) {
  const { starts, points } = decodeLines(packed);
  const count = starts.length - 1;
  const ends = [];
  for (let e = 0; e < count; e++) ends.push(starts[e], starts[e + 1] - 1);
  const order = ends.toSorted(
    (a, b) => points[2 * a] - points[2 * b] || points[2 * a + 1] - points[2 * b + 1],
  );
  const node = new Int32Array(points.length / 2);
  const [lon, lat] = [[], []];
  for (const at of order) {
    const [x, y] = points.subarray(2 * at, 2 * at + 2);
    if (x !== lon.at(-1) || y !== lat.at(-1)) {
      lon.push(x);
      lat.push(y);
    }
    node[at] = lon.length - 1;
  }
  const u = Int32Array.from({ length: count }, (_, e) => node[ends[2 * e]]);
  const v = Int32Array.from({ length: count }, (_, e) => node[ends[2 * e + 1]]);
  const place = { lon: Float64Array.from(lon), lat: Float64Array.from(lat) };
  return { ...place, u, v, starts, points, ...roadCosts(packed) };
}

/** Length and minutes of every road: by the rule of its surroundings, or as they are. */
function roadCosts({ rules, kinds, km, other }) {
  const kind = wholeNumbers(kinds);
  const [shape, rest] = [unpackNumbers(km), unpackNumbers(other)];
  const cost = { km: new Float64Array(kind.length), min: new Float64Array(kind.length) };
  let [i, j] = [0, 0];
  kind.forEach((number, e) => {
    if (number === 0) {
      cost.km[e] = rest[j++];
      cost.min[e] = rest[j++];
      return;
    }
    const [bend, kmh] = rules[number - 1];
    cost.km[e] = shape[i++] * bend;
    cost.min[e] = 60 * (cost.km[e] / kmh);
  });
  return cost;
}

/** Ways with two ends, minutes and km; both directions alike. */
export class Ways {
  constructor() {
    this.u = [];
    this.v = [];
    this.min = [];
    this.km = [];
  }

  add(u, v, min, km) {
    this.u.push(u);
    this.v.push(v);
    this.min.push(min);
    this.km.push(km);
  }

  get length() {
    return this.u.length;
  }
}

/**
 * The ways over ordinary roads between the points of a region.
 *
 * Its nodes are numbers: the points, then the nodes of roads, then places on roads where points
 * are tied to them.
 */
export class Ground {
  /**
   * @param {any} data
   * @param {(id: string) => {lon: number, lat: number}} find A point by its id.
   */
  constructor(data, find, parameters) {
    this.parameters = parameters;
    this.roads = decodeRoads(data.roads);
    this.points = data.points.map((id) => {
      const { lon, lat } = find(id);
      return { id, lon, lat };
    });
    this.number = new Map(data.points.map((id, i) => [id, i]));
    this.exact = data.exact;
    this.rivers = pointRows(decodeLines(data.rivers));
    this.coasts = pointRows(decodeLines(data.coasts));
    this.firstRoad = this.points.length;
    this.firstCut = this.firstRoad + this.roads.lon.length;
    /** By road the places on it to which points are tied: share of it, node. */
    this.cuts = new Map();
    /** @type {{edge: number, share: number}[]} */
    this.spots = [];
    /** By way over a road the share of it from one end to the other. */
    this.parts = [];
    this.ways = this.joined(decodeTies(data.ties), data.near);
    this.few = condensed(this.ways, this.firstRoad, (node) => this.nameOf(node));
    this.kept = keptNodes(this.few, this.firstRoad);
    this.originals = [...this.kept.keys()];
    this.arcs = arcsOf(this.few, this.kept.size + this.firstRoad);
    /** All ways as a graph, where they are needed. */
    this.all = null;
    this.known = new Map();
    /** By new point the nodes that it is tied to. */
    this.steps = new Map();
    this.spheres = null;
    this.boxes = null;
  }

  /** The name that a node has in Python. */
  nameOf(node) {
    if (node < this.firstRoad) return this.points[node].id;
    if (node < this.firstCut) return `road:${node - this.firstRoad}`;
    const { edge, share } = this.spots[node - this.firstCut];
    return `road:${edge}:${share.toFixed(4)}`;
  }

  /** All ways: roads, cut where points are tied to them, and the ties. */
  joined(ties, near) {
    for (const { edge, share } of ties) {
      if (edge === undefined) continue;
      if (!this.cuts.has(edge)) this.cuts.set(edge, new Map());
      this.cuts.get(edge).set(share, -1);
    }
    const ways = new Ways();
    for (let e = 0; e < this.roads.u.length; e++) this.addRoad(ways, e);
    for (const { point, node, edge, share, km } of ties) {
      const end = edge === undefined ? this.firstRoad + node : this.cuts.get(edge).get(share);
      ways.add(point, end, ...street(km, this.parameters));
    }
    unpackNumbers(near.km).forEach((km, i) => {
      ways.add(near.pairs[2 * i], near.pairs[2 * i + 1], ...street(km, this.parameters));
    });
    return ways;
  }

  /** A road, whole or in the pieces between the places where points are tied to it. */
  addRoad(ways, e) {
    const { u, v, min, km } = this.roads;
    const cuts = this.cuts.get(e) ?? new Map();
    let [node, from] = [this.firstRoad + u[e], 0];
    for (const share of [...cuts.keys()].sort((a, b) => a - b)) {
      const cut = this.firstCut + this.spots.length;
      this.spots.push({ edge: e, share });
      cuts.set(share, cut);
      ways.add(node, cut, min[e] * (share - from), km[e] * (share - from));
      this.parts.push({ edge: e, from, to: share });
      [node, from] = [cut, share];
    }
    ways.add(node, this.firstRoad + v[e], min[e] * (1 - from), km[e] * (1 - from));
    this.parts.push({ edge: e, from, to: 1 });
  }

  /**
   * The fastest ways from a point to all others, within minutes and not through a third.
   *
   * @param {number} point
   */
  reach(point, limit = Infinity) {
    const isOther = (node) => node < this.firstRoad && node !== point;
    const found = searchFrom(this.arcs, [{ node: point, min: 0, km: 0 }], isOther, limit);
    return found.filter(({ node }) => isOther(node));
  }

  /** The fastest ways over the few ways from what a new point is tied to, not through a point. */
  search(sources, limit) {
    return searchFrom(this.arcs, sources, (node) => node < this.firstRoad, limit);
  }

  /**
   * The ways from new points to the nodes of the few ways, and from one new point to another.
   *
   * @param {{id: string, lon: number, lat: number}[]} points
   */
  added(points) {
    const key = points.map(({ id, lon, lat }) => `${id} ${lon} ${lat}`).join(";");
    if (!this.known.has(key)) {
      if (this.known.size >= KEPT) {
        this.known.clear();
        this.steps.clear();
      }
      this.known.set(key, this.searchAdded(points));
    }
    return this.known.get(key);
  }

  searchAdded(points) {
    const { ties, near } = tiesOf(this, this.points, points);
    this.all ??= arcsOf(this.ways, this.firstCut + this.spots.length);
    const places = points.map((_, i) =>
      ties.filter(({ point }) => point === i).map((each) => this.tiePlace(each)),
    );
    points.forEach(({ id }, i) => {
      this.steps.set(
        id,
        places[i].flatMap(({ steps }) => steps),
      );
    });
    const isKept = (node) => node < this.firstRoad || this.kept.has(node);
    const mine = new Map(points.map(({ id }, i) => [id, i]));
    const between = directWays(places, near, mine, this.parameters);
    const found = places.map((own, i) => {
      const first = own.flatMap(({ steps }) => steps);
      for (const { a, b, km } of near) {
        const other = mine.get(a) === i ? b : mine.get(b) === i ? a : undefined;
        if (!this.number.has(other)) continue;
        const [min, length] = street(km, this.parameters);
        first.push({ node: this.number.get(other), min, km: length });
      }
      const reached = searchFrom(this.all, first, isKept);
      between.push(...meetings(i, reached, places));
      return reached.filter(({ node }) => isKept(node)).map((way) => this.renumbered(way));
    });
    return { ways: found, between };
  }

  /** The course of the fastest way between two points or nodes, as longitudes and latitudes. */
  course(from, to) {
    this.all ??= arcsOf(this.ways, this.firstCut + this.spots.length);
    const [starts, ends] = [from, to].map(({ number, id }) =>
      number === undefined ? (this.steps.get(id) ?? []) : [{ node: number, min: 0 }],
    );
    const inner = pathBetween(this.all, starts, ends).flatMap((entry) => this.courseOf(entry));
    const edge = ({ lon, lat }) => (lon === undefined ? [] : [[lon, lat]]);
    return [...edge(from), ...inner, ...edge(to)];
  }

  /** The course of a way of the graph of all ways; nothing for one by street. */
  courseOf(entry) {
    const arc = this.all.arcs[entry];
    const count = this.ways.length;
    const { edge, from, to } = this.parts[arc % count] ?? {};
    if (edge === undefined) return [];
    const { starts, points } = this.roads;
    const line = [];
    for (let i = starts[edge]; i < starts[edge + 1]; i++) {
      line.push([points[2 * i], points[2 * i + 1]]);
    }
    const part = from === 0 && to === 1 ? line : partOfLine(line, from, to);
    return arc < count ? part : part.toReversed();
  }

  renumbered(way) {
    return { ...way, node: this.kept.get(way.node) ?? way.node };
  }

  /** Where a new tie meets the roads: what it is on, and the steps from the point to nodes. */
  tiePlace({ node, edge, share, km: straight }) {
    const [min, km] = street(straight, this.parameters);
    if (edge === undefined) return { min, km, steps: [{ node: this.firstRoad + node, min, km }] };
    const road = { u: this.roads.u[edge], v: this.roads.v[edge] };
    const cuts = [...(this.cuts.get(edge) ?? [])].sort((a, b) => a[0] - b[0]);
    const before = cuts.findLast(([at]) => at <= share) ?? [0, this.firstRoad + road.u];
    const after = cuts.find(([at]) => at >= share) ?? [1, this.firstRoad + road.v];
    const cost = { min: this.roads.min[edge], km: this.roads.km[edge] };
    const steps = [before, after].map(([at, end]) => {
      const part = Math.abs(at - share);
      return { node: end, min: min + cost.min * part, km: km + cost.km * part };
    });
    return { min, km, edge, share, cost, steps };
  }
}

/** The entries of the fastest way from one of some nodes to one of others. */
function pathBetween({ size, starts, heads, minutes, tails }, sources, targets) {
  const far = new Float64Array(size).fill(Infinity);
  const into = new Int32Array(size).fill(-1);
  const heap = new NodeHeap(far);
  const reach = (node, min, entry) => {
    if (min >= far[node]) return;
    far[node] = min;
    into[node] = entry;
    heap.raise(node);
  };
  for (const { node, min } of sources) reach(node, min, -1);
  const more = new Map(targets.map(({ node, min }) => [node, min]));
  let [end, best] = [-1, Infinity];
  while (heap.size) {
    const node = heap.pop();
    if (far[node] >= best) break;
    const total = far[node] + (more.get(node) ?? Infinity);
    if (total < best) [end, best] = [node, total];
    for (let at = starts[node]; at < starts[node + 1]; at++) {
      reach(heads[at], far[node] + minutes[at], at);
    }
  }
  const path = [];
  for (let node = end; node >= 0 && into[node] >= 0; node = tails[into[node]])
    path.push(into[node]);
  return path.reverse();
}

/** The part of a line between two shares of its flat length. */
function partOfLine(line, from, to) {
  const lengths = line.slice(1).map(([x, y], i) => Math.hypot(x - line[i][0], y - line[i][1]));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  let run = 0;
  const inner = line.slice(1).filter((_, i) => {
    run += lengths[i];
    return run > from * total && run < to * total;
  });
  return [pointAlong(line, from), ...inner, pointAlong(line, to)];
}

/** New points that are tied to each other, or to one road. */
function directWays(places, near, mine, parameters) {
  const found = [];
  for (const { a, b, km } of near) {
    if (!mine.has(a) || !mine.has(b)) continue;
    const [min, length] = street(km, parameters);
    found.push({ a: mine.get(a), b: mine.get(b), min, km: length });
  }
  const onRoads = places.flatMap((own, point) =>
    own.filter(({ edge }) => edge !== undefined).map((tie) => ({ ...tie, point })),
  );
  for (const one of onRoads) {
    for (const other of onRoads) {
      if (one.point >= other.point || one.edge !== other.edge) continue;
      const part = Math.abs(one.share - other.share);
      const [min, km] = ["min", "km"].map((key) => one[key] + one.cost[key] * part + other[key]);
      found.push({ a: one.point, b: other.point, min, km });
    }
  }
  return found;
}

/** Where the search from a new point comes by what a later one is tied to. */
function meetings(a, reached, places) {
  const far = new Map(reached.map((way) => [way.node, way]));
  const found = [];
  for (let b = a + 1; b < places.length; b++) {
    for (const { node, min, km } of places[b].flatMap(({ steps }) => steps)) {
      const way = far.get(node);
      if (way) found.push({ a, b, min: way.min + min, km: way.km + km });
    }
  }
  return found;
}

/** Lines as rows of points. */
function pointRows({ starts, points }) {
  return Array.from({ length: starts.length - 1 }, (_, i) => {
    const own = points.subarray(2 * starts[i], 2 * starts[i + 1]);
    return Array.from({ length: own.length / 2 }, (__, k) => [own[2 * k], own[2 * k + 1]]);
  });
}

/** Number the nodes of ways that are no points on, in their order; return the new numbers. */
function keptNodes(ways, first) {
  const kept = new Map();
  for (const ends of [ways.u, ways.v]) {
    ends.forEach((node, i) => {
      if (node < first) return;
      if (!kept.has(node)) kept.set(node, first + kept.size);
      ends[i] = kept.get(node);
    });
  }
  return kept;
}

/** Ways of both directions as a graph. */
function arcsOf({ u, v, min, km }, size) {
  return new CompressedArcs(size, u.concat(v), v.concat(u), min.concat(min), km.concat(km));
}

/** Minutes and km of a way by street, by its straight distance. */
export function street(straight, parameters) {
  const km = straight * parameters.access_detour;
  return /** @type {[number, number]} */ ([(60 * km) / parameters.access_speed, km]);
}

function decodeTies({ counts, where, share, km }) {
  const [ends, shares, straight] = [wholeNumbers(where), wholeNumbers(share), unpackNumbers(km)];
  const ties = [];
  let inner = 0;
  counts.forEach((count, point) => {
    for (let k = 0; k < count; k++) {
      const i = ties.length;
      const end = Math.floor(ends[i] / 2);
      const at = ends[i] % 2 ? { edge: end, share: shares[inner++] / 1e4 } : { node: end };
      ties.push({ point, ...at, km: straight[i] });
    }
  });
  return ties;
}

/**
 * Ways without the nodes from a number of those that stay on, as fast between all that are left.
 *
 * What led over a node that goes joins its neighbours, where no way over another such node is as
 * fast; a node goes where that makes no more ways than led to it. Of nodes with as few neighbours
 * the first by name goes first, so that the same ways are left as in Python.
 *
 * @param {Ways} ways
 * @param {number} stay
 * @param {(node: number) => string} nameOf
 */
export function condensed(ways, stay, nameOf) {
  const web = new Web(ways, stay);
  const nodes = [...web.around.keys()];
  const names = new Map(nodes.map((node) => [node, nameOf(node)]));
  nodes.sort((a, b) => (names.get(a) < names.get(b) ? -1 : 1));
  const rank = new Map(nodes.map((node, i) => [node, i]));
  const waiting = new Waiting(nodes.length);
  const push = (node) => {
    const count = web.around.get(node).size;
    if (count <= MOST_NEIGHBOURS) waiting.push(count, rank.get(node));
  };
  for (const node of nodes) if (node >= stay) push(node);
  for (let next = waiting.pop(); next !== null; next = waiting.pop()) {
    const node = nodes[next.rank];
    if (web.around.get(node)?.size !== next.count) continue; // gone or changed since
    for (const end of web.takeOut(node)) if (end >= stay) push(end);
  }
  return web.left(
    nodes.filter((node) => web.around.has(node)),
    rank,
  );
}

/** Nodes that may go, those with the fewest neighbours first, then those of the lowest rank. */
class Waiting {
  constructor(size) {
    this.size = size;
    this.heap = [];
  }

  push(count, rank) {
    const { heap } = this;
    const key = count * this.size + rank;
    let at = heap.length;
    heap.push(key);
    while (at > 0 && heap[(at - 1) >> 1] > key) {
      heap[at] = heap[(at - 1) >> 1];
      at = (at - 1) >> 1;
    }
    heap[at] = key;
  }

  pop() {
    const { heap } = this;
    if (!heap.length) return null;
    const [first, last] = [heap[0], heap.pop()];
    if (heap.length) this.sink(last);
    return { count: Math.floor(first / this.size), rank: first % this.size };
  }

  sink(key) {
    const { heap } = this;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && heap[child + 1] < heap[child]) child++;
      if (heap[child] >= key) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = key;
  }
}

/** Ways by their ends. */
class Web {
  constructor(ways, stay) {
    this.stay = stay;
    this.around = new Map();
    for (let i = 0; i < ways.length; i++) {
      this.join(ways.u[i], ways.v[i], ways.min[i], ways.km[i]);
    }
  }

  of(node) {
    if (!this.around.has(node)) this.around.set(node, new Map());
    return this.around.get(node);
  }

  /** Join two nodes, where no faster way does. */
  join(u, v, min, km) {
    if (u === v) return;
    const known = this.of(u).get(v);
    if (known && (known.min < min || (known.min === min && known.km <= km))) return;
    const way = { min, km };
    this.of(u).set(v, way);
    this.of(v).set(u, way);
  }

  /** Whether a way over one other node that may go is as fast. */
  leadsRound(u, v, minutes, without) {
    let [few, many] = [this.of(u), this.of(v)];
    if (few.size > many.size) [few, many] = [many, few];
    for (const [x, { min }] of few) {
      if (x < this.stay || x === without) continue;
      const other = many.get(x);
      if (other && min + other.min <= minutes) return true;
    }
    return false;
  }

  /** Take out a node, if that makes no more ways than led to it; return its neighbours. */
  takeOut(node) {
    const ends = [...this.around.get(node)];
    const needed = this.needed(node, ends);
    if (needed.filter(([a, b]) => !this.of(a).has(b)).length > ends.length) return [];
    this.around.delete(node);
    for (const [end] of ends) this.of(end).delete(node);
    for (const way of needed) this.join(...way);
    return ends.map(([end]) => end);
  }

  /** The ways between the neighbours of a node that nothing else replaces. */
  needed(node, ends) {
    const found = [];
    for (let i = 0; i < ends.length; i++) {
      for (let j = i + 1; j < ends.length; j++) {
        const [[a, one], [b, other]] = [ends[i], ends[j]];
        const min = one.min + other.min;
        if (!this.leadsRound(a, b, min, node)) found.push([a, b, min, one.km + other.km]);
      }
    }
    return found;
  }

  /** What is left, without ways round which others lead as fast; nodes in the order of names. */
  left(nodes, rank) {
    const onward = (u) =>
      [...this.of(u)]
        .filter(([v]) => rank.get(u) < rank.get(v))
        .sort((a, b) => rank.get(a[0]) - rank.get(b[0]));
    for (const u of nodes) {
      for (const [v, { min }] of onward(u)) {
        if (!this.leadsRound(u, v, min, -1)) continue;
        this.of(u).delete(v);
        this.of(v).delete(u);
      }
    }
    const ways = new Ways();
    for (const u of nodes) for (const [v, { min, km }] of onward(u)) ways.add(u, v, min, km);
    return ways;
  }
}
