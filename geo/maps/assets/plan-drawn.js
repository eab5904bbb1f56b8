// A drawn line becomes a route with sections, places and edges, as `geo.scenarios.drawn_lines`
// has it: both do the same with the same numbers.
import { distancesAlong, flatDistance, geodesicKm, pointAt, smooth } from "./geodesy.js";
import { pointAlong } from "./plan-ground.js";

/** Coordinates are whole numbers of so many parts of a degree. */
const PARTS = 1e6;
/** Points of a straight line are at most this far apart, in km. */
const LONGEST_KM = 5;
/** A stay in a province of fewer degrees along the line is none. */
const STAY_DEGREES = 0.005;
/** Where a line crosses a border this near to a stop, in degrees, it is cut there. */
const AT_STOP_DEGREES = 0.004;
/** Shape points this near to a border, in degrees, give way to it. */
const BESIDE_DEGREES = 0.0003;
/** Points along an edge at which its distance from a core is taken. */
const SAMPLES = 50;
/** What a stop is that joins nothing. */
export const KIND_OF_MODE = { road: "interchange", rail: "station", water: "port" };
/** At places of other kinds nobody changes: there a section ends. */
const TRANSFER_KINDS = new Set(["station", "interchange", "junction", "port", "airport"]);

const rounded = (degrees) => Math.floor(degrees * PARTS + 0.5) / PARTS;

/**
 * What a drawn line adds to the tables.
 *
 * @param {{place: Map<string, any>, towns: any[], parameters: any,
 *   borders: {code: string, rings: number[][][]}[]}} context Places by id; all cities with their
 *   people; the outlines of provinces.
 */
export function drawnLine(context, edit) {
  const name = [edit.name || edit.name_en || edit.id, edit.name_en || edit.name || edit.id];
  const stops = edit.stops.map((stop, i) => stopOf(context, edit, name, stop, i));
  const cuts = new Set(stops.filter((s) => !TRANSFER_KINDS.has(s.kind)).map((s) => s.id));
  cuts.add(stops[0].id).add(stops[stops.length - 1].id);
  const { course, borders } = withBorders(context, edit, name, courseOf(stops, edit.via), cuts);
  const made = [...stops.filter((stop) => stop.fresh), ...borders];
  const route = {
    id: edit.id,
    name,
    mode: edit.mode,
    class: edit.class,
    group: "background",
    places: course.filter(({ place }) => place).map(({ place }) => place),
  };
  return {
    route,
    places: made.map(({ fresh, ...place }) => ({ ...place, level: levelOf(context, place) })),
    sections: sectionsOf(context, edit, name, course, cuts),
  };
}

function stopOf({ place }, edit, name, stop, i) {
  if (stop.place) {
    const { id, lon, lat, kind } = place.get(stop.place);
    return { id, lon, lat, kind };
  }
  const own = [
    stop.name || `${name[0]} ${i + 1}`,
    stop.name_en || stop.name || `${name[1]} ${i + 1}`,
  ];
  const [lon, lat] = [rounded(stop.lon), rounded(stop.lat)];
  const id = `${edit.id}-${i + 1}`;
  return { id, name: own, lon, lat, kind: KIND_OF_MODE[edit.mode], fresh: true };
}

/** The points of a line, none farther apart than 5 km and none twice in a row. */
function courseOf(stops, via) {
  const course = [{ lon: stops[0].lon, lat: stops[0].lat, place: stops[0].id }];
  stops.slice(1).forEach((end, leg) => {
    const start = stops[leg];
    const inner = (via?.[leg] ?? []).map((point) => point.map(rounded));
    const corners = [[start.lon, start.lat], ...inner, [end.lon, end.lat]];
    const points = corners.slice(1).flatMap((b, i) => straight(corners[i], b));
    for (const [lon, lat] of points.slice(0, -1)) {
      const last = course[course.length - 1];
      const isLast = last.lon === lon && last.lat === lat;
      if (!isLast && !(lon === end.lon && lat === end.lat)) course.push({ lon, lat, place: "" });
    }
    course.push({ lon: end.lon, lat: end.lat, place: end.id });
  });
  const at = distancesAlong(
    course.map(({ lon, lat }) => [lon, lat]),
    flatDistance,
  );
  return course.map((point, i) => ({ ...point, at: at[i] }));
}

/** Points of a straight line behind its first one. */
function straight([x, y], [toX, toY]) {
  const count = Math.max(1, Math.ceil(geodesicKm(x, y, toX, toY) / LONGEST_KM));
  const points = [];
  for (let i = 1; i < count; i++) {
    points.push([rounded(x + ((toX - x) * i) / count), rounded(y + ((toY - y) * i) / count)]);
  }
  return [...points, [toX, toY]];
}

/** Cut a course where it passes from a province into another. */
function withBorders(context, edit, name, course, cuts) {
  const stops = course.filter(({ place }) => place);
  let [made, borders] = [[...course], []];
  for (const { at, lon, lat } of borderCuts(course, context.borders)) {
    const near = stops.reduce((a, b) => (Math.abs(b.at - at) < Math.abs(a.at - at) ? b : a));
    if (Math.abs(near.at - at) <= AT_STOP_DEGREES) {
      cuts.add(near.place);
      continue;
    }
    const id = `${edit.id}-border-${borders.length + 1}`;
    borders = [
      ...borders,
      { id, name: [`${name[0]}(界)`, `${name[1]} (border)`], lon, lat, kind: "border" },
    ];
    made = made.filter((point) => point.place || Math.abs(point.at - at) > BESIDE_DEGREES);
    made.push({ lon, lat, place: id, at });
    cuts.add(id);
  }
  return { course: made.sort((a, b) => a.at - b.at), borders };
}

