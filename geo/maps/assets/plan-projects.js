// Projects: sections that are not open yet, switched on and off and moved in time.
import { bilingual, button, element } from "./dom.js";
import { translatedName } from "./language.js";

/** A project without a year opens so many years after the data. */
const LATER = 5;

export class Projects {
  /** @param {any} page @param {HTMLElement} box */
  constructor(page, box) {
    this.page = page;
    this.box = box;
    this.isOpen = false;
    this.list = projectsOf(page.catalogue, page.legs.routes);
  }

  fill() {
    const rows = this.list.map((project) => this.row(project));
    const title = [
      `项目与规划线路（${rows.length}）`,
      `Projects and planned lines (${rows.length})`,
    ];
    const details = element(
      "details",
      { open: this.isOpen },
      element("summary", {}, bilingual(title)),
      element("ul", {}, rows),
    );
    details.addEventListener("toggle", () => {
      this.isOpen = details.open;
    });
    const top = this.box.querySelector("ul")?.scrollTop ?? 0;
    if (rows.length) this.box.replaceChildren(details);
    const list = this.box.querySelector("ul");
    if (list) list.scrollTop = top;
  }

  /** What the plan says of a project. */
  stateOf({ sections, year }) {
    const own = JSON.stringify(sections);
    const isOwn = (edit) =>
      ["open", "remove"].includes(edit.do) && JSON.stringify(edit.sections) === own;
    const edit = this.page.plan.edits.findLast(isOwn);
    if (edit?.do === "remove") return { isOn: false, year, isChanged: true };
    return { isOn: Boolean(edit ?? year), year: edit?.year ?? year, isChanged: Boolean(edit) };
  }

  row(project) {
    const { isOn, year, isChanged } = this.stateOf(project);
    const box = element("input", {
      type: "checkbox",
      checked: isOn,
      "data-key": `${project.key}-on`,
    });
    box.addEventListener("change", () => this.toggle(project, box.checked));
    const count = project.sections.length;
    const small = [`${count} 段`, `${count} section${count > 1 ? "s" : ""}`];
    return element(
      "li",
      { class: isChanged ? "changed" : null },
      element(
        "label",
        {},
        box,
        element("span", {}, bilingual(project.name), " ", element("small", {}, bilingual(small))),
      ),
      isOn
        ? this.stepper(project, year)
        : element("span", { class: "off" }, bilingual(["不建", "not built"])),
    );
  }

  stepper(project, year) {
    const step = (by, text, label) =>
      button(text, () => this.move(project, year + by), {
        "data-key": `${project.key}${by}`,
        ...translatedName(label),
      });
    const [zh, en] = project.name;
    return element(
      "span",
      { class: "stepper" },
      step(-1, "−", [`${zh}早一年`, `${en} a year earlier`]),
      element("output", {}, String(year)),
      step(1, "+", [`${zh}晚一年`, `${en} a year later`]),
    );
  }

  move({ sections, year: planned }, year) {
    const { store, catalogue, settings } = this.page;
    const first = Number(catalogue.as_of.slice(0, 4));
    if (year < first || year > settings.years[1]) return;
    if (year === planned) store.reset(["open", "remove"], sections);
    else store.add({ do: "open", sections, year });
  }

  toggle({ sections, year }, isOn) {
    const { store, catalogue } = this.page;
    if (isOn && year) store.reset(["open", "remove"], sections);
    else if (isOn)
      store.add({ do: "open", sections, year: Number(catalogue.as_of.slice(0, 4)) + LATER });
    else if (year) store.add({ do: "remove", sections });
    else store.reset(["open", "remove"], sections);
  }
}

/** Sections that are not open, by route and expected year; the next to open first. */
function projectsOf({ sections }, routes) {
  const found = new Map();
  for (const { id, route, opened, expected } of sections) {
    if (opened) continue;
    const key = `${route}-${expected ?? ""}`;
    const known = found.get(key) ?? {
      key,
      name: routes.get(route)?.name ?? ["", ""],
      sections: [],
      year: expected ?? null,
    };
    known.sections.push(id);
    found.set(key, known);
  }
  return [...found.values()].sort((a, b) => (a.year ?? 9999) - (b.year ?? 9999));
}
