// Names and numbers of routes along their lines, as items of the labels of a map.
import { namesOf } from "./names.js";

/** First zoom of a name, by class; expressways have their numbers as shields. */
const NAME_ZOOM = { hsr: 7.5, intercity: 8.5, conventional: 10, waterway: 8, ferry: 10 };
/** The named corridors have their names first. */
const NAMED_ZOOM = 6.5;
const SHIELD_ZOOM = { high: 8, low: 9.5 };
/** Where along a route its name may stand, the best place first. */
const SHARES = [0.5, 0.35, 0.65, 0.2, 0.8];
/** A name that would stand steeper than this is written level. */
const STEEP = 62;

/**
 * @param {import("./route-lines.js").RouteLines} lines
 * @param {Record<string, any>} routes
 * @param {(section: any) => boolean} isLow
 */
export function routeLabels(lines, routes, isLow) {
  const items = [];
  for (const [id, route] of Object.entries(routes)) {
    const sections = route.sections.map((key) => lines.sections[key]).filter(Boolean);
    if (!sections.length) continue;
    const points = sections.flatMap((section) => section.points);
    const { group } = sections[0];
    const isRoad = route.mode === "road";
    if (isRoad && route.ref) items.push(...shieldsOf(id, route, points, sections.every(isLow)));
    if (!isRoad || route.group === "named") items.push(...namesAlong(id, route, points, group));
  }
  return items.sort((a, b) => Number(b.first ?? 0) - Number(a.first ?? 0));
}

/** Of several numbers the first is that of the main road. */
function shieldsOf(id, route, points, low) {
  const [ref] = route.ref.split("/");
  const zoom = low ? SHIELD_ZOOM.low : SHIELD_ZOOM.high;
  const kind = ref.startsWith("G") ? "shield national" : "shield";
  return SHARES.map((share) => {
    const { at } = placeOn(points, share);
    return { route: id, once: `shield ${id}`, zh: ref, en: ref, at, kind, zoom };
  });
}

function namesAlong(id, route, points, { key, color }) {
  const [zh, en] = namesOf(route).map((name) => name.split("(")[0].trim());
  const first = route.group === "named";
  const zoom = first ? NAMED_ZOOM : (NAME_ZOOM[key] ?? 9);
  return SHARES.map((share) => {
    const { at, angle } = placeOn(points, share);
    return { route: id, once: id, zh, en, at, angle, kind: "route", zoom, color, first };
  });
}

/** A place on a line, and its direction there on the screen, readable from left to right. */
function placeOn(points, share) {
  const i = Math.floor((points.length - 1) * share);
  const [a, b] = [points[Math.max(0, i - 3)], points[Math.min(points.length - 1, i + 3)]];
  const x = (b.lng - a.lng) * Math.cos((a.lat * Math.PI) / 180);
  let angle = (Math.atan2(a.lat - b.lat, x) * 180) / Math.PI;
  angle = ((((angle + 90) % 180) + 180) % 180) - 90;
  const { lat, lng } = points[i];
  return { at: [lat, lng], angle: Math.abs(angle) < STEEP ? Math.round(angle) : 0 };
}
