// Where new points are tied to ordinary roads, as `geo.network.ordinary_roads` ties all points.
import { geodesicKm } from "./geodesy.js";

/** Roads farther from a point are no place to tie it to, in degrees. */
const NEAR_DEGREES = 0.06;
/** No degree of latitude is shorter, in km. */
export const KM_PER_DEGREE = 110.5;

/** A port this near to a road lies on it. */
const QUAY_KM = 0.3;
/** The ends of a tie this near to a coast are on the shore. */
const SHORE_KM = 0.05;

/**
 * The ties of new points: to roads, and to other points near by on the same side of all rivers.
 *
 * @param {any} ground `roads` by node and edge (`lon`, `lat`, `u`, `v`, `km`, `starts`,
 *   `points`), whether their lines are `exact`, `rivers` and `coasts` as lines in degrees, and
 *   `parameters`.
 * @param {{id: string, lon: number, lat: number}[]} known The points of the region.
 * @param {{id: string, lon: number, lat: number, kind?: string}[]} points New points.
 */
export function tiesOf(ground, known, points) {
  ground.spheres ??= Array.from(ground.roads.lon, (lon, i) => onSphere(lon, ground.roads.lat[i]));
  ground.boxes ??= boxesOf(ground.roads);
  const ties = points.flatMap((at, point) => tiesOfPoint(ground, at, point));
  return { ties, near: nearPairs(ground, known, points) };
}

function tiesOfPoint(ground, at, point) {
  const { parameters, rivers, coasts } = ground;
  const most = Math.trunc(parameters.tie_choices);
  // some may lie across the sea
  const nodes = nodesNear(ground, at, coasts.length ? 4 * most : most);
  let found = [...nodes, ...roadsNear(ground, at)].sort((a, b) => a.km - b.km);
  if (ground.exact && at.kind === "port" && found[0]?.km <= QUAY_KM) {
    found = found.filter(({ km }) => km <= QUAY_KM);
  }
  const best = found.filter((spot) => !isOverSea(coasts, at, spot, spot.km)).slice(0, most);
  const dry = best.filter(({ lon, lat }) => !crosses(rivers, [at.lon, at.lat], [lon, lat]));
  return (dry.length ? dry : best).map(({ lon, lat, ...tie }) => ({ point, ...tie }));
}

/** Whether a straight line crosses a coast, its ends at the shore aside. */
function isOverSea(coasts, a, b, km) {
  if (!coasts.length) return false;
  const part = Math.min(SHORE_KM / Math.max(km, 1e-9), 0.4);
  const [x, y] = [(b.lon - a.lon) * part, (b.lat - a.lat) * part];
  return crosses(coasts, [a.lon + x, a.lat + y], [b.lon - x, b.lat - y]);
}

/** A point of a sphere of radius 1. */
function onSphere(lon, lat) {
  const [x, y] = [(lon * Math.PI) / 180, (lat * Math.PI) / 180];
  return [Math.cos(y) * Math.cos(x), Math.cos(y) * Math.sin(x), Math.sin(y)];
}

/** The nearest nodes of roads. */
function nodesNear({ roads, spheres }, at, count) {
  const spot = onSphere(at.lon, at.lat);
  const best = [];
  for (let node = 0; node < spheres.length; node++) {
    const [x, y, z] = spheres[node];
    const away = (x - spot[0]) ** 2 + (y - spot[1]) ** 2 + (z - spot[2]) ** 2;
    if (best.length === count && away >= best[best.length - 1].away) continue;
    best.push({ node, away });
    best.sort((a, b) => a.away - b.away).splice(count);
  }
  return best.map(({ node }) => {
    const [lon, lat] = [roads.lon[node], roads.lat[node]];
    return { node, lon, lat, km: geodesicKm(at.lon, at.lat, lon, lat) };
  });
}

/** West, south, east and north of every road. */
function boxesOf({ starts, points }) {
  const boxes = new Float64Array(4 * (starts.length - 1));
  for (let e = 0; e < starts.length - 1; e++) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 2 * starts[e]; i < 2 * starts[e + 1]; i++) {
      box[i % 2] = Math.min(box[i % 2], points[i]);
      box[2 + (i % 2)] = Math.max(box[2 + (i % 2)], points[i]);
    }
    boxes.set(box, 4 * e);
  }
  return boxes;
}

