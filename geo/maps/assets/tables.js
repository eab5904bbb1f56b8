// Tables as files, in the language of the page.
import { all, bilingual, element, one } from "./dom.js";
import { isEnglish } from "./language.js";

/** A button in the caption of every table that writes it as CSV. */
export function addDownloads() {
  for (const caption of all("table[id] > caption")) {
    const button = { type: "button", class: "link csv", "data-csv": caption.parentNode.id };
    caption.append(" ", element("button", button, bilingual(["下载 CSV", "CSV"])));
  }
}

export function downloadTable(id) {
  const table = one(`#${id}`);
  const rows = [...table.rows].map((row) => [...row.cells].map(cellText).join(","));
  const text = `\ufeff${rows.join("\r\n")}\r\n`; // the mark lets spreadsheets read Chinese
  const link = element("a", {
    href: URL.createObjectURL(new Blob([text], { type: "text/csv" })),
    download: `${id}.csv`,
  });
  link.click();
  URL.revokeObjectURL(link.href);
}

/** What the page shows of a cell, quoted; marks for sorting and the other language stay out. */
function cellText(cell) {
  const copy = cell.cloneNode(true);
  for (const node of all(isEnglish() ? ".zh" : ".en", copy)) node.remove();
  for (const line of all("br", copy)) line.replaceWith(" ");
  const text = copy.textContent.replaceAll(/\s+/g, " ").trim();
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
