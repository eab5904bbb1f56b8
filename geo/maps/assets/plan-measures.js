// How far times may be off, who is within reach, and what longer times cost, as
// `geo.network.intervals` and `geo.connectivity` have it.

/** Standard deviations on each side of the mean within which nine of ten values lie. */
const NINE_OF_TEN = 1.645;
/** Exponent by which the demand of a pair falls with its travel time. */
const DECAY = 1.5;

/** The standard deviation of a computed time; of trains alone from station to station. */
export function timeDeviation(minutes, mode, parameters, doors = true) {
  const { deviation_rail: rail, deviation_road: road } = parameters;
  const share = { rail, road }[mode] ?? Math.max(rail, road);
  const fixed = doors ? parameters.deviation_door_min : parameters.deviation_train_min;
  return minutes > 0 ? Math.hypot(share * minutes, fixed) : 0;
}

/** The bounds that hold the true time in nine of ten cases. @returns {[number, number]} */
export function timeInterval(minutes, mode, parameters, doors = true) {
  if (!Number.isFinite(minutes)) return [minutes, minutes];
  const half = NINE_OF_TEN * timeDeviation(minutes, mode, parameters, doors);
  return [Math.max(minutes - half, 0), minutes + half];
}

/** The probability that the true time lies within a limit. */
export function shareWithin(minutes, limit, mode, parameters) {
  if (!Number.isFinite(minutes)) return 0;
  const spread = timeDeviation(minutes, mode, parameters);
  if (spread > 0) return normal((limit - minutes) / spread);
  return minutes <= limit ? 1 : 0;
}

/** The normal distribution up to a value. */
function normal(value) {
  const x = Math.abs(value);
  const above = x < 4 ? 0.5 - central(x) : tail(x);
  return value < 0 ? above : 1 - above;
}

/** The normal distribution between 0 and a value, by its series. */
function central(x) {
  let [term, sum] = [x, x];
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x * x) / (2 * k + 1);
    sum += term;
  }
  return (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/** The normal distribution above a value, by its continued fraction. */
function tail(x) {
  let fraction = x;
  for (let k = 60; k > 0; k--) fraction = x + k / fraction;
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI) / fraction;
}

/**
 * People that can be visited within a time, and the same with all times at one end of their
 * intervals.
 *
 * @param {ArrayLike<number>} minutes To where people live.
 * @param {{population: number}[]} zones
 */
export function peopleWithin(minutes, zones, mode, parameters, limit) {
  const count = (end) =>
    zones.reduce((sum, { population }, i) => {
      const time = end < 0 ? minutes[i] : timeInterval(minutes[i], mode, parameters)[end];
      return sum + population * shareWithin(time, limit, mode, parameters);
    }, 0);
  const bounds = [count(0), count(1)];
  return { value: count(-1), low: Math.min(...bounds), high: Math.max(...bounds) };
}

/**
 * What a change of the times between cities costs.
 *
 * @param {Float64Array} before @param {Float64Array} after Row by row.
 * @param {number[]} people
 */
export function removalLoss(before, after, people) {
  const count = people.length;
  const sums = { change: 0, weight: 0, near: 0, nearWeight: 0, before: 0, after: 0, pairs: 0 };
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      if (i === j) continue;
      addPair(sums, before[i * count + j], after[i * count + j], people[i] * people[j]);
    }
  }
  const lost = cutOff(before, after, people);
  return {
    extra_min: sums.weight ? sums.change / sums.weight : 0,
    extra_min_near: sums.nearWeight ? sums.near / sums.nearWeight : 0,
    cut_off_people: lost.reduce((sum, i) => sum + people[i], 0),
    cut_off: lost,
    efficiency_loss: sums.before ? 1 - sums.after / sums.before : 0,
    pairs: sums.pairs >> 1,
  };
}

function addPair(sums, before, after, weight) {
  sums.before += 1 / before;
  sums.after += 1 / after;
  if (!Number.isFinite(before)) return;
  if (!Number.isFinite(after)) {
    sums.pairs++;
    return;
  }
  const near = weight * Math.max(before, 1) ** -DECAY;
  sums.change += weight * (after - before);
  sums.weight += weight;
  sums.near += near * (after - before);
  sums.nearWeight += near;
  if (after - before > 1e-9) sums.pairs++;
}

/** By how much the times of every city grow, over the people of those it still reaches. */
export function meanExtraMinutes(before, after, people) {
  const count = people.length;
  return people.map((_, i) => {
    let [extra, total] = [0, 0];
    people.forEach((weight, j) => {
      const [was, is] = [before[i * count + j], after[i * count + j]];
      if (i === j || !Number.isFinite(was) || !Number.isFinite(is)) return;
      extra += weight * (is - was);
      total += weight;
    });
    return total > 0 ? extra / total : 0;
  });
}

/** The cities that lose what they reached: all but the most populous remainder of every part. */
export function cutOff(before, after, people) {
  const count = people.length;
  const reaches = (times, i, j) => Number.isFinite(times[i * count + j]);
  if (before.every((time, at) => !Number.isFinite(time) || Number.isFinite(after[at]))) return [];
  const left = new Set(people.keys());
  const lost = [];
  for (const first of people.keys()) {
    if (!left.has(first)) continue;
    const members = partOf(first, left, (i, j) => reaches(before, i, j) || reaches(before, j, i));
    const alike = new Map();
    for (const i of members) {
      const key = people.map((_, j) => (reaches(after, i, j) ? 1 : 0)).join("");
      alike.set(key, [...(alike.get(key) ?? []), i]);
    }
    const weight = (own) => own.reduce((sum, i) => sum + people[i], 0);
    const main = [...alike.values()].reduce((a, b) => (weight(b) > weight(a) ? b : a));
    const isGone = (i) =>
      main.some((j) => reaches(before, i, j)) && !main.some((j) => reaches(after, i, j));
    lost.push(...members.filter(isGone));
  }
  return lost.sort((a, b) => a - b);
}

/** Take from a set all that hang together with one of them, in their order. */
function partOf(first, left, joined) {
  left.delete(first);
  const part = [first];
  for (const i of part) {
    for (const j of left) {
      if (!joined(i, j)) continue;
      left.delete(j);
      part.push(j);
    }
  }
  return part.sort((a, b) => a - b);
}

/** The mean time between cities over the people of both, and the share of pairs that are joined. */
export function meanMinutes(times, people) {
  const count = people.length;
  let [sum, weight, all] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      if (i === j) continue;
      const own = people[i] * people[j];
      all += own;
      if (!Number.isFinite(times[i * count + j])) continue;
      sum += own * times[i * count + j];
      weight += own;
    }
  }
  return { minutes: weight ? sum / weight : Infinity, share: all ? weight / all : 0 };
}
