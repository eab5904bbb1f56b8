// Distances on the ellipsoid, and the smooth lines of alignments, as `geo.geometry` has them.

/** WGS-84: the larger half axis in km, and the flattening. */
const AXIS_KM = 6378.137;
const FLATTENING = 1 / 298.257223563;
/** A curve stays within this distance of the chord between neighbouring points. */
const MAX_BULGE_M = 150;
/** A line that turns by more than 100 degrees at a point has a corner there. */
const CORNER = Math.cos((100 * Math.PI) / 180);
/** The drawn chords of a curve stay within this distance of it. */
const CHORD_ERROR_M = 8;
const METRES_PER_DEGREE = 111195;

const radians = (degrees) => (degrees * Math.PI) / 180;

/** The geodesic distance of two points in degrees, in km (T. Vincenty, 1975: to 0.1 mm). */
export function geodesicKm(lon1, lat1, lon2, lat2) {
  if (lon1 === lon2 && lat1 === lat2) return 0;
  const [u1, u2] = [lat1, lat2].map((lat) => Math.atan((1 - FLATTENING) * Math.tan(radians(lat))));
  const length = radians(lon2 - lon1);
  let [lambda, arc] = [length, null];
  for (let round = 0; round < 100; round++) {
    arc = arcOf(u1, u2, lambda);
    const c = (FLATTENING / 16) * arc.cos2a * (4 + FLATTENING * (4 - 3 * arc.cos2a));
    const inner = arc.mid + c * arc.cos * (2 * arc.mid ** 2 - 1);
    const next = length + (1 - c) * FLATTENING * arc.sina * (arc.sigma + c * arc.sin * inner);
    const done = Math.abs(next - lambda) < 1e-14;
    lambda = next;
    if (done) break;
  }
  return lengthOf(arcOf(u1, u2, lambda));
}

