// WGS-84 to GCJ-02: the formula of geo/geometry/datum.py, whose numbers a test compares.

const DEGREE = Math.PI / 180;
const AXIS = 6378245;
const SQUARED_ECCENTRICITY = 0.006693421622965943;

/** Sine waves by their amplitudes in metres and their lengths in degrees. */
const SHARED = { amplitudes: [20, 20], lengths: [1 / 3, 1] };
const EASTWARD = { amplitudes: [20, 40, 150, 300], lengths: [2, 6, 24, 60] };
const NORTHWARD = { amplitudes: [20, 40, 160, 320], lengths: [2, 6, 24, 60] };

function sum(at, { amplitudes, lengths }) {
  const heights = amplitudes.map(
    (amplitude, k) => (amplitude * Math.sin((2 * Math.PI * at) / lengths[k]) * 2) / 3,
  );
  return heights.reduce((total, height) => total + height, 0);
}

/** Metres to the east and to the north by which GCJ-02 moves a position. */
function shift(lng, lat) {
  const [x, y] = [lng - 105, lat - 35];
  const root = Math.sqrt(Math.abs(x));
  const shared = sum(x, SHARED);
  const east = 300 + x + 2 * y + 0.1 * x * (x + y) + 0.1 * root;
  const north = -100 + 2 * x + 3 * y + 0.1 * y * (x + 2 * y) + 0.2 * root;
  return { east: east + shared + sum(x, EASTWARD), north: north + shared + sum(y, NORTHWARD) };
}

const isOutside = ({ lng, lat }) => lng < 72.004 || lng > 137.8347 || lat < 0.8293 || lat > 55.8271;

/** @param {L.LatLng} at */
export function toGcj02(at) {
  if (isOutside(at)) return at;
  const { east, north } = shift(at.lng, at.lat);
  const w2 = 1 - SQUARED_ECCENTRICITY * Math.sin(at.lat * DEGREE) ** 2;
  const meridian = (AXIS * (1 - SQUARED_ECCENTRICITY)) / w2 ** 1.5;
  const parallel = (AXIS / Math.sqrt(w2)) * Math.cos(at.lat * DEGREE);
  return L.latLng(at.lat + north / (meridian * DEGREE), at.lng + east / (parallel * DEGREE));
}
