// Elements of the page: found, made and filled.

/** @typedef {readonly [string, string]} Label A text in Chinese and in English. */

const SVG = "http://www.w3.org/2000/svg";

/** @returns {any} */
export const one = (selector, parent = document) => parent.querySelector(selector);

/** @returns {any[]} */
export const all = (selector, parent = document) => [...parent.querySelectorAll(selector)];

/** The content of a data block, null where the page has no such block. */
export function pageData(id) {
  const block = document.getElementById(id);
  return block ? JSON.parse(block.textContent) : null;
}

/** What an object holds itself: keys from the address may name what every object inherits. */
export const ownValue = (object, key) =>
  object && Object.hasOwn(object, key) ? object[key] : undefined;

/**
 * An element; its children may stand in lists, and text among them never becomes HTML.
 * @param {string} tag
 * @param {Record<string, any>} attributes `on` holds the listeners by type of event
 * @param {...any} children
 * @returns {any}
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") {
      for (const [type, listener] of Object.entries(value)) node.addEventListener(type, listener);
    } else if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(key, value === true ? "" : value);
    }
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

/**
 * An element of a drawing; attributes that are null are left out, children may be lists of shapes.
 * @param {string} tag
 * @param {Record<string, any>} attributes
 * @param {...any} children
 * @returns {any}
 */
export function svgElement(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null) node.setAttribute(key, value);
  }
  node.append(...children.flat(Infinity));
  return node;
}

/** The drawing on a button: some paths in a square of 18 units. */
export const icon = (...paths) =>
  svgElement(
    "svg",
    { viewBox: "0 0 18 18", "aria-hidden": "true" },
    paths.map((d) => svgElement("path", { d })),
  );

/** Both languages of a text; the style sheet shows one. */
export const bilingual = (label) => [
  element("span", { class: "zh" }, label[0]),
  element("span", { class: "en" }, label[1]),
];

/** @param {any} content a text, or what stands in it, such as both languages of one */
export const button = (content, onClick, attributes = {}) =>
  element("button", { type: "button", ...attributes, on: { click: onClick } }, content);

/**
 * A row of buttons of which one is pressed.
 * @param {Record<string, any>} attributes of the row
 * @param {[any, Label][]} options keys and labels
 * @param {any} chosen key of the one that is pressed
 * @param {(key: any) => void} onChoose
 */
export function switchOf(attributes, options, chosen, onChoose) {
  const buttons = options.map(([key, label]) =>
    button(bilingual(label), () => onChoose(key), {
      "aria-pressed": String(key === chosen),
      "data-key": `choose-${key}`,
    }),
  );
  return element("div", { class: "switch small", ...attributes }, buttons);
}

/** Buttons with data of a name hand over its value when they are clicked. */
export function onButton(name, listener) {
  for (const node of all(`button[data-${name}]`)) {
    node.addEventListener("click", () => listener(node.dataset[name]));
  }
}

/** Shows which button of a group is pressed: the one whose data of that name has the value. */
export function pressButton(group, value, parent = document) {
  for (const node of all(`button[data-${group}]`, parent)) {
    node.setAttribute("aria-pressed", String(node.dataset[group] === value));
  }
}

/** A name and its value, in a list of facts. */
export const fact = (label, value, attributes = {}) =>
  element("div", attributes, element("dt", {}, bilingual(label)), element("dd", {}, value));

/** What a tooltip says: a name, and lines of nodes below it; those that are null are left out. */
export const tooltipOf = (name, ...lines) =>
  element(
    "div",
    {},
    element("b", {}, bilingual(name)),
    lines.filter(Boolean).map((line) => [element("br"), line]),
  );

/** A table; a caption is for those who do not see it. */
export const tableOf = (attributes, heads, rows, caption = null) =>
  element(
    "table",
    attributes,
    caption && element("caption", { class: "visually-hidden" }, bilingual(caption)),
    element("thead", {}, element("tr", {}, heads)),
    element("tbody", {}, rows),
  );

export const isWideScreen = () => innerWidth > 900;

/** On a small screen the map lies above the tables. */
export function scrollToMap() {
  if (!isWideScreen()) one(".stage-area").scrollIntoView();
}

/** A dialog that is open has the key for itself. */
export function onEscape(listener) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !one("dialog[open]")) listener(event);
  });
}

/** Tests and printing wait for this. */
export function markReady() {
  document.documentElement.dataset.ready = "true";
}
