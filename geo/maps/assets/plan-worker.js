// The engine behind the page: a worker that answers calls, or the page itself where there is none.
import { createEngine } from "./plan-engine.js";

/** Calls that the page makes beside the functions of the engine. */
const EXTRA = {
  /** Minutes from all cities to all cities and then all counties, row by row. */
  door: (engine, plan, date, mode) =>
    engine.memo("door", `${date} ${mode} ${engine.planned(plan).key}`, () =>
      engine.times(plan, date, mode, engine.cities, [...engine.cities, ...engine.zones]),
    ),
  counts,
  ways: (engine, plan, date, mode, from, to, options) =>
    engine.journeys(plan, date, mode, engine.end(from, plan), engine.end(to, plan), options),
};

/** Kilometres by class, crossings that are open by mode, independent links. */
function counts(engine, plan, date, mode) {
  const [km, crossings] = [{}, {}];
  for (const edge of engine.edgesOf(plan, date)) {
    km[edge.class] = (km[edge.class] ?? 0) + edge.km;
  }
  for (const { mode: own, open } of engine.crossings(plan, date)) {
    if (open) crossings[own] = (crossings[own] ?? 0) + 1;
  }
  return { km, crossings, links: engine.independentLinks(plan, date, mode).count };
}

/** @returns {Promise<(name: string, args: any[]) => any>} */
async function startEngine(text) {
  const engine = createEngine(JSON.parse(text));
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
