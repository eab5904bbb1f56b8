// Plans in files and links, and what is wrong with those of others. The form of a file is that of
// `geo.scenarios.read_plan`.
import { geodesicKm } from "./geodesy.js";
import { KIND_OF_MODE } from "./plan-drawn.js";

/** Longer links and files are no plans. */
const MOST_CHARACTERS = 2e6;
const NAME_LENGTH = 150;
const CLASSES_OF_MODE = {
  road: ["expressway", "trunk"],
  rail: ["hsr", "intercity", "conventional"],
  water: ["ferry", "waterway"],
};
/** Lines of a mode join others at places of these kinds, if such lines meet there. */
const JOINING = {
  road: ["station", "interchange", "junction", "port", "airport", "town", "end"],
  rail: ["station", "junction", "end"],
  water: ["port", "junction", "end"],
};
/** Stops of a drawn line are at least this far apart. */
const SHORTEST_KM = 0.1;
const isText = (value) => typeof value === "string" && value !== "";
const isList = (value) => Array.isArray(value) && value.length > 0 && value.every(isText);
const between = (low, high) => (value) => Number.isFinite(value) && value >= low && value <= high;
const whole = (low, high) => (value) => Number.isInteger(value) && value >= low && value <= high;
const orNone = (test) => (value) => (value ?? null) === null || test(value);
const isPoint = (value) =>
  Array.isArray(value) && between(-180, 180)(value[0]) && between(-90, 90)(value[1]);
const isStop = (stop) => isText(stop?.place) || isPoint([stop?.lon, stop?.lat]);
const isVia = (via) => via.every((leg) => Array.isArray(leg) && leg.every(isPoint));

/** What a value of an edit must be, and how that is said. */
const VALUES = {
  sections: [isList, "路段编号", "ids of sections"],
  year: [whole(1850, 2100), "1850–2100 的年份", "a year from 1850 to 2100"],
  kmh: [between(5, 500), "5–500 km/h", "5 to 500 km/h"],
  lanes: [whole(1, 16), "1–16 条车道", "1 to 16 lanes"],
  trains: [between(1, 9999), "每日 1 列以上", "1 train a day or more"],
  lon: [between(-180, 180), "经度", "a longitude"],
  lat: [between(-90, 90), "纬度", "a latitude"],
  km: [between(1e-9, 1000), "1000 km 以内的半径", "a radius up to 1000 km"],
  id: [
    (id) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(id),
    "小写字母、数字、连字符",
    "an id such as plan-1",
  ],
  mode: [
    (mode) => Object.hasOwn(CLASSES_OF_MODE, mode),
    "road、rail 或 water",
    "road, rail or water",
  ],
  stops: [
    (stops) => Array.isArray(stops) && stops.length > 1 && stops.every(isStop),
    "两个以上的站点，各为一处地点或经纬度",
    "two stops or more, each a place or a point",
  ],
  via: [orNone((via) => Array.isArray(via) && isVia(via)), "每段的折点", "points for every leg"],
  design_speed_kmh: [orNone(between(5, 500)), "5–500 km/h", "5 to 500 km/h"],
  trains_per_day: [orNone(between(1, 9999)), "每日 1 列以上", "1 train a day or more"],
};
const LINE = ["id", "mode", "year", "stops", "via", "design_speed_kmh", "trains_per_day"];
/** What every kind of edit needs; these values are kept, and names. */
const NEEDED = {
  remove: ["sections"],
  open: ["sections", "year"],
  speed: ["sections", "kmh"],
  lanes: ["sections", "lanes"],
  trains: ["sections", "trains"],
  close: [],
  close_area: ["lon", "lat", "km"],
  draw: LINE,
};
const KEPT = {
  ...NEEDED,
  close: ["sections", "edges"],
  draw: [...LINE, "name", "name_en", "class"],
};

const wrong = (zh, en) => ({ error: { zh, en } });
const NO_PLAN = wrong("这不是方案：没有读到修改。", "This is no plan: no edits were found in it.");

/**
 * What is wrong with a plan, null where nothing is.
 *
 * @param {any} plan
 * @param {{sections?: Map<string, any>, places?: Map<string, any>}} known What the region has.
 * @returns {{zh: string, en: string} | null}
 */
export function checkPlan(plan, known = {}) {
  if (!Array.isArray(plan?.edits)) return NO_PLAN.error;
  const drawn = new Map();
  for (const [i, edit] of plan.edits.entries()) {
    const fault =
      faultOf(edit) ?? unknownIn(edit, known, drawn) ?? faultOfStops(edit, known.places, drawn);
    if (fault)
      return { zh: `第 ${i + 1} 项修改：${fault[0]}。`, en: `Edit ${i + 1}: ${fault[1]}.` };
    if (edit.do === "draw") drawn.set(edit.id, edit);
  }
  return null;
}

