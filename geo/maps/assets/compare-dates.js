// The two dates of the comparison and what the sections are on each.
import { bilingual, element, pageData, tooltipOf } from "./dom.js";
import { endsOf } from "./names.js";
import { statusMark, statusOf } from "./status.js";

export class Comparison {
  constructor() {
    this.data = pageData("data-compare");
    this.keys = this.data.moments;
    this.positions = this.data.start.map((key) => this.keys.indexOf(key));
  }

  /** Names of the two dates. */
  get dates() {
    return this.positions.map((position) => this.keys[position]);
  }

  /** Days of the two dates, as YYYY-MM-DD. */
  get days() {
    return this.positions.map((position) => this.data.dates[position]);
  }

  /** The states of the network on the two dates, to which the figures belong. */
  get states() {
    return this.positions.map((position) => this.data.state[position]);
  }

  get isBackwards() {
    return this.positions[1] < this.positions[0];
  }

  /** The code of status of a section on the first (0) or second (1) date. */
  code(section, which) {
    return section.properties.stages[this.positions[which]];
  }

  hasChanged(section) {
    const [one, other] = [0, 1].map((which) => statusOf(this.code(section, which)));
    return one.stage !== other.stage || one.assumed !== other.assumed;
  }

  nameOf(section) {
    return this.data.routes[section.properties.route_id];
  }

  statusMarks(section) {
    return this.dates.map((date, which) => {
      const mark = statusMark(this.code(section, which));
      return element("span", { class: "when" }, element("b", {}, date), " ", mark);
    });
  }

  tooltip(section) {
    const ends = bilingual(endsOf(section.properties));
    return tooltipOf(this.nameOf(section), ends, this.statusMarks(section));
  }
}
