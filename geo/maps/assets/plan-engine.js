// The travel model of the region, computed in the page: networks, graphs and times of any day and
// plan, as Python computes them.
import { geodesicKm } from "./geodesy.js";
import { crossingsBetween, linksBetween } from "./plan-crossings.js";
import { closedEdges, edgesWithin, flatKm, plannedTables } from "./plan-edits.js";
import { withEnds } from "./plan-ends.js";
import {
  meanExtraMinutes,
  meanMinutes,
  peopleWithin,
  removalLoss,
  timeInterval,
} from "./plan-measures.js";
import { openEdges } from "./plan-network.js";
import { differentPaths, journeyOver } from "./plan-paths.js";
import { Services } from "./plan-services.js";
import { lastDay } from "./plan-status.js";
import { decodeTables, edgeLine } from "./plan-tables.js";
import { Trains } from "./plan-trains.js";
import { TravelGraph } from "./plan-travel.js";
import { World } from "./plan-world.js";

/** So many results of a kind are kept, the latest ones; graphs and trains are large. */
const KEPT = { graph: 8, trains: 6 };
const KEPT_ELSE = 24;
/** Minutes within which people count as within reach. */
const REACH_MIN = 120;

/**
 * A plan: edits of the network, in their order.
 *
 * @typedef {{edits?: any[]} | null | undefined} Plan
 */

class Engine {
  constructor(data) {
    this.tables = decodeTables(data);
    this.world = new World(data, this.tables);
    this.kept = new Map();
    this.places = this.tables.places;
    this.routes = this.tables.routes;
    this.sections = this.tables.sections;
    this.parameters = this.tables.parameters;
    this.regions = this.tables.regions;
    this.cities = this.world.cities;
    this.zones = this.world.zones;
    this.ground = this.world.ground;
    this.as_of = data.asOf;
    this.masses = this.cities.map(({ population }) => population);
  }

  /** What was computed before for the same key, else what a function returns. */
  memo(kind, key, compute) {
    if (!this.kept.has(kind)) this.kept.set(kind, new Map());
    const own = this.kept.get(kind);
    const known = own.has(key) ? own.get(key) : compute();
    own.delete(key);
    own.set(key, known);
    if (own.size > (KEPT[kind] ?? KEPT_ELSE)) own.delete(own.keys().next().value);
    return known;
  }

  /** All that a page shows of the region, as plain records. */
  catalogue() {
    const services = new Services(this.tables, lastDay(this.as_of));
    const sections = this.sections.map(({ edges, at, shared, ...section }) => ({
      ...section,
      shares: shared,
      speed: section.operating ?? section.design,
      trains: section.mode === "rail" ? fastest(services.on(section)).trains : null,
      line: joined(edges),
    }));
    const { cities, zones, routes, regions, parameters, as_of } = this;
    const modes = new Map(this.places.map(({ id }) => [id, new Set()]));
    for (const { mode, stops } of this.sections) for (const id of stops) modes.get(id).add(mode);
    const places = this.places.map((place) => ({ ...place, modes: [...modes.get(place.id)] }));
    return { cities, zones, places, routes, sections, regions, parameters, as_of };
  }

  /** The world of a plan, and what its results are kept by. */
  planned(plan) {
    const edits = plan?.edits ?? [];
    const key = JSON.stringify(edits);
    return this.memo("world", key, () => {
      const tables = plannedTables(this.tables, edits);
      return { key, world: this.world.with(tables), closed: closedEdges(tables, edits) };
    });
  }

  /** The edges that are open on a day. */
  edgesOf(plan, date) {
    const { key, world, closed } = this.planned(plan);
    const day = lastDay(date);
    return this.memo("edges", `${day} ${key}`, () =>
      openEdges(world.tables, day).filter(({ id }) => !closed.has(id)),
    );
  }

