// The plans that a reader works on: the edits of each, what can be undone, which one is shown.

/** @typedef {{name: string, name_en: string, edits: any[]}} Plan */

const emptyPlan = (number) => ({
  name: number > 1 ? `我的方案 ${number}` : "我的方案",
  name_en: number > 1 ? `My plan ${number}` : "My plan",
  edits: [],
});

/** What an edit is about: a later edit about the same replaces it. */
const subjectOf = ({ do: kind, sections, edges, id, lon, lat }) =>
  JSON.stringify([kind === "remove" ? "open" : kind, sections, edges, id, lon, lat]);

export class PlanStore {
  /** @param {() => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
    this.made = 1;
    /** @type {{plan: Plan, past: Plan[], future: Plan[]}[]} */
    this.list = [{ plan: emptyPlan(1), past: [], future: [] }];
    this.at = 0;
  }

  /** @returns {Plan} */
  get plan() {
    return this.list[this.at].plan;
  }

  get isEmpty() {
    return !this.plan.edits.length;
  }

  get canUndo() {
    return this.list[this.at].past.length > 0;
  }

  get canRedo() {
    return this.list[this.at].future.length > 0;
  }

  /** Changes the plan so that it can be undone. */
  set(changes) {
    const entry = this.list[this.at];
    entry.past.push(entry.plan);
    entry.future = [];
    entry.plan = { ...entry.plan, ...changes };
    this.onChange();
  }

  add(edit) {
    const subject = subjectOf(edit);
    const others = this.plan.edits.filter((other) => subjectOf(other) !== subject);
    this.set({ edits: [...others, edit] });
  }

  remove(index) {
    this.set({ edits: this.plan.edits.toSpliced(index, 1) });
  }

  /** Removes every edit of some kinds of exactly these sections. */
  reset(kinds, sections) {
    const own = JSON.stringify(sections);
    const isOther = (edit) => !kinds.includes(edit.do) || JSON.stringify(edit.sections) !== own;
    const edits = this.plan.edits.filter(isOther);
    if (edits.length < this.plan.edits.length) this.set({ edits });
  }

  undo() {
    const entry = this.list[this.at];
    if (!this.canUndo) return;
    entry.future.push(entry.plan);
    entry.plan = entry.past.pop();
    this.onChange();
  }

  redo() {
    const entry = this.list[this.at];
    if (!this.canRedo) return;
    entry.past.push(entry.plan);
    entry.plan = entry.future.pop();
    this.onChange();
  }

  /** Opens a plan beside the others; an untouched empty one gives way. */
  open(plan) {
    const entry = { plan, past: [], future: [] };
    const known = this.list.findIndex((other) => samePlan(other.plan, plan));
    if (known >= 0) this.at = known;
    else if (this.isEmpty && !this.canUndo) this.list[this.at] = entry;
    else this.at = this.list.push(entry) - 1;
    this.onChange();
  }

  begin() {
    this.made += 1;
    this.open(emptyPlan(this.made));
  }

  show(index) {
    this.at = index;
    this.onChange();
  }

  close() {
    this.list.splice(this.at, 1);
    if (!this.list.length) this.list.push({ plan: emptyPlan(1), past: [], future: [] });
    this.at = Math.max(0, this.at - 1);
    this.onChange();
  }
}

export const samePlan = (a, b) => JSON.stringify(a) === JSON.stringify(b);
