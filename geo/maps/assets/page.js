// What every page does: languages, sortable tables, the link to the table.
import { getState, isFramed, onAddressChange, setState } from "./address.js";
import { all, one } from "./dom.js";
import { isEnglish, setLanguage, startLanguage } from "./language.js";
import { sortTable } from "./sorting.js";
import { addDownloads, downloadTable } from "./tables.js";

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

export function startPage() {
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