  /** The network of a day: its edges, what is open by its expected year alone, what is closed. */
  network(plan, date) {
    const { world, closed } = this.planned(plan);
    const edges = this.edgesOf(plan, date).map(({ min, km, ...edge }) => {
      const { id, u, v, section, route, mode, class: kind, assumed } = edge;
      return {
        id,
        u,
        v,
        section,
        route,
        mode,
        class: kind,
        km,
        min,
        kmh: (60 * km) / min,
        assumed,
      };
    });
    const assumed = new Set(edges.filter((edge) => edge.assumed).map(({ section }) => section));
    const day = lastDay(date);
    const shut = closed.size ? openEdges(world.tables, day).filter(({ id }) => closed.has(id)) : [];
    return { date, edges, assumed: [...assumed], closed: shut.map(({ id }) => id) };
  }

  /** The lines of edges, as longitudes and latitudes. */
  lines(plan, _date, ids) {
    const wanted = this.everyEdge(plan);
    return ids.map((id) => edgeLine(wanted.get(id)));
  }

  /** All edges of a plan, open or not, by id. */
  everyEdge(plan) {
    const { key, world } = this.planned(plan);
    return this.memo("every", key, () => {
      const all = world.tables.sections.flatMap(({ edges }) => edges);
      return new Map(all.map((edge) => [edge.id, edge]));
    });
  }

  /** The open edge nearest to a point, of one section or of all; null where there is none. */
  edgeNear(plan, date, lon, lat, section = "") {
    let [best, least] = [null, Infinity];
    for (const edge of this.edgesOf(plan, date)) {
      if (section && edge.section !== section) continue;
      const km = flatKm(edgeLine(edge), lon, lat);
      if (km < least) [best, least] = [edge.id, km];
    }
    return best;
  }

  /** The open edges that touch a circle; without a day all, open or not. */
  closedBy(circle, plan = null, date = undefined) {
    const found = edgesWithin(this.planned(plan).world.tables, circle);
    if (date === undefined) return found;
    const open = new Set(this.edgesOf(plan, date).map(({ id }) => id));
    return found.filter((id) => open.has(id));
  }

  /** The lines that a plan draws, with their stops. */
  drawnLines(plan) {
    const { tables } = this.planned(plan).world;
    const drawn = (plan?.edits ?? []).filter((edit) => edit.do === "draw");
    return drawn.map(({ id }) => {
      const sections = tables.sections.filter((section) => section.route === id);
      const { mode, class: kind, name, places } = tables.route.get(id);
      const stops = places.map((place) => tables.place.get(place));
      return {
        id,
        name,
        class: kind,
        mode,
        sections: sections.map((section) => section.id),
        km: sections.reduce((sum, { km }) => sum + km, 0),
        line: joined(sections.flatMap(({ edges }) => edges)),
        stops: stops.map(({ lon, lat }) => [lon, lat]),
        joined: places.filter((place) => this.tables.place.has(place)),
      };
    });
  }

  /** The travel graph of a plan on a day. */
  graph(plan, date, mode) {
    const { key, world } = this.planned(plan);
    const day = lastDay(date);
    const edges = this.edgesOf(plan, date);
    const isRailed = mode !== "road" && edges.some((edge) => edge.mode === "rail");
    const trains = isRailed
      ? this.memo("trains", `${day} ${key}`, () => new Trains(world.tables, edges, day))
      : null;
    const make = () => new TravelGraph(world, edges, mode, trains);
    return this.memo("graph", `${day} ${mode} ${key}`, make);
  }

  /**
   * An end of trips: a city, a settlement or a place by its id, or longitude and latitude.
   *
   * @param {{city?: string, zone?: string, place?: string, lon?: number, lat?: number}} what
   * @param {Plan} plan That may have added the place.
   */
  end({ city, zone, place, lon, lat }, plan = null) {
    const settled = city ?? zone;
    if (settled !== undefined) {
      const rows = city === undefined ? this.zones : this.cities;
      return { ...rows.find(({ id }) => id === settled), station: false };
    }
    if (place !== undefined) {
      const found = this.planned(plan).world.tables.place.get(place);
      return { ...found, node: place, station: found.kind === "station" };
    }
    const node = `${lon.toFixed(4)},${lat.toFixed(4)}`;
    return { node, id: node, name: null, lon, lat, station: false };
  }

