// The language of the page.
import { all, element } from "./dom.js";

const root = document.documentElement;
const CHANGED = "geo:language";

/** The first language of the region; an address without a language means it. */
export const startLanguage = root.lang === "en" ? "en" : "zh";

export const isEnglish = () => root.lang === "en";

export const pick = (label) => label[isEnglish() ? 1 : 0];

export function setLanguage(language) {
  root.lang = language === "en" ? "en" : "zh-CN";
  document.title = isEnglish() ? root.dataset.titleEn : root.dataset.titleZh;
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
  element(
    "button",
    { type: "button", class: "close", ...translatedName(label), on: { click: onClick } },
    "×",
  );
