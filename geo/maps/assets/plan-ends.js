// Ends of trips that are no point of the region: a point on the map, a border.
import { geodesicKm } from "./geodesy.js";
import { ArcList, CompressedArcs, LEG } from "./plan-graph.js";
import { street } from "./plan-roads.js";

/**
 * An end of a trip.
 *
 * @typedef {{node: string, id: string, name: [string, string] | null, lon: number, lat: number, station: boolean}} End
 */

/** Whether trips in a graph begin at an end as at one of its own nodes. */
function isKnown(graph, { node }) {
  const { ground, settled } = graph.world;
  const at = graph.number.get(node);
  if (at === undefined) return false;
  if (at < settled.length) return true;
  const roads = graph.mode === "road" || graph.mode === "any";
  if (roads && ground) return graph.world.isOnGround(node);
  graph.doors ??= new Set(graph.modes.flatMap((mode) => graph.entries(mode)));
  const passed =
    roads && graph.edges.some((edge) => edge.mode === "road" && [edge.u, edge.v].includes(node));
  return passed || graph.doors.has(at);
}

/** The node at which trips from an end begin, and that where trips to it end. */
function nodesOf(graph, { node }) {
  const at = graph.number.get(node);
  const inside = graph.mode !== "road" && graph.mode !== "any" && at >= graph.world.settled.length;
  return inside ? [graph.enter + at, graph.leave + at] : [at, at];
}

/**
 * A graph with the ends of trips, and by end the node where trips begin and the one where they end.
 *
 * Nobody travels through an end that is no point of the region, so that it changes no other time.
 *
 * @param {import("./plan-travel.js").TravelGraph} graph
 * @param {End[]} ends
 */
export function withEnds(graph, ends) {
  const unknown = new Map();
  for (const end of ends) if (!isKnown(graph, end)) unknown.set(end.node, end);
  if (!unknown.size) return { graph, nodes: ends.map((end) => nodesOf(graph, end)) };
  const made = Object.assign(Object.create(Object.getPrototypeOf(graph)), graph);
  made.arcs = Object.assign(new ArcList(), copied(graph.arcs));
  made.extra = [...unknown.values()];
  made.size = graph.size + 2 * unknown.size;
  made.things = null;
  const from = new Map([...unknown.keys()].map((node, i) => [node, graph.size + 2 * i]));
  if (graph.world.ground) overRoads(made, from);
  else alongLines(made, from);
  const { tail, head, min } = made.arcs;
  made.compressed = new CompressedArcs(made.size, tail, head, min);
  const nodes = ends.map((end) => {
    const at = from.get(end.node);
    return at === undefined ? nodesOf(graph, end) : [at, at + 1];
  });
  return { graph: made, nodes };
}

const copied = (arcs) =>
  Object.fromEntries(Object.entries(arcs).map(([key, column]) => [key, column.slice()]));

/** Add the ways from ends over the ground to all points, and back; by rail to stations alone. */
function overRoads(graph, from) {
  const { world, mode, parameters } = graph;
  const points = [...world.fresh, ...graph.extra.map((end) => ({ ...end, id: end.node }))];
  const added = world.ground.added(points);
  const byRoad = mode === "road" || mode === "any";
  const limit = byRoad ? Infinity : parameters.access_limit_min;
  const doors = byRoad ? null : new Set(graph.entries(mode));
  points.slice(world.fresh.length).forEach(({ id }, i) => {
    for (const { to, min, km } of world.waysFrom(added, world.fresh.length + i, points, limit)) {
      const node = graph.number.get(to);
      if (byRoad && from.has(to)) addMeeting(graph, from.get(id), from.get(to), min, km);
      else if (byRoad || doors.has(node)) addLeg(graph, from.get(id), node, min, km);
    }
  });
}

/** A way from an end to a node of the region, and from there to where trips to the end end. */
function addLeg(graph, start, node, minutes, km) {
  const { arcs, world, parameters } = graph;
  const byTrain = graph.mode !== "road" && graph.mode !== "any";
  const on = { km, edge: -1, leg: LEG.ground };
  const min = minutes + (byTrain ? 0 : parameters.junction_min * world.isJunction(node));
  arcs.add(start, byTrain ? graph.enter + node : node, min, on);
  arcs.add(byTrain ? graph.leave + node : node, start + 1, min, on);
}

/** A way from one end to another. */
function addMeeting(graph, one, other, min, km) {
  graph.arcs.add(one, other + 1, min, { km, edge: -1, leg: LEG.ground });
}

/** Add straight ways from ends to where a network is entered. */
function alongLines(graph, from) {
  const { parameters } = graph;
  const doors = new Set(graph.modes.flatMap((mode) => graph.entries(mode)));
  for (const { node, lon, lat } of graph.extra) {
    for (const door of doors) {
      const place = graph.points[door];
      const straight = geodesicKm(lon, lat, place.lon, place.lat);
      if (straight > parameters.access_limit) continue;
      addLeg(graph, from.get(node), door, ...street(straight, parameters));
    }
  }
}
