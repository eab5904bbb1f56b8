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
 * An element of a drawing; attributes that are null are left out.
 * @param {string} tag
 * @param {Record<string, any>} attributes
 * @param {string | number} [text]
 */
export function svgElement(tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null) node.setAttribute(key, value);
  }
  if (text !== undefined) node.textContent = String(text);
  return node;
}

/** Both languages of a text; the style sheet shows one. */
export const bilingual = (label) => [
  element("span", { class: "zh" }, label[0]),
  element("span", { class: "en" }, label[1]),
];

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
