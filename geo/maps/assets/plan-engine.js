// The travel model of the region, computed in the page: networks, graphs and times of any day and
// plan, as Python computes them.
import { plannedTables } from "./plan-edits.js";
import { withEnds } from "./plan-ends.js";
import { openEdges } from "./plan-network.js";
import { lastDay } from "./plan-status.js";
import { decodeTables } from "./plan-tables.js";
import { Trains } from "./plan-trains.js";
import { TravelGraph } from "./plan-travel.js";
import { World } from "./plan-world.js";

/** So many results of a kind are kept, the latest ones. */
const KEPT = 24;

/** What modules of lines and points bring along. */
const NO_TIES = {
  ties: () => ({ ties: [], near: [] }),
  kilometres: () => Infinity,
  drawn: () => null,
};

class Engine {
  constructor(data, options) {
    this.options = { ...NO_TIES, ...options };
    this.tables = decodeTables(data);
    this.world = new World(data, this.tables, this.options);
    this.kept = new Map();
    const { places, routes, sections, parameters } = this.tables;
    Object.assign(this, { places, routes, sections, parameters });
    this.cities = this.world.cities;
    this.zones = this.world.zones;
    this.ground = this.world.ground;
    this.regions = data.regions.map(([id, zh, en, code]) => ({ id, name: [zh, en], code }));
    this.as_of = data.asOf;
  }

  /** What was computed before for the same key, else what a function returns. */
  memo(kind, key, compute) {
    if (!this.kept.has(kind)) this.kept.set(kind, new Map());
    const own = this.kept.get(kind);
    const known = own.has(key) ? own.get(key) : compute();
    own.delete(key);
    own.set(key, known);
    if (own.size > KEPT) own.delete(own.keys().next().value);
    return known;
  }

  /** The world of a plan, and what its results are kept by. */
  planned(plan) {
    const edits = plan?.edits ?? [];
    const key = JSON.stringify(edits);
    const drawn = (edit) => this.options.drawn(this, edit);
    return this.memo("world", key, () => ({
      key,
      edits,
      world: this.world.with(plannedTables(this.tables, edits, drawn)),
    }));
  }

  edgesOf(plan, date) {
    const { key, world } = this.planned(plan);
    const day = lastDay(date);
    return this.memo("edges", `${day} ${key}`, () => openEdges(world.tables, day));
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
   */
  end({ city, zone, place, lon, lat }) {
    const settled = city ?? zone;
    if (settled !== undefined) {
      const found = (city === undefined ? this.zones : this.cities).find(
        ({ id }) => id === settled,
      );
      return { ...found, station: false };
    }
    if (place !== undefined) {
      const found = this.tables.place.get(place);
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
}

/**
 * The engine of a page, from its data.
 *
 * @param {any} data Result of `geo.maps.plan_data.engine_data`.
 * @param {{ties?: any, kilometres?: any, drawn?: any}} options Modules of lines and points.
 */
export function createEngine(data, options = {}) {
  return new Engine(data, options);
}
