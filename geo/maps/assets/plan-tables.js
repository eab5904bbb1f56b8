// The tables of the region as records, and what the edits of a plan make of them.
import { decodePolyline, unpackNumbers } from "./decoding.js";
import { lastDay } from "./plan-status.js";

/** Steps of a degree in which lines are drawn. */
const STEP = 1e-5;

/** Rows with the names of their columns. */
const records = ({ columns, rows }) =>
  rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));

/** A record whose two names are one field. */
const named = ({ zh, en, ...record }) => ({ ...record, name: [zh, en] });

/** Records by their ids. */
export const byId = (rows) => new Map(rows.map((row) => [row.id, row]));

/** The tables of the region, with every edge that there may be. */
export function decodeTables(data) {
  const places = records(data.places).map(named);
  const routes = records(data.routes).map(named);
  for (const route of routes) route.ends = route.ends.map((i) => (i < 0 ? "" : places[i].id));
  const sections = decodeSections(data, places, routes);
  return {
    asOf: lastDay(data.asOf),
    emuSince: data.emuSince === null ? -Infinity : lastDay(data.emuSince),
    parameters: data.parameters,
    places,
    routes,
    sections,
    route: byId(routes),
    place: byId(places),
    section: byId(sections),
    regions: data.regions.map(([id, zh, en, code]) => ({ id, name: [zh, en], code })),
    towns: data.towns.map(([lon, lat, population]) => ({ lon, lat, population })),
    borders: data.borders.map(([code, rings]) => ({ code, rings: rings.map(decodeRing) })),
    trains: Object.fromEntries(
      Object.entries(data.trains).map(([name, table]) => [name, records(table)]),
    ),
  };
}

/** A ring from its steps in 1e-4 degrees. */
function decodeRing(steps) {
  let [x, y] = [0, 0];
  const ring = [];
  for (let i = 0; i < steps.length; i += 2) {
    x += steps[i];
    y += steps[i + 1];
    ring.push([x / 1e4, y / 1e4]);
  }
  return ring;
}

function decodeSections(data, places, routes) {
  const at = unpackNumbers(data.sections.at);
  const rails = decodeRails(data.rails);
  let [point, line, rail] = [0, 0, 0];
  return records(data.sections).map(({ stops, shares, ...cells }) => {
    const route = routes[cells.route];
    const edges = stops.slice(1).map(() => {
      const track = route.mode === "rail" ? rails[rail++] : {};
      return { ...track, text: data.sections.lines[line++] };
    });
    point += stops.length;
    return withLengths({
      ...cells,
      route: route.id,
      mode: route.mode,
      class: route.class,
      shared: shares ? shares.split(";") : [],
      stops: stops.map((i) => places[i].id),
      at: at.subarray(point - stops.length, point),
      edges,
    });
  });
}

/** The edges of a section from stop to stop, with their lengths. */
export function withLengths(section) {
  const { at, stops, id } = section;
  const scale = section.km / (at[at.length - 1] - at[0]);
  section.from = stops[0];
  section.to = stops[stops.length - 1];
  section.edges = section.edges.map((edge, k) => ({
    ...edge,
    id: `${id}:${stops[k]}`,
    u: stops[k],
    v: stops[k + 1],
    km: (at[k + 1] - at[k]) * scale,
  }));
  return section;
}

/** What only trains need: the share near a core, headings, and routes that share the track. */
function decodeRails({ near, headings, lines }) {
  const angles = unpackNumbers(headings);
  return near.map((part, i) => ({
    near: part / 50,
    headings: [angles[2 * i], angles[2 * i + 1]],
    lines: lines[i],
  }));
}

/** The points of an edge as longitude and latitude. */
export function edgeLine(edge) {
  edge.line ??= decodePolyline(edge.text, STEP).map(([lat, lon]) => [lon, lat]);
  return edge.line;
}
