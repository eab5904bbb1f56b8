// Light or dark: as the system has it, or as the reader chose.
import { getState, onAddressChange, setState } from "./address.js";

const root = document.documentElement;
const KEY = "geo:theme";
const THEMES = ["light", "dark"];
const system = matchMedia("(prefers-color-scheme: dark)");

/** Some browsers keep nothing for files: then the address alone remembers. */
function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(theme) {
  try {
    localStorage.setItem(KEY, theme);
    return true;
  } catch {
    return false;
  }
}

export const isDark = () => root.dataset.theme === "dark";

/** A theme in the address comes first: a link shows what was meant. */
function apply() {
  const wanted = [getState().get("theme"), remembered()].find((theme) => THEMES.includes(theme));
  root.dataset.theme = wanted ?? (system.matches ? "dark" : "light");
}

export function switchTheme() {
  const theme = isDark() ? "light" : "dark";
  const isKept = remember(theme);
  if (!isKept || getState().has("theme")) setState({ theme });
  root.dataset.theme = theme;
}

export function startTheme() {
  apply();
  system.addEventListener("change", apply);
  onAddressChange(apply);
}

/**
 * What something gives while the page is light: pictures and paper are.
 * @template T
 * @param {() => T} work
 * @returns {T}
 */
export function inLight(work) {
  const { theme } = root.dataset;
  root.dataset.theme = "light";
  try {
    return work();
  } finally {
    root.dataset.theme = theme;
  }
}