function faultOf(edit) {
  if (!Object.hasOwn(NEEDED, edit?.do ?? "")) return ["没有这种修改", "there is no such edit"];
  for (const key of NEEDED[edit.do]) {
    const [test, zh, en] = VALUES[key];
    if (!test(edit[key])) return [`${key} 应为${zh}`, `${key}: expected ${en}`];
  }
  if (edit.do === "close" && !isList(edit.sections) && !isList(edit.edges)) {
    return ["应有 sections 或 edges", "expected sections or edges"];
  }
  return edit.do === "draw" ? faultOfLine(edit) : null;
}

function faultOfLine({ mode, class: kind, stops, via, trains_per_day: trains }) {
  const classes = CLASSES_OF_MODE[mode];
  if (!classes.includes(kind)) {
    return [`class 应为 ${classes.join("、")}`, `class: expected ${classes.join(", ")}`];
  }
  if (via?.length && via.length !== stops.length - 1) {
    return ["via 应为每段的折点", "via: expected points for every leg"];
  }
  if ((trains ?? null) !== null && mode !== "rail") {
    return ["只有铁路才有列车", "only a railway has trains"];
  }
  return null;
}

/** What an edit names that the region does not have. */
function unknownIn(edit, known, drawn) {
  const { sections, places } = known;
  const isDrawn = (id) => [...drawn.keys()].some((line) => id.startsWith(`${line}-`));
  const used = [...(edit.sections ?? []), ...(edit.edges ?? []).map((id) => id.split(":")[0])];
  const section = sections && used.find((id) => !sections.has(id) && !isDrawn(id));
  const stops = edit.do === "draw" ? edit.stops.filter((stop) => isText(stop.place)) : [];
  const lost = places && stops.find(({ place }) => !places.has(place) && !isDrawn(place));
  const id = section ?? lost?.place;
  if (id !== undefined) return [`本地区没有 ${id}`, `this region has no ${id}`];
  return drawn.has(edit.id) ? [`${edit.id} 用了两次`, `${edit.id} is used twice`] : null;
}

/** Why a line cannot be drawn through its stops. */
function faultOfStops({ do: kind, mode, stops }, places, drawn) {
  if (kind !== "draw" || !places) return null;
  const spots = stops.map((stop) => (stop.place ? spotOf(stop.place, places, drawn) : stop));
  const wrongOne = spots.find((spot) => spot?.kind && !canJoin(spot, mode));
  if (wrongOne)
    return [`${wrongOne.id} 接不上这种线路`, `no line of mode ${mode} joins ${wrongOne.id}`];
  const ids = stops.map(({ place }, i) => place ?? i);
  if (new Set(ids.slice(1)).size < ids.length - 1 || ids.slice(1, -1).includes(ids[0])) {
    return ["同一地点不得出现两次", "no place may be a stop twice"];
  }
  const isShort = spots.some((b, i) => {
    const a = spots[i - 1];
    return a && b && geodesicKm(a.lon, a.lat, b.lon, b.lat) < SHORTEST_KM;
  });
  const said = [
    `站点相距应在 ${SHORTEST_KM} 公里以上`,
    `stops must be ${SHORTEST_KM} km or more apart`,
  ];
  return isShort ? said : null;
}

/** A place of the region, or a stop of a line drawn before. */
function spotOf(id, places, drawn) {
  const [, line, number] = /^(.*)-(\d+)$/.exec(id) ?? [];
  const edit = drawn.get(line);
  const stop = edit?.stops[Number(number) - 1];
  return (
    places.get(id) ?? (stop && { ...stop, id, kind: KIND_OF_MODE[edit.mode], modes: [edit.mode] })
  );
}

/** Whether lines of a mode meet at a place, so that a new one may join them. */
export const canJoin = ({ kind, modes }, mode) =>
  JOINING[mode].includes(kind) && (modes?.includes(mode) ?? true);

/** A plan with nothing but what is known of plans; or what is wrong with it. */
function accepted(plan, known) {
  const error = checkPlan(plan, known);
  if (error) return { error };
  const named = (name) => String(name ?? "").slice(0, NAME_LENGTH);
  const edits = plan.edits.map((edit) => {
    const keys = ["do", ...KEPT[edit.do]].filter((key) => (edit[key] ?? null) !== null);
    const made = Object.fromEntries(keys.map((key) => [key, edit[key]]));
    if (edit.do === "draw") made.stops = edit.stops.map(plainStop);
    return made;
  });
  return { plan: { name: named(plan.name), name_en: named(plan.name_en || plan.name), edits } };
}

function plainStop({ place, lon, lat, name, name_en }) {
  if (isText(place)) return { place };
  const names = Object.entries({ name, name_en }).filter(([, text]) => isText(text));
  return { lon, lat, ...Object.fromEntries(names) };
}

