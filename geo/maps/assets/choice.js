// What is chosen on a page: its card in the place of an invitation, and its row in view.
import { all, isWideScreen, one, scrollToMap } from "./dom.js";
import { reducedMotion } from "./map.js";

export class ChoiceCard {
  constructor() {
    this.node = one("#card");
    this.invitation = [...this.node.childNodes];
  }

  fill(parts) {
    this.node.classList.add("full");
    this.node.replaceChildren(...parts);
    this.node.scrollTop = 0;
  }

  clear() {
    if (this.node.contains(document.activeElement)) this.node.focus();
    this.node.classList.remove("full");
    this.node.replaceChildren(...this.invitation);
  }
}

/** Marks the rows of what is chosen, and no others; beside the map they scroll into view. */
export function markRows(rows) {
  for (const row of all("tr.chosen")) row.classList.remove("chosen");
  for (const row of rows.filter(Boolean)) {
    row.classList.add("chosen");
    const box = row.closest(".scroll");
    const top = row.offsetTop - box.scrollTop;
    const isOutside = top < 80 || top + row.offsetHeight > box.clientHeight;
    if (!isWideScreen() || !row.offsetParent || !isOutside) continue;
    const behavior = reducedMotion.matches ? "auto" : "smooth";
    box.scrollTo({ top: row.offsetTop - box.clientHeight / 2, behavior });
  }
}

/** Rows with data of a name hand over its value when they are clicked. */
export function onRow(name, choose) {
  for (const row of all(`tr[data-${name}]`)) {
    row.addEventListener("click", () => {
      choose(row.dataset[name]);
      scrollToMap();
    });
  }
}
