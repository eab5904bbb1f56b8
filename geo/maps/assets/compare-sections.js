// The sections that change: their table, how many there are, and those only expected.
import { bilingual, element, one } from "./dom.js";
import { closeButton } from "./language.js";
import { endsOf } from "./names.js";
import { statusMark } from "./status.js";

/** Codes from the least to the most advanced. */
const ORDER = "npucao";
const COUNTED = {
  o: ["段新通车", "opened"],
  a: ["段按预计年份通车", "expected open"],
  c: ["段新开工", "begun"],
};
const BACKWARDS = ["A 晚于 B：差值为倒退。", "A is later than B: changes run backwards."];

export const rowOf = (section) => one(`[data-row="${CSS.escape(section.id)}"]`);

export class ChangedSections {
  constructor(comparison, sections) {
    this.comparison = comparison;
    this.sections = sections;
  }

  fill() {
    for (const section of this.sections) this.fillRow(section);
    const changed = this.sections.filter((section) => this.comparison.hasChanged(section));
    one("#counts").replaceChildren(...this.counts(changed));
    one("#nothing").hidden = changed.length > 0;
    one("#changes").closest(".scroll").hidden = !changed.length;
    this.fillExpected();
  }

  fillRow(section) {
    const row = rowOf(section);
    row.hidden = !this.comparison.hasChanged(section);
    for (const which of [0, 1]) {
      const cell = row.cells[which + 1];
      const code = this.comparison.code(section, which);
      cell.dataset.order = ORDER.indexOf(code);
      cell.replaceChildren(statusMark(code));
    }
  }

  counts(changed) {
    if (this.comparison.isBackwards) return [element("span", {}, bilingual(BACKWARDS))];
    const codes = changed.map((section) => this.comparison.code(section, 1));
    return Object.entries(COUNTED)
      .map(([code, label]) => [code, label, codes.filter((other) => other === code).length])
      .filter(([, , count]) => count)
      .map(([code, label, count]) => {
        const dot = statusMark(code).cloneNode(false);
        return element("span", {}, dot, element("b", {}, String(count)), " ", bilingual(label));
      });
  }

  fillExpected() {
    const isExpected = (section) => [0, 1].some((k) => this.comparison.code(section, k) === "a");
    const expected = this.sections.filter(isExpected).sort(byExpectedYear);
    const box = one("#expected");
    const summary = [
      `${expected.length} 段仅因预计年份已过而计为通车（地图上带白点）`,
      `${expected.length} sections count as open only as expected (white dots on the map)`,
    ];
    box.hidden = !expected.length;
    one("summary", box).replaceChildren(...bilingual(summary));
    one("ul", box).replaceChildren(...expected.map((section) => this.expectedItem(section)));
  }

  expectedItem(section) {
    const name = bilingual(this.comparison.nameOf(section));
    const button = { type: "button", class: "link", "data-section": section.id };
    const ends = bilingual(endsOf(section.properties));
    const year = ` · ${section.properties.expected}`;
    return element("li", {}, element("button", button, name), " ", ends, year);
  }

  /** Children of the card of a section. */
  card(section, onClose) {
    const { comparison } = this;
    const swatch = element("i", { class: "swatch", style: `--mode:${section.group.color}` });
    const length = ` · ${rowOf(section).cells[4].textContent} km`;
    const dates = datesOf(section.properties);
    return [
      closeButton(["关闭", "Close"], onClose),
      element("h2", {}, swatch, bilingual(comparison.nameOf(section))),
      element("p", {}, bilingual(endsOf(section.properties)), length),
      element("p", { class: "whens" }, comparison.statusMarks(section)),
      dates ? element("p", {}, bilingual(dates)) : "",
    ];
  }
}

const byExpectedYear = (a, b) =>
  a.properties.expected - b.properties.expected || (a.id < b.id ? -1 : 1);

function datesOf({ started, opened, expected }) {
  const dates = [];
  if (started) dates.push([`开工 ${started}`, `works began ${started}`]);
  if (opened) dates.push([`通车 ${opened}`, `opened ${opened}`]);
  else if (expected) dates.push([`预计 ${expected}`, `expected ${expected}`]);
  if (!dates.length) return null;
  return [dates.map(([zh]) => zh).join("，"), dates.map(([, en]) => en).join(", ")];
}
