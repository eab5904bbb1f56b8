// Lines from text: the three ways in which pages hold them.

/** Rings and lines as steps from point to point in five-bit digits (encoded polyline). */
export function decodePolyline(text, size) {
  const points = [];
  const step = [0, 0];
  let [value, shift, axis] = [0, 1, 0];
  for (const character of text) {
    const digit = character.charCodeAt(0) - 63;
    value += (digit & 31) * shift;
    shift *= 32;
    if (digit >= 32) continue;
    step[axis] += fromZigzag(value);
    if (axis === 1) points.push([step[1] * size, step[0] * size]);
    [value, shift, axis] = [0, 1, 1 - axis];
  }
  return points;
}

/** Steps between points in 1e-5 degrees. */
export function decodeSteps(steps) {
  const points = [];
  let [x, y] = [0, 0];
  for (let i = 0; i < steps.length; i += 2) {
    x += steps[i];
    y += steps[i + 1];
    points.push([y / 1e5, x / 1e5]);
  }
  return points;
}

/** Many lines, compressed: where each starts, its points in Web Mercator (0 to 1), its box. */
export async function unpackLines(text) {
  const stream = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  const next = numbersIn(new Uint8Array(await new Response(stream).arrayBuffer()));
  const count = next();
  const starts = new Uint32Array(count + 1);
  for (let i = 0; i < count; i++) starts[i + 1] = starts[i] + next();
  const points = new Float64Array(2 * starts[count]);
  const boxes = new Float64Array(4 * count);
  let [x, y] = [0, 0];
  for (let i = 0; i < count; i++) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let j = starts[i]; j < starts[i + 1]; j++) {
      x += fromZigzag(next());
      y += fromZigzag(next());
      const at = mercator(x / 20000, y / 20000);
      points.set(at, 2 * j);
      extend(box, at[0], at[1]);
    }
    boxes.set(box, 4 * i);
  }
  return { starts, points, boxes };
}

/** Whole numbers in bytes of seven bits, the lowest first. */
function numbersIn(bytes) {
  let at = 0;
  return () => {
    let [value, weight, byte] = [0, 1, 0];
    do {
      byte = bytes[at++];
      value += (byte & 127) * weight;
      weight *= 128;
    } while (byte > 127);
    return value;
  };
}

/** Whole numbers from 0, as bytes of seven bits in base64. */
export function wholeNumbers(text) {
  const bytes = bytesOf(text);
  const next = numbersIn(bytes);
  const count = bytes.reduce((sum, byte) => sum + (byte < 128 ? 1 : 0), 0);
  return Int32Array.from({ length: count }, next);
}

/**
 * Numbers of which every digit is there: as steps with some decimals, or as they are in memory.
 * @param {{d?: number, s?: number, v?: string, f?: string}} packed
 */
export function unpackNumbers({ d, s, v, f }) {
  if (f !== undefined) return new Float64Array(bytesOf(f).buffer);
  const whole = Float64Array.from(wholeNumbers(v), fromZigzag);
  for (let i = s; i < whole.length; i++) whole[i] += whole[i - s];
  return whole.map((number) => number / 10 ** d);
}

const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

const fromZigzag = (n) => (n % 2 ? -(n + 1) / 2 : n / 2);

function mercator(lon, lat) {
  const sine = Math.sin((lat * Math.PI) / 180);
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
}

function extend(box, x, y) {
  box[0] = Math.min(box[0], x);
  box[1] = Math.min(box[1], y);
  box[2] = Math.max(box[2], x);
  box[3] = Math.max(box[3], y);
}
