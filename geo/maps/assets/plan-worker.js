// The engine behind the page: a worker that answers calls, or the page itself where there is none.
import { geodesicKm } from "./geodesy.js";
import { drawnLine } from "./plan-drawn.js";
import { createEngine } from "./plan-engine.js";
import { tiesOf } from "./plan-ground.js";
import { edgeLine } from "./plan-tables.js";

/** How drawn lines and free points join what the region has. */
const OPTIONS = {
  ties: (ground, points) => tiesOf(ground, ground.points, points),
  kilometres: geodesicKm,
  drawn: ({ tables, towns, parameters, borders }, edit) =>
    drawnLine({ place: tables.place, towns, parameters, borders }, edit),
};

/** The sections as the page shows them. */
const shownSection = ({ edges, stops, at, cells, ...section }) => ({
  ...section,
  speed: section.operating ?? section.design,
  line: edges.flatMap((edge, i) => edgeLine(edge).slice(i ? 1 : 0)),
});

const shownPlace = ({ id, node, name, lon, lat, kind, population, region }) => ({
  id,
  node,
  name,
  lon,
  lat,
  kind,
  population,
  region,
});

/** Calls that the page makes beside the functions of the engine. */
const EXTRA = {
  catalogue: ({ cities, zones, places, sections, routes, regions, parameters, as_of }) => ({
    cities: cities.map(shownPlace),
    zones: zones.map(shownPlace),
    places: places.map(shownPlace),
    sections: sections.map(shownSection),
    routes,
    regions,
    parameters,
    as_of,
  }),
  /** Minutes between two lists of ends given by what they are. */
  table: (engine, plan, date, mode, origins, destinations) => {
    const [from, to] = [origins, destinations].map((list) => list.map((end) => engine.end(end)));
    return engine.times(plan, date, mode, from, to);
  },
  ways: (engine, plan, date, mode, from, to, options) =>
    engine.journeys(plan, date, mode, engine.end(from), engine.end(to), options),
};

/** @returns {Promise<(name: string, args: any[]) => any>} */
async function startEngine(text) {
  const engine = createEngine(JSON.parse(text), OPTIONS);
  return (name, args) =>
    Object.hasOwn(EXTRA, name) ? EXTRA[name](engine, ...args) : engine[name](...args);
}

/** In a worker: the first message is the data, every other one a call. */
export function serveEngine() {
  /** @type {any} */
  const scope = globalThis;
  if (scope.document) {
    scope.geoEngine = startEngine;
    return;
  }
  /** @type {Promise<any>} */
  let started;
  scope.onmessage = async ({ data: { text, id, name, args } }) => {
    if (text) {
      started = startEngine(text);
      return;
    }
    try {
      const call = await started;
      scope.postMessage({ id, result: call(name, args) });
    } catch (error) {
      scope.postMessage({ id, error: String(error?.stack ?? error) });
    }
  };
}
