// The plan: its edits, the projects that can be switched and moved, ready plans, files and links.
import { getState, setState } from "./address.js";
import { bilingual, button, element, one } from "./dom.js";
import { keepFocus } from "./focus.js";
import { pick, translatedName } from "./language.js";
import { Drawing } from "./plan-drawing.js";
import { planFromFile, planFromLink, planToFile, planToLink } from "./plan-file.js";
import { Projects } from "./plan-projects.js";
import { Results } from "./plan-results.js";
import { SectionCard } from "./plan-section.js";
import { describeEdit } from "./plan-words.js";
import { downloadFile } from "./tables.js";

const action = (label, onClick, attributes = {}) =>
  button(bilingual(label), onClick, { "data-key": label[1], ...attributes });

/** A button of one sign, with its meaning for those who hear it. */
const sign = (text, label, onClick, disabled = false) => {
  const name = { title: pick(label), ...translatedName(label) };
  return button(text, onClick, { class: "sign", "data-key": label[1], disabled, ...name });
};

export class Editor {
  /** @param {any} page */
  constructor(page) {
    this.page = page;
    this.store = page.store;
    this.box = one("#plan-editor");
    this.parts = {};
    this.message = element("output", { class: "message", role: "status" });
    for (const key of ["bar", "ready", "edits", "section", "drawing", "projects"]) {
      this.parts[key] = element("div", { class: `part ${key}` });
      this.box.append(this.parts[key]);
    }
    this.card = new SectionCard(page, this.parts.section);
    this.drawing = new Drawing(page, this.parts.drawing);
    this.projects = new Projects(page, this.parts.projects);
    this.results = new Results(page);
    /** What edits may name. */
    this.known = {
      sections: page.legs.sections,
      places: new Map(page.catalogue.places.map((place) => [place.id, place])),
    };
    this.addFileField();
    document.addEventListener("keydown", (event) => this.handleKey(event));
  }

