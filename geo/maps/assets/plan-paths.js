// Journeys leg by leg, and further ones that are really different, as `geo.network.travel_times`
// has it.
import { fastestFrom, LEG } from "./plan-graph.js";
import { edgeLine } from "./plan-tables.js";

/** A further route may repeat at most this share of an earlier one. */
const MAX_OVERLAP = 0.6;
/** How often a search is repeated per route wanted, and how much longer used edges take then. */
const TRIES = 4;
const PENALTY = 1.5;

/**
 * Paths between two nodes, the fastest first, as numbers of arcs.
 *
 * @param {any} graph
 * @param {Float64Array} minutes By arc.
 */
export function differentPaths(graph, minutes, start, end, count) {
  const { compressed, arcs } = graph;
  const weights = Float64Array.from(compressed.arcs, (arc) => minutes[arc]);
  const paths = [];
  for (let tries = 0; tries < TRIES * count && paths.length < count; tries++) {
    const entries = fastestPath(compressed, start, end, weights);
    if (entries === null) break;
    const path = entries.map((entry) => compressed.arcs[entry]);
    if (count === 1) return [path];
    const things = thingsOf(graph);
    if (paths.every((other) => overlap(path, other, things, arcs) <= MAX_OVERLAP)) paths.push(path);
    lengthen(weights, new Set(path.map((arc) => things[arc])), things, compressed.arcs);
  }
  const total = (path) => path.reduce((sum, arc) => sum + minutes[arc], 0);
  return paths.sort((a, b) => total(a) - total(b));
}

/** Let what a path uses take half as long again. */
function lengthen(weights, used, things, arcs) {
  for (let at = 0; at < weights.length; at++)
    if (used.has(things[arcs[at]])) weights[at] *= PENALTY;
}

/** The entries of the fastest way from node to node; null where there is none. */
function fastestPath(compressed, start, end, weights) {
  const { into } = fastestFrom(compressed, start, weights, end);
  const entries = [];
  let node = end;
  while (node !== start) {
    const entry = into[node];
    if (entry < 0) return null;
    entries.push(entry);
    node = compressed.tails[entry];
  }
  return entries.reverse();
}

/** One number for all arcs over an edge of the network, and for both arcs of a way on the ground. */
function thingsOf(graph) {
  const { arcs, size, edges } = graph;
  const pairs = new Map();
  graph.things ??= arcs.on.map(({ edge }, i) => {
    if (edge >= 0) return edge;
    const [u, v] = [arcs.tail[i], arcs.head[i]];
    const pair = Math.min(u, v) * size + Math.max(u, v);
    if (!pairs.has(pair)) pairs.set(pair, edges.length + pairs.size);
    return pairs.get(pair);
  });
  return graph.things;
}

/** The share of the length of a path that another has too. */
function overlap(path, other, things, { on }) {
  const known = new Set(other.map((arc) => things[arc]));
  let [common, total] = [0, 0];
  for (const arc of path) {
    total += on[arc].km;
    if (known.has(things[arc])) common += on[arc].km;
  }
  return total ? common / total : 1;
}

/**
 * The journey over some arcs: its legs, one per route in a row, with their sums.
 *
 * Ways by street have the mode "access" and no route, those over other roads "road" and no route,
 * boarding, leaving and changing "station".
 *
 * @param {any} graph
 * @param {number[]} path Numbers of arcs.
 * @param {Float64Array | null} free Minutes by arc that nobody waits.
 */
export function journeyOver(graph, path, free = null) {
  const { arcs } = graph;
  const legs = [];
  let last = null;
  for (const arc of path) {
    const { leg } = arcs.on[arc];
    const kind = leg < LEG.ground ? LEG.rail : leg;
    if (kind !== last) legs.push(newLeg(graph, arc));
    last = kind;
    addArc(graph, legs[legs.length - 1], arc, free ? free[arc] : 0);
  }
  nameAccess(legs);
  return { ...sums(legs), legs: legs.map((leg) => withPlaces(graph, leg)) };
}

function newLeg({ arcs, routes }, arc) {
  const { leg } = arcs.on[arc];
  const route = leg >= 0 ? routes[leg] : null;
  const mode = route ? route.mode : leg === LEG.ground ? "road" : "station";
  const start = arcs.tail[arc];
  return {
    mode,
    route: route?.id ?? null,
    start,
    end: start,
    min: 0,
    wait_min: 0,
    km: 0,
    sections: [],
    edges: [],
    arcs: [],
  };
}