/** The nearest places along short roads, away from their ends. */
function roadsNear({ roads, boxes, parameters, exact }, { lon, lat }) {
  const found = [];
  for (let edge = 0; edge < roads.km.length; edge++) {
    const [west, south, east, north] = boxes.subarray(4 * edge, 4 * edge + 4);
    const off = Math.hypot(
      Math.max(west - lon, lon - east, 0),
      Math.max(south - lat, lat - north, 0),
    );
    if (off > NEAR_DEGREES || !(exact || roads.km[edge] <= parameters.tie_road_km)) continue;
    const line = lineOf(roads, edge);
    const nearest = locate(line, lon, lat);
    const share = Math.round(nearest.share * 1e4) / 1e4;
    if (nearest.away > NEAR_DEGREES || share <= 0.02 || share >= 0.98) continue;
    const [x, y] = pointAlong(line, share);
    found.push({ edge, share, lon: x, lat: y, km: geodesicKm(lon, lat, x, y) });
  }
  return found;
}

function lineOf({ starts, points }, edge) {
  const line = [];
  for (let i = starts[edge]; i < starts[edge + 1]; i++)
    line.push([points[2 * i], points[2 * i + 1]]);
  return line;
}

/** The place on a line that is nearest to a point: its share of the length, and how far it is. */
function locate(line, x, y) {
  let [best, at, length] = [Infinity, 0, 0];
  for (let i = 1; i < line.length; i++) {
    const [[ax, ay], [bx, by]] = [line[i - 1], line[i]];
    const [dx, dy] = [bx - ax, by - ay];
    const square = dx * dx + dy * dy;
    const part = square > 0 ? ((x - ax) * dx + (y - ay) * dy) / square : 0;
    const inside = Math.min(1, Math.max(0, part));
    const away = Math.hypot(ax + inside * dx - x, ay + inside * dy - y);
    if (away < best) [best, at] = [away, length + inside * Math.sqrt(square)];
    length += Math.sqrt(square);
  }
  return { share: length > 0 ? at / length : 0, away: best };
}

/** The point at a share of the flat length of a line. */
export function pointAlong(line, share) {
  const lengths = line.slice(1).map(([x, y], i) => Math.hypot(x - line[i][0], y - line[i][1]));
  let rest = share * lengths.reduce((sum, length) => sum + length, 0);
  for (let i = 0; i < lengths.length; i++) {
    if (rest <= lengths[i] || i === lengths.length - 1) {
      const part = lengths[i] > 0 ? rest / lengths[i] : 0;
      return [0, 1].map((axis) => line[i][axis] + part * (line[i + 1][axis] - line[i][axis]));
    }
    rest -= lengths[i];
  }
  return line[0];
}

/** Pairs of a new point and another, near each other on one side of all rivers. */
function nearPairs({ parameters, rivers, coasts }, known, points) {
  const limit = parameters.tie_direct_km;
  return points.flatMap((b, i) =>
    [...known, ...points.slice(0, i)].flatMap((a) => {
      if (Math.abs(a.lat - b.lat) > (1.01 * limit) / KM_PER_DEGREE) return [];
      const km = geodesicKm(a.lon, a.lat, b.lon, b.lat);
      if (km > limit || crosses(rivers, [a.lon, a.lat], [b.lon, b.lat])) return [];
      if (isOverSea(coasts, a, b, km)) return [];
      return [{ a: a.id, b: b.id, km }];
    }),
  );
}

/** Whether a straight line from a to b meets one of some lines. */
function crosses(lines, a, b) {
  const [west, east] = [Math.min(a[0], b[0]), Math.max(a[0], b[0])];
  const [south, north] = [Math.min(a[1], b[1]), Math.max(a[1], b[1])];
  return lines.some((line) =>
    line.some((d, i) => {
      if (!i) return false;
      const c = line[i - 1];
      const apart =
        Math.max(c[0], d[0]) < west ||
        Math.min(c[0], d[0]) > east ||
        Math.max(c[1], d[1]) < south ||
        Math.min(c[1], d[1]) > north;
      return !apart && side(a, b, c) * side(a, b, d) <= 0 && side(c, d, a) * side(c, d, b) <= 0;
    }),
  );
}

const side = (a, b, p) => Math.sign((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]));