  /** Undo and redo by the keys that everybody knows, outside of fields. */
  handleKey(event) {
    const isField = event.target.closest?.("input, select, textarea");
    if (this.page.tab !== "plan" || isField || !(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) this.store.redo();
    else this.store.undo();
  }

  // ---- the plan in the address, in files and in links

  async restorePlan(text) {
    if (text === (this.text ?? null)) return;
    this.text = text;
    if (!text) {
      this.store.begin();
      return;
    }
    this.take(await planFromLink(text, this.known));
  }

  /** Opens what was read, or says why it is no plan. @param {{plan?: any, error?: any}} found */
  take({ plan, error }) {
    if (plan) this.store.open(plan);
    else this.say([error.zh, error.en]);
  }

  async planChanged() {
    const { plan } = this.page;
    this.message.replaceChildren();
    this.fill();
    const text = this.store.isEmpty ? null : await planToLink(plan);
    if (plan !== this.page.plan) return;
    this.text = text;
    setState({ plan: text });
  }

  addFileField() {
    this.file = element("input", {
      type: "file",
      accept: ".geojson,.json",
      hidden: true,
      tabindex: "-1",
    });
    this.file.addEventListener("change", async () => {
      const [file] = this.file.files;
      this.file.value = "";
      if (file) this.take(planFromFile(await file.text(), this.known));
    });
    this.box.append(this.file);
  }

  save() {
    const { plan } = this.page;
    const { sections, places } = this.known;
    const lines = new Map([...sections].map(([id, { line }]) => [id, line]));
    const text = planToFile(plan, { sections: lines, places });
    const blob = new Blob([text], { type: "application/geo+json" });
    downloadFile(`${pick([plan.name, plan.name_en])}.geojson`, blob);
  }

  async copyLink() {
    try {
      await navigator.clipboard.writeText(location.href);
      this.say(["链接已复制", "Link copied"]);
    } catch {
      this.say(["请从地址栏复制链接", "Copy the link from the address bar"]);
    }
  }

  say(label) {
    this.message.replaceChildren(...bilingual(label));
  }

  // ---- what stands in the panel

  restore() {
    this.results.restore(getState());
    this.fill();
  }

  fill() {
    keepFocus(this.box, () => {
      this.fillBar();
      this.fillReady();
      this.fillEdits();
      this.card.fill();
      this.projects.fill();
      this.drawing.fill();
    });
  }

  fillBar() {
    const { store } = this;
    const isNothing = { disabled: store.isEmpty };
    const files = [
      action(["保存文件", "Save file"], () => this.save(), isNothing),
      action(["打开文件", "Open file"], () => this.file.click()),
      action(["复制链接", "Copy link"], () => this.copyLink()),
    ];
    this.parts.bar.replaceChildren(
      element("div", { class: "row" }, this.planButtons()),
      element("div", { class: "row" }, files, this.message),
    );
  }

  planButtons() {
    const { store } = this;
    const names = store.list.map(({ plan }, i) =>
      element(
        "option",
        { value: String(i), selected: i === store.at },
        pick([plan.name, plan.name_en]),
      ),
    );
    const attributes = { "data-key": "plan", ...translatedName(["方案", "Plan"]) };
    const choose = element("select", attributes, names);
    choose.addEventListener("change", () => store.show(Number(choose.value)));
    const isAlone = store.list.length === 1 && store.isEmpty;
    return [
      choose,
      sign("✎", ["改名", "Rename"], () => this.rename()),
      sign("＋", ["另建方案", "Another plan"], () => store.begin(), isAlone),
      sign("×", ["关闭这个方案", "Close this plan"], () => store.close(), isAlone),
      element("span", { class: "space" }),
      sign("↶", ["撤销", "Undo"], () => store.undo(), !store.canUndo),
      sign("↷", ["重做", "Redo"], () => store.redo(), !store.canRedo),
    ];
  }

  rename() {
    const { plan } = this.page;
    const key = pick(["name", "name_en"]);
    const input = element("input", {
      type: "text",
      value: plan[key],
      ...translatedName(["方案名称", "Name of the plan"]),
    });
    const finish = () => {
      const name = input.value.trim();
      if (name && name !== plan[key]) this.store.set({ [key]: name });
      else this.fillBar();
    };
    input.addEventListener("blur", finish);
    input.addEventListener("keydown", ({ key: pressed }) => {
      if (pressed === "Enter") input.blur();
    });
    one("select", this.parts.bar).replaceWith(input);
    input.focus();
    input.select();
  }

  /** The plans of the region to start from. */
  fillReady() {
    const { ready } = this.page.settings;
    if (!ready.length || !this.store.isEmpty) {
      this.parts.ready.replaceChildren();
      return;
    }
    const chips = ready.map(({ year, note, ...plan }) =>
      action([plan.name, plan.name_en], () => this.openReady(plan, year), { class: "chip" }),
    );
    const title = bilingual(["从一个方案开始", "Start from a plan"]);
    this.parts.ready.replaceChildren(
      element("h2", {}, title),
      element("div", { class: "chips" }, chips),
    );
  }

  openReady(plan, year) {
    if (year) {
      this.page.years.set(year);
      setState({ year });
    }
    this.store.open(plan);
  }

  fillEdits() {
    const { plan } = this.page;
    const rows = plan.edits.map((edit, i) => {
      const label = describeEdit(edit, this.page);
      const remove = ["取消这处改动", "Undo this change"];
      return element(
        "li",
        {},
        element("span", {}, bilingual(label)),
        sign("×", remove, () => this.store.remove(i)),
      );
    });
    const title = [`改动（${rows.length}）`, `Changes (${rows.length})`];
    const note = this.noteOf(plan);
    this.parts.edits.replaceChildren(
      ...(rows.length ? [element("h2", {}, bilingual(title)), element("ul", {}, rows)] : []),
      ...(note ? [element("p", { class: "warn" }, bilingual(note))] : []),
    );
  }

  /** What the model cannot say about a plan. */
  noteOf(plan) {
    const ready = this.page.settings.ready.find(({ name }) => name === plan.name);
    if (ready?.note) return ready.note;
    if (!plan.edits.some((edit) => edit.do === "lanes")) return null;
    return [
      "车道数不改变时间：模型不含拥堵，所以加宽在这里看不出效果。",
      "Lanes change no time: the model has no congestion, so widening shows no effect here.",
    ];
  }

  // ---- the map

  clickSection(id) {
    if (this.drawing.isOn) return undefined; // the click belongs to the line that is drawn
    this.card.choose(id);
    return true;
  }

  clickMap(at) {
    if (this.drawing.isOn) this.drawing.click(at);
    else this.card.choose(null);
  }

  escape() {
    if (this.drawing.isOn) this.drawing.stop();
    else this.card.choose(null);
  }

  hide() {
    this.drawing.stop();
    this.results.hide();
  }

  legend() {
    return this.results.legend();
  }

  refresh() {
    return this.results.refresh();
  }

  /** What the map shows, in a sentence. */
  caption() {
    return this.results.caption();
  }

  translate() {
    this.fill();
    this.results.translate();
  }
}
