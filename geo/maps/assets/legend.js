// Parts of legends that scripts draw.
import { bilingual, element, svgElement } from "./dom.js";

/** A small drawing with its meaning. */
export function legendItem(label, shapes, { width, height }) {
  const svg = svgElement("svg", { width, height, "aria-hidden": "true" }, shapes);
  return element("span", {}, svg, bilingual(label));
}

export const legendBlock = (title, items) =>
  element("div", { class: "block" }, element("b", {}, bilingual(title)), items);
