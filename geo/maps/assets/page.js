// What every page does: languages, sortable tables, the link to the table.
import { getState, isFramed, onAddressChange, setState } from "./address.js";
import { all, button, icon, one, svgElement } from "./dom.js";
import { isEnglish, setLanguage, startLanguage, translatedName } from "./language.js";
import { sortTable } from "./sorting.js";
import { addDownloads, downloadTable } from "./tables.js";
import { startTheme, switchTheme } from "./theme.js";

function switchLanguage() {
  setLanguage(isEnglish() ? "zh-CN" : "en");
  setState({ lang: isEnglish() ? "en" : "zh" });
}

/** Following the link would replace the state in the address. */
function jumpToTable(event, link) {
  const target = one(link.getAttribute("href"));
  event.preventDefault();
  if (!target) return;
  target.closest("section, main").scrollIntoView();
  (target.closest("[tabindex]") ?? target).focus();
}

function handleClick(event) {
  const sort = event.target.closest("[data-sort]");
  const jump = event.target.closest("[data-jump]");
  if (sort) sortTable(sort);
  const csv = event.target.closest("[data-csv]");
  if (csv) downloadTable(csv.dataset.csv);
  if (event.target.closest("[data-switch-language]")) switchLanguage();
  if (jump) jumpToTable(event, jump);
}

/** A half-filled disc, as on other sites, between the pages and the language. */
function addThemeSwitch() {
  const name = translatedName(["浅色或深色", "Light or dark"]);
  const disc = icon("M9 2a7 7 0 0 1 0 14z");
  disc.prepend(svgElement("circle", { cx: 9, cy: 9, r: 7 }));
  one(".top .lang")?.before(button(disc, switchTheme, { class: "theme", ...name }));
}

export function startPage() {
  startTheme();
  addThemeSwitch();
  if (isFramed) {
    // the other pages are not in the notebook
    for (const nav of all(".top nav")) nav.style.display = "none";
  }
  addDownloads();
  document.addEventListener("click", handleClick);
  setLanguage(getState().get("lang") ?? startLanguage);
  onAddressChange(() => {
    const language = getState().get("lang");
    if (language && (language === "en") !== isEnglish()) setLanguage(language);
  });
}