/** The arc between two points of the auxiliary sphere. */
function arcOf(u1, u2, lambda) {
  const [sin1, cos1, sin2, cos2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  // cos u1 sin u2 - sin u1 cos u2 cos l, without taking nearly equal numbers from each other
  const north = Math.sin(u2 - u1) + sin1 * cos2 * 2 * Math.sin(lambda / 2) ** 2;
  const sin = Math.hypot(cos2 * Math.sin(lambda), north);
  const cos = sin1 * sin2 + cos1 * cos2 * Math.cos(lambda);
  const sina = sin === 0 ? 0 : (cos1 * cos2 * Math.sin(lambda)) / sin;
  const cos2a = 1 - sina ** 2;
  const mid = cos2a === 0 ? 0 : cos - (2 * sin1 * sin2) / cos2a;
  return { sin, cos, sigma: Math.atan2(sin, cos), sina, cos2a, mid };
}

function lengthOf({ sin, cos, sigma, cos2a, mid }) {
  const minor = AXIS_KM * (1 - FLATTENING);
  const u = (cos2a * (AXIS_KM ** 2 - minor ** 2)) / minor ** 2;
  const a = 1 + (u / 16384) * (4096 + u * (u * (320 - 175 * u) - 768));
  const b = (u / 1024) * (256 + u * (u * (74 - 47 * u) - 128));
  const third = (b / 6) * mid * (4 * sin ** 2 - 3) * (4 * mid ** 2 - 3);
  const turn = b * sin * (mid + (b / 4) * (cos * (2 * mid ** 2 - 1) - third));
  return minor * a * (sigma - turn);
}

/** How far every point of a line is from its start, by the distances of two points. */
export function distancesAlong(line, distance = geodesicKm) {
  let total = 0;
  return line.map(([lon, lat], i) => {
    if (i) total += distance(...line[i - 1], lon, lat);
    return total;
  });
}

/** The flat distance of two points, in their own unit. */
export const flatDistance = (x1, y1, x2, y2) => Math.hypot(x2 - x1, y2 - y1);

/** The point that far along a line, given how far its points are. */
export function pointAt(line, at, distance) {
  let k = 1;
  while (k < line.length - 1 && at[k] <= distance) k++;
  const share = (distance - at[k - 1]) / (at[k] - at[k - 1]);
  return [0, 1].map((axis) => line[k - 1][axis] + (line[k][axis] - line[k - 1][axis]) * share);
}

/**
 * A smooth line through points in degrees: one cubic arc per leg.
 *
 * @returns {{line: number[][], knots: number[]}} Its points, and where the given ones are.
 */
export function smooth(points, closed = false) {
  const mean = [0, 1].map((axis) => points.reduce((sum, p) => sum + p[axis], 0) / points.length);
  const scale = [METRES_PER_DEGREE * Math.cos(radians(mean[1])), METRES_PER_DEGREE];
  const metres = points.map((p) => [0, 1].map((axis) => (p[axis] - mean[axis]) * scale[axis]));
  const legs = metres.slice(1).map((b, i) => legOf(metres[i], b));
  const arms = armsOf(legs, closed);
  const [line, knots] = [[], [0]];
  legs.forEach((leg, i) => {
    const count = pieces(leg, arms[i]);
    line.push(points[i]);
    for (let k = 1; k < count; k++) {
      const spot = bezier(metres[i], metres[i + 1], arms[i], k / count);
      line.push([0, 1].map((axis) => spot[axis] / scale[axis] + mean[axis]));
    }
    knots.push(line.length);
  });
  return { line: [...line, points[points.length - 1]], knots };
}

function legOf(a, b) {
  const chord = [b[0] - a[0], b[1] - a[1]];
  const length = Math.hypot(...chord);
  return { chord, length, unit: chord.map((part) => part / length) };
}

/** Into how many chords an arc is cut. */
function pieces({ chord, length }, { out, into }) {
  const off = (arm) => Math.abs(arm[0] * chord[1] - arm[1] * chord[0]) / length;
  const bend = 0.75 * Math.max(off(out), off(into));
  return Math.min(12, Math.max(1, Math.ceil(Math.sqrt(bend / CHORD_ERROR_M) * 2)));
}

function bezier(a, d, { out, into }, t) {
  return [0, 1].map((axis) => {
    const [b, c] = [a[axis] + out[axis], d[axis] - into[axis]];
    const s = 1 - t;
    return s ** 3 * a[axis] + 3 * s ** 2 * t * b + 3 * s * t ** 2 * c + t ** 3 * d[axis];
  });
}

/** The control arms at both ends of every leg, pointing forward, in metres. */
function armsOf(legs, closed) {
  const last = legs.length - 1;
  const over = closed ? tangent(legs[last], legs[0]) : null;
  return legs.map((leg, i) => ({
    out: shortened(i ? meeting(legs[i - 1], leg, leg) : (over ?? leg.unit), leg),
    into: shortened(i < last ? meeting(leg, legs[i + 1], leg) : (over ?? leg.unit), leg),
  }));
}

/** The direction of a line where two legs meet; at a corner that of one of them. */
function meeting(before, after, own) {
  const cosine = before.unit[0] * after.unit[0] + before.unit[1] * after.unit[1];
  return cosine > CORNER ? tangent(before, after) : own.unit;
}

/** The tangent of the circle through three points, at the middle one. */
function tangent(before, after) {
  const sum = [0, 1].map((k) => before.unit[k] * after.length + after.unit[k] * before.length);
  const norm = Math.hypot(...sum);
  return norm > 0 ? sum.map((part) => part / norm) : [0, 0];
}

/** An arm of a third of the leg, less where the arc would bulge too far. */
function shortened(direction, { unit, length }) {
  const forward = direction[0] * unit[0] + direction[1] * unit[1];
  const sine = Math.abs(direction[0] * unit[1] - direction[1] * unit[0]);
  const limit = sine > 0 ? MAX_BULGE_M / 0.75 / sine : Infinity;
  const arm = forward > 0 ? Math.min(length / 3, limit) : 0;
  return direction.map((part) => part * arm);
}
