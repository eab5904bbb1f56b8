// The overview, which has no map.
import { markReady } from "./dom.js";
import { startPage } from "./page.js";

export function index() {
  startPage();
  markReady();
}