/** Where a course passes from an area into another, or out of all. */
function borderCuts(course, borders) {
  const rings = (borders ?? []).flatMap(({ code, rings: own }) =>
    own.map((ring) => ({ code, ring })),
  );
  if (!rings.length) return [];
  const line = course.map(({ lon, lat }) => [lon, lat]);
  const at = course.map((point) => point.at);
  const found = [0, at[at.length - 1]];
  for (let k = 1; k < line.length; k++) {
    for (const { ring } of rings) found.push(...met(line[k - 1], line[k], ring, at[k - 1]));
  }
  found.sort((a, b) => a - b);
  const stays = found
    .slice(1)
    .map((end, i) => [found[i], end])
    .filter(([start, end]) => end - start > STAY_DEGREES)
    .map(([start, end]) => ({
      start,
      end,
      area: areaOf(pointAt(line, at, (start + end) / 2), rings),
    }));
  return stays.slice(1).flatMap((other, i) => {
    if (stays[i].area === other.area) return [];
    const middle = (stays[i].end + other.start) / 2;
    const [lon, lat] = pointAt(line, at, middle).map(rounded);
    return [{ at: middle, lon, lat }];
  });
}

/** How far along a course a leg of it meets a ring. */
function met(a, b, ring, start) {
  const found = [];
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = Math.hypot(dx, dy);
  for (let i = 1; i < ring.length; i++) {
    const [wx, wy] = [ring[i][0] - ring[i - 1][0], ring[i][1] - ring[i - 1][1]];
    const [px, py] = [ring[i - 1][0] - a[0], ring[i - 1][1] - a[1]];
    const cross = dx * wy - dy * wx;
    if (cross === 0) continue;
    const [t, u] = [(px * wy - py * wx) / cross, (px * dy - py * dx) / cross];
    if (t >= 0 && t <= 1 && u >= 0 && u <= 1) found.push(start + t * length);
  }
  return found;
}

/** The first area whose rings lie around a point an odd number of times. */
export function areaOf(point, rings) {
  const [x, y] = point;
  const inside = new Map();
  for (const { code, ring } of rings) {
    let odd = inside.get(code) ?? false;
    for (let i = 1; i < ring.length; i++) {
      const [[ax, ay], [bx, by]] = [ring[i - 1], ring[i]];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
    }
    inside.set(code, odd);
  }
  return [...inside].find(([, isIn]) => isIn)?.[0] ?? "";
}

/** The sections between the places where one ends, with the edges between their stops. */
function sectionsOf(context, edit, name, course, cuts) {
  const closed = course[0].place === course[course.length - 1].place;
  const { line, knots } = smooth(
    course.map(({ lon, lat }) => [lon, lat]),
    closed,
  );
  const km = distancesAlong(line);
  const ends = course.flatMap(({ place }, i) => (cuts.has(place) ? [i] : []));
  return ends.slice(1).map((end, k) => {
    const own = [];
    for (let i = ends[k]; i <= end; i++) if (course[i].place) own.push(i);
    const [first, last] = [km[knots[ends[k]]], km[knots[end]]];
    return {
      ...sectionCells(edit, name, k + 1),
      from: course[ends[k]].place,
      to: course[end].place,
      km: last - first,
      geometry_km: last - first,
      stops: own.map((i) => course[i].place),
      at: own.map((i) => km[knots[i]]),
      edges: own
        .slice(1)
        .map((b, i) => edgeOf(context, edit, line.slice(knots[own[i]], knots[b] + 1))),
    };
  });
}

function sectionCells(edit, name, seq) {
  const kind = edit.class === "conventional" ? "conventional" : "emu";
  const trains = edit.trains_per_day ?? null;
  return {
    id: `${edit.id}-${seq}`,
    route: edit.id,
    name: name[0],
    status: "planned",
    started: null,
    opened: null,
    expected: edit.year,
    design: edit.design_speed_kmh ?? null,
    operating: null,
    lanes: null,
    tracks: null,
    services: trains === null ? [] : [{ class: kind, trains }],
  };
}

function edgeOf(context, edit, line) {
  if (edit.mode !== "rail") return { line };
  const [first, last] = [line.slice(0, 2), line.slice(-2).reverse()];
  return { line, near: nearCores(context, line), headings: [heading(...first), heading(...last)] };
}

/** The direction in which a line leaves a point, in degrees. */
function heading(a, b) {
  const east = (b[0] - a[0]) * Math.cos((a[1] * Math.PI) / 180);
  return (Math.atan2(east, b[1] - a[1]) * 180) / Math.PI;
}

/** At how many of 50 points along a line it is near the centre of a core. */
function nearCores({ towns, parameters }, line) {
  const cores = towns.filter(({ population }) => population >= parameters.core_people);
  let count = 0;
  for (let i = 0; i < SAMPLES; i++) {
    const [lon, lat] = pointAlong(line, (i + 0.5) / SAMPLES);
    const isNear = (core) =>
      Math.abs(core.lat - lat) < 1 &&
      geodesicKm(core.lon, core.lat, lon, lat) <= parameters.approach_km;
    if (cores.some(isNear)) count++;
  }
  return count;
}

/** What a station is to the cities around: of a core, a city, a town, or of none. */
function levelOf({ towns, parameters }, { lon, lat }) {
  const levels = new Set();
  for (const town of towns) {
    if (Math.abs(town.lat - lat) >= 0.2 || Math.abs(town.lon - lon) >= 0.3) continue;
    if (geodesicKm(lon, lat, town.lon, town.lat) <= parameters.station_km) {
      levels.add(rankOf(parameters, town.population));
    }
  }
  return ["core", "city", "town"].find((level) => levels.has(level)) ?? "other";
}

function rankOf({ core_people, city_people }, population) {
  if (population >= core_people) return "core";
  return population >= city_people ? "city" : "town";
}
