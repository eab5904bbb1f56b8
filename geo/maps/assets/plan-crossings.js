// Which region sections and places are of, where lines cross the border between two, and how many
// independent links hold these together.

import { geodesicKm } from "./geodesy.js";
import { minimumCut } from "./plan-cuts.js";
import { areaOf } from "./plan-drawn.js";
import { pointAlong } from "./plan-ground.js";
import { lastDay, statusOn } from "./plan-status.js";
import { edgeLine } from "./plan-tables.js";
import { isEntry } from "./plan-trains.js";

/** Points along a section at which its region is looked up. */
const SAMPLES = 19;

/** The number of the region in which a drawn place or section lies; null in none. */
function regionAt(tables, [lon, lat]) {
  const code = areaOf([lon, lat], ringsOf(tables));
  const at = tables.regions.findIndex((region) => region.code === code);
  return at < 0 ? null : at;
}

const ringsOf = ({ borders }) =>
  borders.flatMap(({ code, rings }) => rings.map((ring) => ({ code, ring })));

/** The region that holds most of a section. */
function regionOfSection(tables, section) {
  if (section.region !== undefined) return section.region;
  const line = section.edges.flatMap(edgeLine);
  const counts = new Map();
  for (let i = 1; i <= SAMPLES; i++) {
    const region = regionAt(tables, pointAlong(line, i / (SAMPLES + 1)));
    counts.set(region, (counts.get(region) ?? 0) + 1);
  }
  return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
}

/**
 * Where lines cross the border between two regions: places where a section of each ends.
 *
 * Sections that use the track or carriageway of others are not counted again.
 */
export function crossingsBetween(tables, day, pair) {
  const meetings = new Map();
  for (const section of tables.sections) {
    if (section.shared.length) continue;
    const side = pair.indexOf(regionOfSection(tables, section));
    if (side < 0) continue;
    for (const place of new Set([section.from, section.to])) {
      const key = `${place} ${section.mode}`;
      if (!meetings.has(key)) meetings.set(key, { place, sides: [[], []] });
      meetings.get(key).sides[side].push(section);
    }
  }
  return Array.from(meetings.values())
    .filter(({ sides }) => sides.every((own) => own.length))
    .map(({ place, sides }) => crossingAt(tables, day, place, sameRouteFirst(sides)));
}

/** Of the pairs of sections on both sides one of one route, else the first by their ids. */
function sameRouteFirst([first, second]) {
  const rank = ([a, b]) => `${a.route === b.route ? 0 : 1} ${a.id} ${b.id}`;
  const pairs = first.flatMap((a) => second.map((b) => [a, b]));
  return pairs.reduce((best, pair) => (rank(pair) < rank(best) ? pair : best));
}

function crossingAt(tables, day, id, sections) {
  const last = sections.reduce((a, b) => (opensLater(b, a) ? b : a));
  const { lon, lat, name } = tables.place.get(id);
  const status = sections.map((section) => statusOn(section, day, tables.asOf));
  return {
    place: id,
    name,
    lon,
    lat,
    route: last.route,
    section: last.id,
    mode: last.mode,
    sections: sections.map((section) => section.id),
    open: status.every(Boolean),
    assumed: status.includes("assumed"),
  };
}

/** Whether a section opens later than another: known dates come before expected years. */
function opensLater(a, b) {
  const [one, other] = [a, b].map(({ opened, expected }) =>
    opened ? [0, lastDay(opened)] : expected ? [1, expected] : [2, 0],
  );
  return one[0] - other[0] > 0 || (one[0] === other[0] && one[1] > other[1]);
}

/** How many independent links hold two regions together, and a smallest set that parts them. */
export function linksBetween(world, edges, pair) {
  const { tables } = world;
  const sides = [new Set(), new Set()];
  for (const { u, v, mode } of edges) {
    for (const id of [u, v]) {
      const place = tables.place.get(id);
      if (!isEntry(place, mode)) continue;
      const side = sideOf(world, place, pair);
      if (side >= 0) sides[side].add(id);
    }
  }
  return minimumCut(edges, sides[0], sides[1]);
}

/** On which side of a border a place is that travellers from a centre enter; -1 on none. */
function sideOf(world, place, pair) {
  const near = place.near ?? nearRegions(world, place);
  const km = pair.map((region) => near[region] ?? Infinity);
  if (!km.some(Number.isFinite)) return -1;
  if (!world.tables.borders.length) return km[0] <= km[1] ? 0 : 1;
  const side =
    place.side === undefined ? regionAt(world.tables, [place.lon, place.lat]) : place.side;
  return pair.indexOf(side);
}

/** How far a drawn place is from the nearest centre of every region, as far as travellers go. */
function nearRegions({ tables, cities, parameters }, { lon, lat }) {
  return tables.regions.map(({ id }) => {
    const away = cities
      .filter(({ region }) => region === id)
      .map((city) => geodesicKm(lon, lat, city.lon, city.lat));
    const least = Math.min(...away);
    return least <= parameters.access_limit ? least : null;
  });
}
