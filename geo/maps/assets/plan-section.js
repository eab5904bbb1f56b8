// The section that was clicked on the map: its facts as fields, for it alone or its whole route.
import { bilingual, button, element, switchOf } from "./dom.js";
import { keepFocus } from "./focus.js";
import { closeButton } from "./language.js";
import { fixed } from "./numbers.js";

/** What can be changed of a section: the kind of edit, its value, limits and label. */
const FIELDS = [
  { kind: "open", key: "year", label: ["通车年份", "Opens in"], step: 1 },
  { kind: "speed", key: "kmh", label: ["速度 km/h", "Speed, km/h"], step: 10, min: 20, max: 600 },
  {
    kind: "trains",
    key: "trains",
    label: ["每天每向班数", "Trains a day each way"],
    step: 1,
    min: 1,
    max: 500,
    mode: "rail",
  },
  {
    kind: "lanes",
    key: "lanes",
    label: ["车道（不改变时间）", "Lanes (change no time)"],
    step: 2,
    min: 1,
    max: 16,
    mode: "road",
  },
];

export class SectionCard {
  /** @param {any} page @param {HTMLElement} box */
  constructor(page, box) {
    this.page = page;
    this.box = box;
    this.id = null;
    this.isWhole = false;
  }

  choose(id) {
    this.id = id;
    this.fill();
    if (id) this.box.scrollIntoView({ block: "nearest" });
  }

  get section() {
    return this.page.legs.sections.get(this.id);
  }

  /** The sections that a change is for. */
  get sections() {
    if (!this.isWhole) return [this.id];
    const { route } = this.section;
    return this.page.catalogue.sections.filter((one) => one.route === route).map(({ id }) => id);
  }

  fill() {
    const { section } = this;
    if (!section) {
      const text = [
        "点地图上的线，可改通车年份、速度、班次，或关闭它。",
        "Click a line on the map to change its opening, speed or trains, or to close it.",
      ];
      this.box.replaceChildren(element("p", { class: "hint" }, bilingual(text)));
      return;
    }
    const fields = FIELDS.filter(({ mode }) => !mode || mode === section.mode);
    this.box.replaceChildren(
      element(
        "div",
        { class: "card full" },
        closeButton(["关闭卡片", "Close the card"], () => this.choose(null)),
        element("h2", {}, bilingual(this.page.legs.routes.get(section.route)?.name ?? ["", ""])),
        element("p", {}, bilingual(this.ends)),
        this.scope(),
        element(
          "div",
          { class: "fields" },
          fields.map((field) => this.field(field)),
        ),
        this.actions(),
      ),
    );
  }

  get ends() {
    const { from, to, km } = this.section;
    const [a, b] = [from, to].map((id) => this.page.legs.places.get(id) ?? ["?", "?"]);
    const length = `${fixed(km, 0)} km`;
    return /** @type {[string, string]} */ ([0, 1].map((k) => `${a[k]} – ${b[k]} · ${length}`));
  }

  /** This section or all of its route. */
  scope() {
    const { route } = this.section;
    const count = this.page.catalogue.sections.filter((one) => one.route === route).length;
    if (count < 2) return null;
    return switchOf(
      {},
      [
        [false, ["这一段", "This section"]],
        [true, [`整条线（${count} 段）`, `Whole route (${count})`]],
      ],
      this.isWhole,
      (isWhole) => this.setScope(isWhole),
    );
  }

  setScope(isWhole) {
    this.isWhole = isWhole;
    keepFocus(this.box, () => this.fill());
  }

  /** Whether an edit is of a kind, and about the section. */
  isAbout(kind) {
    return (edit) => edit.do === kind && edit.sections?.includes(this.id);
  }

  /** The value now: that of the last edit that is about the section, else of the table. */
  valueOf({ kind, key }) {
    const { section } = this;
    const edit = this.page.plan.edits.findLast(this.isAbout(kind));
    if (edit) return edit[key];
    if (kind === "open") return section.opened ? section.opened.slice(0, 4) : section.expected;
    return { speed: section.speed, lanes: section.lanes, trains: section.trains }[kind];
  }

  field(field) {
    const value = this.valueOf(field);
    const { years } = this.page.settings;
    const [min, max] = field.kind === "open" ? years : [field.min, field.max];
    const number = value === null || value === undefined ? "" : String(Math.round(Number(value)));
    const input = element("input", {
      type: "number",
      min,
      max,
      step: field.step,
      value: number,
      "data-key": field.kind,
      inputmode: "numeric",
    });
    input.addEventListener("change", () => {
      const wanted = Number(input.value);
      if (!input.value || wanted < min || wanted > max || String(wanted) === number) {
        input.value = number;
        return;
      }
      this.page.store.add({ do: field.kind, sections: this.sections, [field.key]: wanted });
    });
    return element("label", {}, bilingual(field.label), input);
  }

  actions() {
    const { store } = this.page;
    const action = (kind, label, undo) => {
      const at = store.plan.edits.findLastIndex(this.isAbout(kind));
      const isOn = at >= 0;
      const listener = () => {
        if (isOn) store.remove(at);
        else store.add({ do: kind, sections: this.sections });
      };
      const attributes = { "data-key": kind, "aria-pressed": String(isOn) };
      return button(bilingual(isOn ? undo : label), listener, attributes);
    };
    const isPlanned = !this.section.opened;
    return element(
      "div",
      { class: "row" },
      action("close", ["关闭", "Close it"], ["重新开放", "Open it again"]),
      isPlanned
        ? action("remove", ["不建", "Do not build"], ["还是建", "Build it after all"])
        : null,
    );
  }
}
