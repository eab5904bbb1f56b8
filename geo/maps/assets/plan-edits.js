// What the edits of a plan make of the tables, as `geo.scenarios.plans` has it.
import { drawnLine } from "./plan-drawn.js";
import { lastDay } from "./plan-status.js";
import { byId, edgeLine, withLengths } from "./plan-tables.js";

/** No train runs faster, as the tables have it. */
const FASTEST_KMH = 500;
/** Kilometres of a degree of latitude where a circle is drawn flat. */
const FLAT_KM = 111.195;

/** The tables after the edits of a plan, in their order; closures are none of them. */
export function plannedTables(tables, edits) {
  let made = tables;
  for (const edit of edits) {
    if (edit.do === "draw") made = withLine(made, drawnLine(made, edit));
    else if (edit.do in CHANGES) made = withChange(made, edit);
  }
  return made;
}

/** The edges that a plan closes, of whatever date they are. */
export function closedEdges(tables, edits) {
  return new Set(
    edits.flatMap((edit) => {
      if (edit.do === "close_area") return edgesWithin(tables, edit);
      if (edit.do !== "close") return [];
      const own = (edit.sections ?? []).flatMap((id) => edgesOfSection(tables, id));
      return [...own, ...(edit.edges ?? [])];
    }),
  );
}

/** The edges of a section; one that uses the track of others has none to close but theirs. */
function edgesOfSection(tables, id) {
  const tracks = [id, ...(tables.section.get(id)?.shared ?? [])];
  return tracks.flatMap((own) => (tables.section.get(own)?.edges ?? []).map((edge) => edge.id));
}

/** The edges whose line comes into a circle, measured flat. */
export function edgesWithin(tables, { lon, lat, km }) {
  const found = [];
  for (const { edges } of tables.sections) {
    for (const edge of edges) {
      if (flatKm(edgeLine(edge), lon, lat) <= km) found.push(edge.id);
    }
  }
  return found;
}

/** How far a line is from a point at the least, in km. */
export function flatKm(line, lon, lat) {
  const east = FLAT_KM * Math.cos((lat * Math.PI) / 180);
  let best = Infinity;
  for (let i = 1; i < line.length; i++) {
    const [x, y] = [(line[i - 1][0] - lon) * east, (line[i - 1][1] - lat) * FLAT_KM];
    const [dx, dy] = [(line[i][0] - lon) * east - x, (line[i][1] - lat) * FLAT_KM - y];
    const square = dx * dx + dy * dy;
    const part = square > 0 ? Math.min(1, Math.max(0, -(x * dx + y * dy) / square)) : 0;
    best = Math.min(best, Math.hypot(x + part * dx, y + part * dy));
  }
  return best;
}

/** Tables in which an edit has changed the cells and the trains of some sections. */
function withChange(tables, edit) {
  const chosen = new Set(edit.sections);
  const change = CHANGES[edit.do];
  const trains = { ...tables.trains };
  const sections = tables.sections.map((section) =>
    chosen.has(section.id) ? { ...section, ...change(section, edit, tables, trains) } : section,
  );
  return { ...tables, trains, sections, section: byId(sections) };
}

/** By kind of edit the cells that it changes; it may change the tables of trains, too. */
const CHANGES = {
  remove: () => ({ status: "planned", started: null, opened: null, expected: null }),
  open: openIn,
  speed: atSpeed,
  lanes: (_, { lanes }) => ({ lanes }),
  trains: withTrains,
};

function openIn({ status, started }, { year }, { asOf }) {
  const begun = started && Number(started.slice(0, 4)) <= year ? started : null;
  const done = lastDay(year) <= asOf;
  if (done) return { status: "open", opened: String(year), started: begun };
  const built = status === "planned" ? "planned" : "construction";
  return { status: built, opened: null, expected: year, started: begun };
}

const reaches = (row, asOf) => !row.to || lastDay(row.to) >= asOf;

function atSpeed(section, { kmh }, { asOf }, trains) {
  const { id, operating, design } = section;
  const former = operating ?? design;
  const running = (row) =>
    former === null ? null : row.kmh && Math.min(row.kmh * (kmh / former), FASTEST_KMH);
  trains.services = trains.services.map((row) =>
    row.section === id ? { ...row, kmh: running(row) } : row,
  );
  trains.speeds = trains.speeds.map((row) =>
    row.section === id && reaches(row, asOf) ? { ...row, kmh } : row,
  );
  return operating === null ? { design: kmh } : { operating: kmh };
}

function withTrains(section, { trains: count }, { asOf, parameters }, trains) {
  const own = trains.services.filter((row) => row.section === section.id);
  const slow = section.class === "conventional";
  const speed = section.operating ?? section.design ?? parameters.rail_default;
  const isFast = own.length
    ? own.some((row) => row.class === "emu")
    : !slow || speed >= parameters.emu_line_kmh;
  const kind = isFast ? "emu" : "conventional";
  if (!own.length) {
    const row = { section: section.id, from: null, to: null, trains: null, kmh: null };
    const added = [{ ...row, class: kind, trains: count }];
    if (slow && isFast) added.push({ ...row, class: "conventional" });
    trains.services = [...trains.services, ...added];
    return {};
  }
  const present = own.filter((row) => row.class === kind);
  const late = present.filter((row) => reaches(row, asOf));
  const changed = new Set(late.length ? late : present);
  trains.services = trains.services.map((row) =>
    changed.has(row) ? { ...row, trains: count } : row,
  );
  return {};
}

/** Tables with the route, the sections, the places and the trains of a drawn line. */
function withLine(tables, { route, sections, places }) {
  const made = sections.map((section) =>
    withLengths({
      ...section,
      mode: route.mode,
      class: route.class,
      shared: [],
      edges: section.edges.map((edge) => ({ ...edge, near: (edge.near ?? 0) / 50 })),
    }),
  );
  const trains = made.flatMap((section) =>
    section.services.map((row) => ({
      section: section.id,
      from: null,
      to: null,
      kmh: null,
      ...row,
    })),
  );
  const ends = [route.places[0], route.places[route.places.length - 1]];
  const all = {
    places: [...tables.places, ...places],
    routes: [...tables.routes, { ...route, ends }],
    sections: [...tables.sections, ...made],
  };
  return {
    ...tables,
    ...all,
    place: byId(all.places),
    route: byId(all.routes),
    section: byId(all.sections),
    trains: { ...tables.trains, services: [...tables.trains.services, ...trains] },
  };
}