  /** Minutes from every origin to every destination, row by row; infinite where there is no way. */
  times(plan, date, mode, origins, destinations) {
    const whole = this.graph(plan, date, mode);
    const { graph, nodes } = withEnds(whole, [...origins, ...destinations]);
    const to = nodes.slice(origins.length).map(([, last]) => last);
    const found = new Float64Array(origins.length * to.length);
    origins.forEach(({ node }, i) => {
      found.set(graph.minutes(nodes[i][0], to), i * to.length);
      destinations.forEach((other, j) => {
        if (node === other.node) found[i * to.length + j] = 0;
      });
    });
    return found;
  }

  /** The fastest journey between two ends, and further ones that are really different. */
  journeys(plan, date, mode, from, to, { k = 1 } = {}) {
    if (from.node === to.node) return [];
    if (from.station && to.station && (mode === "rail" || mode === "any")) {
      const trips = this.betweenStations(plan, date, from, to, k);
      if (trips.length || mode === "rail") return trips;
    }
    const { graph, nodes } = withEnds(this.graph(plan, date, mode), [from, to]);
    const minutes = Float64Array.from(graph.arcs.min);
    const paths = differentPaths(graph, minutes, nodes[0][0], nodes[1][1], k);
    return paths.map((path) => this.withInterval(journeyOver(graph, path), mode, true));
  }

  /** Journeys from departure to arrival: nobody waits for the first train, nor after the last. */
  betweenStations(plan, date, from, to, k) {
    const graph = this.graph(plan, date, "rail");
    const { arcs } = graph;
    const [first, last] = [graph.dep + graph.at(from.node), graph.arr + graph.at(to.node)];
    const free = arcs.wait.map((wait, i) =>
      arcs.tail[i] === first || arcs.head[i] === last ? wait : 0,
    );
    const minutes = Float64Array.from(arcs.min, (min, i) => min - free[i]);
    const paths = differentPaths(graph, minutes, first, last, k);
    return paths.map((path) => this.withInterval(journeyOver(graph, path, free), "rail", false));
  }

  withInterval(journey, mode, doors) {
    const [low, high] = timeInterval(journey.min, mode, this.parameters, doors);
    return { ...journey, low, high };
  }

  /** The bounds that hold a time in nine of ten cases. */
  interval(minutes, mode, doors = true) {
    return timeInterval(minutes, mode, this.parameters, doors);
  }

  /** People within a time of an origin, from its times to all settlements. */
  people(minutes, mode, limit = REACH_MIN) {
    return peopleWithin(minutes, this.zones, mode, this.parameters, limit);
  }

  /** How many independent links hold two regions together, by a mode or by all. */
  independentLinks(plan, date, mode = "all", regionA = undefined, regionB = undefined) {
    const pair = this.pairOf(regionA, regionB);
    if (!pair) return { count: 0, links: [] };
    const all = mode === "all" || mode === "any";
    const edges = this.edgesOf(plan, date).filter((edge) => all || edge.mode === mode);
    const { count, cut } = linksBetween(this.planned(plan).world, edges, pair);
    const byId = new Map(edges.map((edge) => [edge.id, edge]));
    const links = cut.map((id) => {
      const { u, v, section, route, mode: own } = byId.get(id);
      return { id, u, v, section, route, mode: own };
    });
    return { count, links };
  }

  /** The numbers of two regions by their ids, the first two where none are named. */
  pairOf(a, b) {
    if (this.regions.length < 2) return null;
    const ids = this.regions.map(({ id }) => id);
    return [a === undefined ? 0 : ids.indexOf(a), b === undefined ? 1 : ids.indexOf(b)];
  }