/**
 * A plan as GeoJSON: a feature for every edit, in their order.
 *
 * @param {any} plan
 * @param {{sections?: Map<string, number[][]>, places: Map<string, any>}} known Lines of sections
 *   by id, and places with `lon` and `lat`.
 */
export function planToFile(plan, { sections, places }) {
  const { name, name_en, edits } = plan;
  const spots = new Map([...places].map(([id, { lon, lat }]) => [id, [lon, lat]]));
  for (const { do: kind, id, stops } of edits) {
    if (kind !== "draw") continue;
    stops.forEach((stop, i) => {
      if (!stop.place) spots.set(`${id}-${i + 1}`, [stop.lon, stop.lat]);
    });
  }
  const features = edits.map((edit) => ({
    type: "Feature",
    ...(edit.do === "draw" ? lineFeature(edit, spots) : placedFeature(edit, sections)),
  }));
  const file = { type: "FeatureCollection", plan: { name, name_en }, features };
  return `${JSON.stringify(file, null, 1)}\n`;
}

/** A drawn line: its stops say which of its points they are. */
function lineFeature({ stops, via, ...properties }, spots) {
  const coordinates = [];
  const listed = stops.map(({ lon, lat, ...stop }, i) => {
    coordinates.push(stop.place ? spots.get(stop.place) : [lon, lat]);
    const at = coordinates.length - 1;
    coordinates.push(...(via?.[i] ?? []));
    return { ...stop, at };
  });
  const geometry = { type: "LineString", coordinates };
  return { properties: { ...properties, stops: listed }, geometry };
}

function placedFeature(edit, sections) {
  const properties = { ...edit };
  for (const key of ["sections", "edges"]) if (edit[key]) properties[key] = edit[key].join(";");
  if (edit.do === "close_area") {
    return { properties, geometry: { type: "Point", coordinates: [edit.lon, edit.lat] } };
  }
  const lines = (edit.sections ?? []).map((id) => sections?.get(id)).filter(Boolean);
  const geometry = lines.length ? { type: "MultiLineString", coordinates: lines } : null;
  return { properties, geometry };
}

/**
 * The plan of a file, or what is wrong with it.
 *
 * @returns {{plan?: any, error?: {zh: string, en: string}}}
 */
export function planFromFile(text, known = {}) {
  try {
    const { plan, features } = text.length > MOST_CHARACTERS ? {} : JSON.parse(text);
    return accepted({ ...plan, edits: plan && features.map(editOf) }, known);
  } catch {
    return NO_PLAN;
  }
}

function editOf({ properties, geometry }) {
  // a GIS gives every feature all columns, and may give a list as text
  const known = Object.entries(properties).filter(([, value]) => value !== null);
  const edit = Object.fromEntries(known);
  for (const key of ["sections", "edges"]) {
    if (isText(edit[key])) edit[key] = edit[key].split(";");
  }
  if (isText(edit.stops)) edit.stops = JSON.parse(edit.stops);
  return edit.do === "draw" ? lineOf(edit, geometry.coordinates) : edit;
}

function lineOf(edit, points) {
  const stops = edit.stops ?? [{ at: 0 }, { at: points.length - 1 }];
  const at = stops.map((stop) => stop.at);
  const ordered = at.every((spot, i) => Number.isInteger(spot) && (i === 0 || spot > at[i - 1]));
  if (!ordered || at[0] !== 0 || at[at.length - 1] !== points.length - 1) throw new Error("stops");
  return {
    ...edit,
    via: at.slice(1).map((end, i) => points.slice(at[i] + 1, end).map((p) => p.slice(0, 2))),
    stops: stops.map((stop) => {
      const [lon, lat] = points[stop.at];
      return stop.place ? stop : { ...stop, lon, lat };
    }),
  };
}

/** A plan as text for a link: compressed, in letters that need no escape. */
export async function planToLink(plan) {
  const { name, name_en, edits } = plan;
  const text = JSON.stringify({ name, name_en, edits }, (key, value) => {
    if (key === "via" && !value?.some((leg) => leg.length)) return undefined;
    return typeof value === "number" ? Math.floor(value * 1e6 + 0.5) / 1e6 : value;
  });
  const bytes = await through(new CompressionStream("deflate-raw"), new TextEncoder().encode(text));
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * The plan of a link, or what is wrong with it.
 *
 * @returns {Promise<{plan?: any, error?: {zh: string, en: string}}>}
 */
export async function planFromLink(text, known = {}) {
  try {
    const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const raw = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const bytes = await through(new DecompressionStream("deflate-raw"), raw);
    return accepted(JSON.parse(new TextDecoder().decode(bytes)), known);
  } catch {
    return wrong("链接中的方案读不出来。", "The plan in this link cannot be read.");
  }
}

/** Bytes sent through a stream; no more than a plan may have. */
async function through(stream, bytes) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > MOST_CHARACTERS) throw new Error("too long");
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