function addArc({ arcs, edges }, leg, arc, free) {
  const { km, edge } = arcs.on[arc];
  leg.min += arcs.min[arc] - free;
  leg.wait_min += arcs.wait[arc] - free;
  leg.km += km;
  leg.end = arcs.head[arc];
  leg.arcs.push(arc);
  if (edge < 0) return;
  leg.edges.push(edges[edge].id);
  const { section } = edges[edge];
  if (!leg.sections.includes(section)) leg.sections.push(section);
}

/** Call ordinary roads access where they lead to a network, or from one to another. */
function nameAccess(legs) {
  if (!legs.some(({ route }) => route)) return;
  const modes = legs.map(({ mode }) => mode);
  legs.forEach((leg, i) => {
    if (leg.mode !== "road" || leg.route) return;
    const around = [modes[i - 1], modes[i + 1]];
    if (!around.every((mode) => mode === "road")) leg.mode = "access";
  });
}

function sums(legs) {
  const sum = (key, own = legs) => own.reduce((total, leg) => total + leg[key], 0);
  const [min, wait] = [sum("min"), sum("wait_min")];
  const of = (mode) => {
    const own = legs.filter((leg) => leg.mode === mode);
    return sum("min", own) - sum("wait_min", own);
  };
  const [access, station] = [of("access"), of("station")];
  const boarded = (leg) => leg?.mode === "rail" || leg?.mode === "water";
  const boards = legs.filter((leg, i) => boarded(leg) && !boarded(legs[i - 1])).length;
  return {
    min,
    km: sum("km"),
    wait_min: wait,
    access_min: access,
    station_min: station,
    in_vehicle_min: min - access - station - wait,
    changes: Math.max(0, boards - 1),
    sections: [...new Set(legs.flatMap((leg) => leg.sections))],
  };
}

/** A leg as a plain record: where it begins and ends, and its course. */
function withPlaces(graph, { start, end, arcs, ...leg }) {
  const [from, to] = [placeAt(graph, start), placeAt(graph, end)];
  return {
    ...leg,
    from: from?.id ?? null,
    to: to?.id ?? null,
    from_name: from?.name ?? null,
    to_name: to?.name ?? null,
    trains: trainsOn(graph, arcs),
    path: courseOf(graph, arcs),
  };
}

/** Trains a day each way of a leg: the fewest on its edges. */
function trainsOn(graph, arcs) {
  const counts = arcs
    .map((arc) => graph.trainsOver?.(graph.arcs.head[arc]))
    .filter((count) => count !== undefined);
  return counts.length ? Math.min(...counts) : null;
}

/** The point that a node stands for: a settlement, a place or an end; null on ordinary roads. */
function placeAt(graph, node) {
  const { points, aboard, stops, dep } = graph;
  if (node >= aboard + stops.length) return graph.extra[(node - aboard - stops.length) >> 1];
  if (node >= aboard) return graph.world.tables.place.get(stops[node - aboard]);
  if (node >= dep) return points[(node - dep) % points.length];
  return points[node] ?? null;
}

/** The course of some arcs as longitudes and latitudes. */
function courseOf(graph, arcs) {
  const points = [];
  for (const arc of arcs) {
    for (const point of arcCourse(graph, arc)) {
      const last = points[points.length - 1];
      if (!last || last[0] !== point[0] || last[1] !== point[1]) points.push(point);
    }
  }
  return points;
}

function arcCourse(graph, arc) {
  const { tail, head, on } = graph.arcs;
  const [{ edge, leg }, u, v] = [on[arc], tail[arc], head[arc]];
  if (edge >= 0) {
    const line = edgeLine(graph.edges[edge]);
    return placeAt(graph, v).id === graph.edges[edge].v ? line : line.toReversed();
  }
  if (leg !== LEG.ground) return [];
  const ends = [spotOf(graph, u), spotOf(graph, v)];
  return graph.world.course(ends[0], ends[1]);
}

/** Where a node is: a number of the ground where it has one, else longitude and latitude. */
function spotOf(graph, node) {
  const place = placeAt(graph, node);
  if (!place) return { number: graph.world.groundOf(node) };
  return {
    number: graph.world.ground?.number.get(place.node ?? place.id),
    lon: place.lon,
    lat: place.lat,
  };
}
