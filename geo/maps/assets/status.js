// The status of sections: one code a date, with the meaning that the page brings along.
import { bilingual, element, pageData } from "./dom.js";

const TABLE = pageData("data-status");

/** @returns {{stage: string, assumed: boolean, label: import("./dom.js").Label, dash: string, opacity: number, cased: boolean}} */
export const statusOf = (code) => TABLE[code];

export const codeOf = (stage, assumed) =>
  Object.keys(TABLE).find((code) => TABLE[code].stage === stage && TABLE[code].assumed === assumed);

export function statusMark(code) {
  const { stage, assumed, label } = statusOf(code);
  return element("span", { class: `stage ${stage}${assumed ? " assumed" : ""}` }, bilingual(label));
}
