// Tables as files, in the language of the page.
import { all, bilingual, element, one } from "./dom.js";
import { textIn, textsOf } from "./language.js";

/** A button in the caption of every table that writes it as CSV. */
export function addDownloads() {
  for (const caption of all("table[id] > caption")) {
    const button = { type: "button", class: "link csv", "data-csv": caption.parentNode.id };
    caption.append(" ", element("button", button, bilingual(["下载 CSV", "CSV"])));
  }
}

/** Gives a file to the reader. */
export function downloadFile(name, blob) {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

export function writeTable(table, name) {
  const rows = [...table.rows].map((row) => [...row.cells].map(cellText).join(","));
  const text = `\ufeff${rows.join("\r\n")}\r\n`; // the mark lets spreadsheets read Chinese
  downloadFile(`${name}.csv`, new Blob([text], { type: "text/csv" }));
}

export const downloadTable = (id) => writeTable(one(`#${id}`), id);

/** What the page shows of a cell, quoted; marks for sorting and the other language stay out. */
function cellText(cell) {
  const text = textIn(cell);
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The tables of the page, each with a name in both languages and one for its file. */
export function tablesOf() {
  const tables = all("main table").filter((table) => !table.closest("article[hidden], .card"));
  const headings = all("main h2, main h3");
  const found = tables.map((table, i) => {
    const sheet = table.closest("[data-corridor]")?.dataset.corridor;
    const file = table.id || [sheet, table.className || `table-${i + 1}`].filter(Boolean).join("-");
    return { table, file, name: nameOf(table, headings) };
  });
  return found.filter(({ table }) => table.rows.length);
}

/** The first sentence of its caption; without one the heading above. */
function nameOf(table, headings) {
  if (table.caption) return textsOf(table.caption).map((text) => text.split(/[。；;]|\. /)[0]);
  const above = headings.findLast(
    (heading) =>
      !heading.closest("[hidden]") &&
      heading.compareDocumentPosition(table) & Node.DOCUMENT_POSITION_FOLLOWING,
  );
  return above ? textsOf(above) : ["表格", "Table"];
}
