// Tables that sort by their headings.
import { all, one } from "./dom.js";
import { isEnglish } from "./language.js";

function sortKey(row, column) {
  const cell = row.cells[column];
  const shown = one(isEnglish() ? ".en" : ".zh", cell) || cell;
  return cell.dataset.order ?? shown.textContent;
}

function comparison(keys) {
  if (keys.every((key) => key === "" || !Number.isNaN(Number(key)))) return (a, b) => a - b;
  return new Intl.Collator(isEnglish() ? "en" : "zh-CN", { numeric: true }).compare;
}

/** Sorts a table by the column of a button; what is unknown always comes last. */
export function sortTable(button) {
  const head = button.closest("th");
  const table = button.closest("table");
  const [body] = table.tBodies;
  const ascending = head.getAttribute("aria-sort") !== "ascending";
  const rows = [...body.rows].map((row) => ({ row, key: sortKey(row, head.cellIndex) }));
  const compare = comparison(rows.map(({ key }) => key));
  rows.sort((a, b) => {
    if (a.key === "" || b.key === "") return Number(a.key === "") - Number(b.key === "");
    return compare(a.key, b.key) * (ascending ? 1 : -1);
  });
  for (const other of all("th", table)) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  body.append(...rows.map(({ row }) => row));
}
