// The legend of a page, wherever it stands and however it is folded, as groups of signs and words.
import { all, element, one } from "./dom.js";
import { textIn } from "./language.js";

/** Signs of a legend: drawings, and boxes that the style sheet draws. */
const SIGN = "svg, .number, .swatch, i";

/** Whether the style sheet takes a part of the legend out; being folded does not count. */
function isOut(node, root) {
  for (let at = node; at && at !== root; at = at.parentElement) {
    if (at.hidden || getComputedStyle(at).display === "none") return true;
  }
  return false;
}

function itemOf(node) {
  const box = one("input[type=checkbox]", node);
  if (box && !box.checked) return null;
  const sign = one(SIGN, node);
  const words = textIn(sign ? withoutSign(node, sign) : node);
  return sign && words ? element("li", {}, sign.cloneNode(true), element("span", {}, words)) : null;
}

function withoutSign(node, sign) {
  const copy = node.cloneNode(true);
  if (sign.matches(".number")) one(".number", copy).remove();
  return copy;
}

/** A row of classes whose colours touch. */
function scaleOf(node) {
  const copy = node.cloneNode(true);
  for (const part of all("[id]", copy)) part.removeAttribute("id");
  return element("li", { class: "scale" }, copy);
}

function groupOf(node, root) {
  const title = one(":scope > legend, :scope > b", node);
  const found = all(".item, :scope > span, .classes, .key", node)
    .filter((item) => !item.closest(".tree") && !isOut(item, root))
    .map((item) => (item.matches(".classes") ? scaleOf(item) : itemOf(item)))
    .filter(Boolean);
  if (!found.length) return null;
  const heading = title ? element("b", {}, textIn(title)) : null;
  return element("section", {}, heading, element("ul", {}, found));
}

/** What the legend of a page holds now. @param {any} root @returns {any[]} */
export function legendGroups(root) {
  if (!root) return [];
  const parts = all(":scope fieldset, :scope .block", root);
  const groups = parts.filter((part) => !isOut(part, root)).map((part) => groupOf(part, root));
  return (parts.length ? groups : [groupOf(root, root)]).filter(Boolean);
}
