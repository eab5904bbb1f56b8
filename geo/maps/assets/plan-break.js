// Closures: links that are clicked, circles that are dropped, and the worst squares known before.
import { getState, setState } from "./address.js";
import { bilingual, element, one } from "./dom.js";
import { closeButton, translatedName } from "./language.js";
import { fixed, fixedOrLess, people, signed, withUnit } from "./numbers.js";
import { settledEnds } from "./plan-results.js";

const MIN = ["分钟", "min"];
const RADII = [5, 10, 25, 50];
/** Cities that are listed, and pairs. */
const [MOST_CITIES, MOST_PAIRS] = [10, 5];

export class Breaking {
  /** @param {any} page */
  constructor(page) {
    this.page = page;
    this.box = one("#break-result");
    this.edges = [];
    this.circles = [];
    this.km = RADII[1];
    this.isCircle = false;
    this.turn = 0;
    this.tools = element("div", { class: "tools" });
    this.found = element("div", {});
    this.box.append(this.tools, this.found);
  }

  // ---- what is closed stands in the address

  restore() {
    const state = getState();
    this.edges = (state.get("cut") ?? "").split(",").filter(Boolean);
    const circles = (state.get("circle") ?? "").split(";").filter(Boolean);
    this.circles = circles
      .map((text) => text.split(",").map(Number))
      .filter((numbers) => numbers.length === 3 && numbers.every(Number.isFinite))
      .map(([lon, lat, km]) => ({ lon, lat, km }));
    this.fillTools();
  }

  save() {
    setState({
      cut: this.edges.join(","),
      circle: this.circles.map(({ lon, lat, km }) => `${lon},${lat},${km}`).join(";"),
    });
    this.refresh();
  }

  async clickEdge(section, { lng, lat }) {
    const { engine, plan, date } = this.page;
    const edge = await engine.call("edgeNear", plan, date, lng, lat, section);
    if (!edge) return;
    const isClosed = this.edges.includes(edge);
    this.edges = isClosed ? this.edges.filter((one) => one !== edge) : [...this.edges, edge];
    this.save();
  }

  clickSection(id, at) {
    if (this.isCircle) this.drop(at);
    else this.clickEdge(id, at);
    return true;
  }

  clickMap(at) {
    if (this.isCircle) this.drop(at);
  }

  drop({ lat, lng }) {
    this.circles = [
      ...this.circles,
      { lon: Number(lng.toFixed(3)), lat: Number(lat.toFixed(3)), km: this.km },
    ];
    this.save();
  }

  clear() {
    [this.edges, this.circles] = [[], []];
    this.save();
  }

  escape() {
    if (this.edges.length || this.circles.length) this.clear();
  }

  hide() {
    this.turn += 1;
    this.page.drawing.drawCuts([], []);
    this.page.drawing.drawWays(null, null);
  }

  // ---- tools

  fillTools() {
    const choice = (isCircle, label) => {
      const listener = () => {
        this.isCircle = isCircle;
        this.fillTools();
      };
      return element(
        "button",
        {
          type: "button",
          "aria-pressed": String(this.isCircle === isCircle),
          on: { click: listener },
        },
        bilingual(label),
      );
    };
    const size = (km) => {
      const listener = () => {
        this.km = km;
        this.fillTools();
      };
      return element(
        "button",
        { type: "button", "aria-pressed": String(this.km === km), on: { click: listener } },
        `${km} km`,
      );
    };
    this.tools.replaceChildren(
      element(
        "div",
        { class: "switch small", role: "group", ...translatedName(["怎样中断", "How to close"]) },
        choice(false, ["点断线路", "Click links"]),
        choice(true, ["放一个圆", "Drop a circle"]),
      ),
      ...(this.isCircle
        ? [
            element(
              "div",
              { class: "switch small", role: "group", ...translatedName(["半径", "Radius"]) },
              RADII.map(size),
            ),
          ]
        : []),
    );
    this.page.frame.classList.toggle("drawing", this.isCircle && this.page.tab === "break");
  }

  // ---- computing

  async closedEdges() {
    const { engine, plan, date } = this.page;
    const lists = await Promise.all(
      this.circles.map((circle) => engine.call("closedBy", circle, plan, date)),
    );
    const known = new Set(this.page.network.edges.map(({ id }) => id));
    return [...new Set([...this.edges, ...lists.flat()])].filter((id) => known.has(id));
  }

  async refresh() {
    this.turn += 1;
    const { turn } = this;
    const { engine, plan, date, mode } = this.page;
    const closed = await this.closedEdges();
    const lines = closed.length ? await engine.call("lines", plan, date, closed) : [];
    if (turn !== this.turn) return;
    this.page.drawing.drawCuts(lines, this.circles);
    this.page.drawing.drawWays(null, null);
    if (!closed.length) {
      this.showInvitation();
      return;
    }
    const broken = { ...plan, edits: [...plan.edits, { do: "close", edges: closed }] };
    const cities = settledEnds(this.page.catalogue.cities);
    const losses = await engine.call("losses", plan, date, mode, closed);
    const times = await Promise.all(
      [plan, broken].map((one) => engine.call("table", one, date, mode, cities, cities)),
    );
    if (turn !== this.turn) return;
    this.broken = broken;
    this.show(closed, losses, times);
  }

