// The search box: routes, cities and places by Chinese name, pinyin, English name or number.
import { bilingual, element, one } from "./dom.js";
import { isEnglish, pick } from "./language.js";

const MOST_HITS = 12;
const NO_MATCH = 9;

/** Case, accents, spaces and hyphens make no difference. */
const fold = (text) =>
  text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[\u0300-\u036f'’\s–-]/g, "");

/**
 * What the search box can find.
 * @param {import("./dom.js").Label} names
 * @param {string[]} keys what it is found by, the best first
 * @param {any} more `note` beside the name, `color` of the line, `rank` after others, `go`
 */
export const searchEntry = (names, keys, more) => ({
  rank: 0,
  ...more,
  names,
  keys: keys.map(fold),
});

/** Lower is better: the start of a key before its inside, a whole key before both. */
function score(entry, wanted) {
  let best = NO_MATCH;
  for (const [i, key] of entry.keys.entries()) {
    const where = key.indexOf(wanted);
    if (where < 0) continue;
    best = Math.min(best, (where === 0 ? 0 : 1) + (key === wanted ? -1 : 0) + i * 0.1);
  }
  return best + entry.rank;
}

function search(entries, wanted, listAll) {
  if (!wanted) return listAll ? entries : [];
  return entries
    .map((entry) => ({ entry, score: score(entry, wanted) }))
    .filter((hit) => hit.score < NO_MATCH - 1)
    .sort((a, b) => a.score - b.score)
    .slice(0, MOST_HITS)
    .map((hit) => hit.entry);
}

export class SearchBox {
  /**
   * @param {any[]} entries
   * @param {import("./dom.js").Label} textNone
   * @param {(entry: any) => void} onChoose called before the entry itself is shown
   * @param {boolean} listAll whether an empty box lists all entries
   * @param {string} id of the field; several boxes on a page have different ones
   */
  constructor(entries, textNone, onChoose, listAll = false, id = "search") {
    this.listAll = listAll;
    this.entries = entries;
    this.textNone = textNone;
    this.onChoose = onChoose;
    this.hits = [];
    this.active = -1;
    this.input = one(`#${id}`);
    this.list = one(`#${this.input.getAttribute("aria-controls")}`);
    this.prefix = id === "search" ? "hit" : `${id}-hit`;
    for (const type of ["input", "compositionend", "focus"]) {
      this.input.addEventListener(type, () => this.update());
    }
    this.input.addEventListener("blur", () => this.close());
    this.input.addEventListener("keydown", (event) => this.handleKey(event));
  }

  get isOpen() {
    return !this.list.hidden;
  }

  focus() {
    this.input.focus();
  }

  update() {
    const wanted = fold(this.input.value.trim());
    this.show(search(this.entries, wanted, this.listAll), wanted);
  }

  show(hits, wanted) {
    this.hits = hits;
    this.active = this.hits.length ? 0 : -1;
    const rows = this.hits.map((entry, i) => this.row(entry, i));
    this.list.replaceChildren(...(wanted && !rows.length ? [this.emptyRow()] : rows));
    this.list.hidden = !wanted && !rows.length;
    this.input.setAttribute("aria-expanded", String(this.isOpen));
    this.input.setAttribute("aria-activedescendant", this.active >= 0 ? `${this.prefix}-0` : "");
  }

  /** Lists all entries, whatever stands in the box. */
  listEverything() {
    this.show(this.entries, "");
  }

  row(entry, i) {
    const onMouseDown = (event) => {
      event.preventDefault(); // the field keeps the focus
      this.choose(i);
    };
    const names = element("small", {}, entry.names[isEnglish() ? 0 : 1]);
    return element(
      "li",
      {
        id: `${this.prefix}-${i}`,
        role: "option",
        "aria-selected": String(i === this.active),
        on: { mousedown: onMouseDown },
      },
      element("span", { class: "chip", style: `background:${entry.color || "#9aa5ae"}` }),
      element("span", { class: "both", "data-original": true }, pick(entry.names), names),
      element("small", {}, entry.note),
    );
  }

  emptyRow() {
    const text = element("span", {}, bilingual(this.textNone));
    return element("li", { role: "option", "aria-disabled": "true" }, element("span"), text);
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
  }

  choose(i) {
    const entry = this.hits[i];
    if (!entry) return;
    this.input.value = pick(entry.names);
    this.close();
    this.onChoose(entry);
    entry.go?.();
  }

  move(by) {
    if (!this.hits.length) return;
    this.active = (this.active + by + this.hits.length) % this.hits.length;
    for (const [i, row] of [...this.list.children].entries()) {
      row.setAttribute("aria-selected", String(i === this.active));
    }
    this.input.setAttribute("aria-activedescendant", `${this.prefix}-${this.active}`);
    this.list.children[this.active].scrollIntoView({ block: "nearest" });
  }

  handleKey(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !event.isComposing) {
      this.choose(this.active);
    }
  }

  translate() {
    this.input.placeholder = this.input.getAttribute("aria-label");
    if (this.isOpen) this.update();
  }
}
