// Names of routes, sections and places in both languages.

/** @returns {import("./dom.js").Label} */
export const namesOf = (item) => [item.name, item.name_en];

/** @returns {import("./dom.js").Label} */
export const endsOf = (item) => [
  `${item.from_zh} – ${item.to_zh}`,
  `${item.from_en} – ${item.to_en}`,
];

/** Names in a list, in both languages. */
export const joined = (names) => [
  names.map(([zh]) => zh).join("、"),
  names.map(([, en]) => en).join(", "),
];