  /** Where lines cross the border between two regions, open on a day or not. */
  crossings(plan, date, regionA = undefined, regionB = undefined) {
    const pair = this.pairOf(regionA, regionB);
    if (!pair) return [];
    return crossingsBetween(this.planned(plan).world.tables, lastDay(date), pair);
  }

  /**
   * Minutes from every city to all cities, then to where people live, row by row; none to the
   * settlement in which the centre of a city lies.
   */
  doorTimes(plan, date, mode) {
    const { cities, zones } = this;
    const key = `${lastDay(date)} ${mode} ${this.planned(plan).key}`;
    return this.memo("doors", key, () => {
      const times = this.times(plan, date, mode, cities, [...cities, ...zones]);
      const width = cities.length + zones.length;
      homes(cities, zones).forEach((home, i) => {
        if (home >= 0) times[i * width + cities.length + home] = 0;
      });
      return times;
    });
  }

  /** Minutes between all cities, row by row. */
  cityTimes(plan, date, mode) {
    const times = this.doorTimes(plan, date, mode);
    const width = this.cities.length + this.zones.length;
    const rows = this.cities.map((_, i) =>
      times.subarray(i * width, i * width + this.cities.length),
    );
    const found = new Float64Array(this.cities.length ** 2);
    rows.forEach((row, i) => {
      found.set(row, i * row.length);
    });
    return found;
  }

  /** What it costs that edges are closed besides those of a plan. */
  losses(plan, date, mode, edges) {
    const closed = { edits: [...(plan?.edits ?? []), { do: "close", edges }] };
    return this.change(plan, closed, date, mode);
  }

  /** What cities lose from one plan to another. */
  change(before, after, date, mode) {
    const [was, is] = [before, after].map((plan) => this.cityTimes(plan, date, mode));
    const loss = removalLoss(was, is, this.masses);
    const extra = meanExtraMinutes(was, is, this.masses);
    const gone = new Set(loss.cut_off);
    const cities = this.cities.map(({ id }, i) => ({
      id,
      extra: extra[i],
      cut_off: gone.has(i),
    }));
    return { ...loss, cut_off: loss.cut_off.map((i) => this.cities[i].id), cities };
  }

  /** The network of a day in a few numbers. */
  summary(plan, date, mode) {
    const km = {};
    for (const edge of this.edgesOf(plan, date)) {
      km[edge.class] = (km[edge.class] ?? 0) + edge.km;
    }
    const open = this.crossings(plan, date).filter((crossing) => crossing.open);
    const crossings = {};
    for (const { mode: own } of open) crossings[own] = (crossings[own] ?? 0) + 1;
    const { minutes, share } = meanMinutes(this.cityTimes(plan, date, mode), this.masses);
    return {
      km,
      crossings,
      links: this.independentLinks(plan, date, mode).count,
      mean_min: minutes,
      reached_share: share,
    };
  }
}

/** The fastest of the services of a section. */
const fastest = (services) => [...services.values()].reduce((a, b) => (b.kmh > a.kmh ? b : a));

/** By city the number of the nearest settlement of its own, -1 where it has none. */
function homes(cities, zones) {
  return cities.map(({ id, lon, lat }) => {
    let [home, least] = [-1, Infinity];
    zones.forEach((zone, j) => {
      if (zone.city !== id) return;
      const km = geodesicKm(lon, lat, zone.lon, zone.lat);
      if (km < least) [home, least] = [j, km];
    });
    return home;
  });
}

/** The points of edges in a row, as one line. */
const joined = (edges) => edges.flatMap((edge, i) => edgeLine(edge).slice(i ? 1 : 0));

/**
 * The engine of a page, from its data.
 *
 * @param {any} data Result of `geo.maps.plan_data.engine_data`.
 */
export function createEngine(data) {
  return new Engine(data);
}