  showInvitation() {
    const text = this.isCircle
      ? [
          "点地图，放下一个圆：圆内的线路全部中断，普通公路仍可走。",
          "Click the map to drop a circle: every line in it is closed, ordinary roads stay open.",
        ]
      : [
          "点地图上的一段或几段线路，把它们断开。",
          "Click one or several links on the map to close them.",
        ];
    this.found.replaceChildren(
      element("p", { class: "hint" }, bilingual(/** @type {any} */ (text))),
    );
  }

  show(closed, losses, times) {
    const onClose = () => this.clear();
    this.found.replaceChildren(
      element(
        "div",
        { class: "card full" },
        closeButton(["全部恢复", "Open all again"], onClose),
        element(
          "h2",
          {},
          bilingual([
            `中断 ${closed.length} 段`,
            `${closed.length} link${closed.length > 1 ? "s" : ""} closed`,
          ]),
        ),
        element("p", {}, bilingual(this.names(closed))),
        this.facts(losses),
      ),
      ...this.cityBars(losses),
      ...this.pairList(times),
    );
  }

  names(closed) {
    const ids = [
      ...new Set(closed.map((id) => this.page.network.edges.find((edge) => edge.id === id)?.route)),
    ];
    const names = ids.map((id) => this.page.legs.routes.get(id)?.name).filter(Boolean);
    const more = names.length > 6 ? [" 等", " and more"] : ["", ""];
    const shown = names.slice(0, 6);
    return [
      shown.map(([zh]) => zh).join("、") + more[0],
      shown.map(([, en]) => en).join(", ") + more[1],
    ];
  }

  facts({ extra_min: extra, cut_off_people: cut }) {
    const fact = (label, value) =>
      element("div", {}, element("dt", {}, bilingual(label)), element("dd", {}, bilingual(value)));
    return element(
      "dl",
      { class: "costs" },
      fact(["城市间平均多花", "Extra, mean of city pairs"], withUnit(fixedOrLess(extra, 2), MIN)),
      fact(["断联人口", "People cut off"], cut ? people(cut) : ["0", "0"]),
    );
  }

  /** The cities that lose most, as bars. */
  cityBars({ cities }) {
    const names = new Map(this.page.catalogue.cities.map(({ id, name }) => [id, name]));
    const worst = cities
      .filter(({ extra }) => extra >= 0.05)
      .toSorted((a, b) => b.extra - a.extra)
      .slice(0, MOST_CITIES);
    if (!worst.length) return [];
    const top = worst[0].extra;
    const rows = worst.map(({ id, extra }) =>
      element(
        "li",
        { style: `--share:${(100 * extra) / top}%` },
        element("span", {}, bilingual(names.get(id))),
        element("b", {}, signed(extra, 1)),
      ),
    );
    return [
      element(
        "h3",
        {},
        bilingual(["谁损失最多（平均多花分钟）", "Who loses most (mean extra minutes)"]),
      ),
      element("ol", { class: "bars" }, rows),
    ];
  }

  /** The pairs that lose most; each shows where it goes now. */
  pairList([before, after]) {
    const { cities } = this.page.catalogue;
    const count = cities.length;
    const list = [];
    for (let i = 0; i < count; i++) {
      for (let j = i + 1; j < count; j++) {
        const extra = after[i * count + j] - before[i * count + j];
        if (extra >= 0.5) list.push({ i, j, extra, weight: extra === Infinity ? 1e9 : extra });
      }
    }
    const worst = list.toSorted((a, b) => b.weight - a.weight).slice(0, MOST_PAIRS);
    if (!worst.length) return [];
    const rows = worst.map(({ i, j, extra }) => {
      const [a, b] = [cities[i], cities[j]];
      const name = bilingual([`${a.name[0]}–${b.name[0]}`, `${a.name[1]}–${b.name[1]}`]);
      const show = element(
        "button",
        { type: "button", class: "link", on: { click: () => this.showDetour(a, b) } },
        name,
      );
      const text = Number.isFinite(extra)
        ? element("em", { class: "loss" }, `+${fixed(extra, 0)}`)
        : element("em", { class: "loss" }, bilingual(["断联", "cut off"]));
      return element("li", {}, show, text);
    });
    this.showDetour(cities[worst[0].i], cities[worst[0].j]);
    return [
      element(
        "h3",
        {},
        bilingual([
          "绕行最远的（点一对看绕行）",
          "Pairs that go round farthest (a click shows how)",
        ]),
      ),
      element("ol", { class: "pairs" }, rows),
    ];
  }

  /** Draws the way of a pair with the closure, and the one before as another way. */
  async showDetour(a, b) {
    const { engine, plan, date, mode } = this.page;
    const { turn } = this;
    const ends = [{ city: a.id }, { city: b.id }];
    const [[before], [after]] = await Promise.all(
      [plan, this.broken].map((one) => engine.call("ways", one, date, mode, ...ends, { k: 1 })),
    );
    if (turn === this.turn) this.page.drawing.drawWays(after, before);
  }
}
