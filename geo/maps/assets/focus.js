// The focus of the keyboard, kept where a part of the page is made anew.
import { one } from "./dom.js";

/**
 * Makes a part anew; what had the focus has it again, by its `data-key`.
 * @param {any} box
 * @param {() => void} fill
 */
export function keepFocus(box, fill) {
  const active = /** @type {any} */ (document.activeElement);
  const key = box.contains(active) ? active.dataset.key : undefined;
  fill();
  if (key) one(`[data-key="${CSS.escape(key)}"]`, box)?.focus({ preventScroll: true });
}
