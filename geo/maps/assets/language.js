// The language of the page.
import { all, button, one } from "./dom.js";

const root = document.documentElement;
const CHANGED = "geo:language";

/** The first language of the region; an address without a language means it. */
export const startLanguage = root.lang === "en" ? "en" : "zh";

export const isEnglish = () => root.lang === "en";

export const pick = (label) => label[isEnglish() ? 1 : 0];

/** @returns {import("./dom.js").Label} */
export const pageTitle = () => [root.dataset.titleZh, root.dataset.titleEn];

export function setLanguage(language) {
  root.lang = language === "en" ? "en" : "zh-CN";
  document.title = pick(pageTitle());
  for (const node of all("[data-l10n]")) {
    node.setAttribute(node.dataset.l10n, isEnglish() ? node.dataset.en : node.dataset.zh);
  }
  for (const link of all(".top nav a")) {
    const [file] = link.getAttribute("href").split("#");
    const now = isEnglish() ? "en" : "zh";
    link.setAttribute("href", file + (now === startLanguage ? "" : `#lang=${now}`));
  }
  document.dispatchEvent(new Event(CHANGED));
}

/** The words of an element in one language, that of the page where none is given. */
export function textIn(node, language = isEnglish() ? "en" : "zh") {
  const copy = node.cloneNode(true);
  for (const other of all(language === "en" ? ".zh" : ".en", copy)) other.remove();
  for (const unread of all("button.csv, [aria-hidden=true]", copy)) unread.remove();
  for (const line of all("br", copy)) line.replaceWith(" ");
  return copy.textContent.replaceAll(/\s+/g, " ").trim();
}

/** @returns {import("./dom.js").Label} */
export const textsOf = (node) => [
  textIn(node, "zh").replaceAll(/([\u3400-\u9fff]) (?=[\u3400-\u9fff])/g, "$1"),
  textIn(node, "en"),
];

/** A name and its value, in a row of a list of facts. */
export function factOf(row) {
  const [name, value] = [one("dt", row), one("dd", row)].map(textsOf);
  return [`${name[0]} ${value[0]}`, `${name[1]}: ${value[1]}`];
}

export function onLanguageChange(listener) {
  document.addEventListener(CHANGED, listener);
}

/** Attributes of an accessible name that follows the language. */
export const translatedName = (label) => ({
  "data-l10n": "aria-label",
  "data-zh": label[0],
  "data-en": label[1],
  "aria-label": pick(label),
});

export const closeButton = (label, onClick) =>
  button("×", onClick, { class: "close", ...translatedName(label) });
