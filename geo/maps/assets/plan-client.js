// Calls to the engine, which runs beside the page so that the map never waits for it.
import { element, one, pageData } from "./dom.js";

/** Calls that are being answered; the style sheet and the tests see whether there are any. */
let waiting = 0;

function count(by) {
  waiting += by;
  const root = document.documentElement;
  if (waiting) root.dataset.busy = "true";
  else delete root.dataset.busy;
}

/** @returns {Worker | null} null where the browser allows none */
function startWorker(script) {
  try {
    const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    return new Worker(url);
  } catch {
    return null;
  }
}

export class EngineClient {
  constructor() {
    const [script, text] = [pageData("data-worker"), one("#data-plan").textContent];
    this.calls = new Map();
    this.last = 0;
    this.worker = startWorker(script);
    if (!this.worker) this.startHere(script, text);
    this.worker?.addEventListener("message", ({ data }) => this.receive(data));
    this.worker?.addEventListener("error", (event) => {
      event.preventDefault();
      this.startHere(script, text);
    });
    this.worker?.postMessage({ text });
  }

  /** Without a worker the page computes itself, what was asked for meanwhile too. */
  startHere(script, text) {
    this.worker = null;
    document.head.append(element("script", {}, script));
    /** @type {any} */
    const scope = globalThis;
    this.engine = scope.geoEngine(text);
    for (const [id, { name, args }] of this.calls) this.answer(id, name, args);
  }

  async answer(id, name, args) {
    await new Promise((resolve) => setTimeout(resolve));
    try {
      const call = await this.engine;
      this.receive({ id, result: call(name, args) });
    } catch (error) {
      this.receive({ id, error: String(error) });
    }
  }

  /** @param {{id: number, result?: any, error?: string}} answer */
  receive({ id, result, error }) {
    const { resolve, reject } = this.calls.get(id);
    this.calls.delete(id);
    // the number falls after those who wait for the answer had their turn, and may ask again
    setTimeout(() => count(-1));
    if (error === undefined) resolve(result);
    else reject(new Error(error));
  }

  /**
   * What a function of the engine returns.
   * @param {string} name
   * @param {...any} args
   * @returns {Promise<any>}
   */
  call(name, ...args) {
    this.last += 1;
    const id = this.last;
    count(1);
    return new Promise((resolve, reject) => {
      this.calls.set(id, { resolve, reject, name, args });
      if (this.worker) this.worker.postMessage({ id, name, args });
      else this.answer(id, name, args);
    });
  }
}
