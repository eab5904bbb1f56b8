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

/** @returns {import("./dom.js").Label} */
export function people(value, { withSign = false } = {}) {
  const plus = withSign && value > 0 ? "+" : "";
  if (Math.abs(value) < 1e4) return [plus + fixed(value, 0), plus + fixed(value, 0)];
  return [`${plus}${fixed(value / 1e4, 0)} 万`, `${plus}${fixed(value / 1e6, 2)} M`];
}

export const sameInBoth = (text) => [text, text];

export const withUnit = (text, unit) => [`${text} ${unit[0]}`, `${text} ${unit[1]}`];
