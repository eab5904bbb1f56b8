// How numbers are written, on every page.

/** A dash where the value is unknown. */
export const fixed = (value, digits) =>
  value === null
    ? "–"
    : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });

export const grouped = (value) => value.toLocaleString("en");

/** What rounds to zero has no sign. */
export function signed(value, digits) {
  const text = fixed(value === null ? null : Math.abs(value), digits);
  if (!/[1-9]/.test(text)) return text;
  return (value > 0 ? "+" : "−") + text;
}

/** "<0.01" for what would round to zero and is more. */
export function fixedOrLess(value, digits) {
  const least = 10 ** -digits;
  return value > 0 && value < least / 2 ? `<${least}` : fixed(value, digits);
}

/**
 * People as they are known, to three digits, in the units of each language.
 * @returns {import("./dom.js").Label}
 */
export function people(value, { withSign = false } = {}) {
  const sign = value < 0 ? "−" : withSign && value > 0 ? "+" : "";
  const rounded = Number(Math.abs(value).toPrecision(3));
  const plain = grouped(rounded);
  const large = rounded >= 1e8 ? `${rounded / 1e8} 亿` : `${grouped(rounded / 1e4)} 万`;
  const zh = rounded >= 1e4 ? large : plain;
  const en = rounded >= 1e6 ? `${rounded / 1e6} million` : plain;
  return [sign + zh, sign + en];
}

/** What the classes between limits hold, these in rising order: "< a", "a–b", "≥ b". */
export const rangesBetween = (limits) => [
  `< ${limits[0]}`,
  ...limits.slice(1).map((limit, k) => `${limits[k]}–${limit}`),
  `≥ ${limits.at(-1)}`,
];

/** The number of the class of a value: how many of the limits, in rising order, it reaches. */
export const classOf = (value, limits) => limits.filter((limit) => value >= limit).length;

export const MINUTES = ["分钟", "min"];

export const sameInBoth = (text) => [text, text];

export const withUnit = (text, unit) => [`${text} ${unit[0]}`, `${text} ${unit[1]}`];
