// Closures: links that are clicked, circles that are dropped, and the worst squares known before.
import { getState, setState } from "./address.js";
import { Areas } from "./criticality-areas.js";
import { bilingual, button, element, fact, one, switchOf } from "./dom.js";
import { closeButton, translatedName } from "./language.js";
import { fixed, fixedOrLess, MINUTES, people, signed, withUnit } from "./numbers.js";

const RADII = [5, 10, 25, 50];
/** Cities and pairs and squares that are listed. */
const [MOST_CITIES, MOST_PAIRS, MOST_SQUARES] = [10, 5, 12];
const TOOLS = {
  links: ["点断线路", "Click links"],
  circle: ["放一个圆", "Drop a circle"],
  squares: ["最坏的方格", "Worst squares"],
};

const choice = (name, options, chosen, onChoose) =>
  switchOf({ role: "group", ...translatedName(name) }, options, chosen, onChoose);

export class Breaking {
  /** @param {any} page */
  constructor(page) {
    this.page = page;
    this.box = one("#break-result");
    this.edges = [];
    this.circles = [];
    this.km = RADII[1];
    this.tool = "links";
    this.turn = 0;
    this.tools = element("div", { class: "tools" });
    this.found = element("div", {});
    this.box.append(this.tools, this.found);
    if (page.settings.areas) this.addSquares();
  }

  /** The squares of the page of critical links, each closed in turn on the day of the page. */
  addSquares() {
    const { map, settings, catalogue } = this.page;
    map.getPane("areas").style.pointerEvents = "";
    const lines = catalogue.sections
      .filter(({ opened }) => opened)
      .map(({ line }) => line.map(([lon, lat]) => [lat, lon]));
    this.squares = new Areas(map, settings, lines, (i) => this.chooseSquare(i));
  }

  // ---- what is closed stands in the address

  restore() {
    const state = getState();
    this.edges = (state.get("cut") ?? "").split(",").filter(Boolean);
    this.circles = (state.get("circle") ?? "")
      .split(";")
      .map((text) => text.split(",").map(Number))
      .filter((numbers) => numbers.length === 3 && numbers.every(Number.isFinite))
      .map(([lon, lat, km]) => ({ lon, lat, km }));
    const tool = state.get("by");
    this.tool = Object.hasOwn(TOOLS, tool) && (tool !== "squares" || this.squares) ? tool : "links";
    this.square = Number(state.get("square") ?? -1);
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
    this.edges = isClosed ? this.edges.filter((id) => id !== edge) : [...this.edges, edge];
    this.save();
  }

  clickSection(id, at) {
    if (this.tool === "circle") this.drop(at);
    else this.clickEdge(id, at);
    return true;
  }

  clickMap(at) {
    if (this.tool === "circle") this.drop(at);
  }

  drop({ lat, lng }) {
    const circle = { lon: Number(lng.toFixed(3)), lat: Number(lat.toFixed(3)), km: this.km };
    this.circles = [...this.circles, circle];
    this.save();
  }

  clear() {
    [this.edges, this.circles] = [[], []];
    this.save();
  }

  escape() {
    if (this.square >= 0) this.chooseSquare(-1);
    else if (this.edges.length || this.circles.length) this.clear();
  }

  hide() {
    this.turn += 1;
    this.page.drawing.clear();
    this.squares?.group.remove();
    this.page.frame.classList.remove("drawing");
  }

  // ---- tools

  fillTools() {
    const tools = Object.entries(TOOLS).filter(([key]) => key !== "squares" || this.squares);
    const sizes = RADII.map((km) => [km, [`${km} km`, `${km} km`]]);
    const setSize = (km) => {
      this.km = km;
      this.fillTools();
    };
    const { tool } = this;
    this.tools.replaceChildren(
      choice(["怎样中断", "How to close"], tools, tool, (key) => this.setTool(key)),
      ...(tool === "circle" ? [choice(["半径", "Radius"], sizes, this.km, setSize)] : []),
    );
    this.page.frame.classList.toggle("drawing", tool === "circle");
  }

  setTool(tool) {
    this.tool = tool;
    this.square = -1;
    setState({ by: tool === "links" ? null : tool, square: null });
    this.fillTools();
    one(`[data-key="choose-${tool}"]`, this.tools).focus();
    this.refresh();
    this.page.fillLegend();
  }

  /** What is shown, in a sentence. */
  caption() {
    const { settings, years, planName } = this.page;
    if (this.tool === "squares") {
      return [
        `每个方格封闭 ${settings.areas.hours} 小时的人均延误（截至 ${settings.day}）。`,
        `Mean delay when each square is closed for ${settings.areas.hours} h (on ${settings.day}).`,
      ];
    }
    const [plan, when] = [planName.call(this.page), years.label];
    const loss = this.extra === undefined ? "–" : fixedOrLess(this.extra, 2);
    return [
      `中断 ${this.count ?? 0} 段线路（${when[0]}${plan[0]}）：城市间平均多花 ${loss} 分钟。`,
      `${this.count ?? 0} links closed (${when[1]}${plan[1]}): ${loss} more minutes between cities on average.`,
    ];
  }

  /** What it shows follows the language by itself. */
  translate() {}

  legend() {
    return this.tool === "squares" ? [this.squares.legend()] : [];
  }

  // ---- the worst squares

  chooseSquare(index) {
    this.square = this.square === index ? -1 : index;
    setState({ square: this.square >= 0 ? this.square : null });
    this.showSquares();
  }

  showSquares() {
    const { map, settings, drawing } = this.page;
    drawing.lines.redraw(() => "");
    this.squares.group.addTo(map);
    const chosen = this.squares.list[this.square] ? this.square : -1;
    const bounds = this.squares.mark(chosen);
    if (bounds && !map.getBounds().contains(bounds)) this.page.lookAt(bounds);
    const rows = this.squares.list
      .slice(0, MOST_SQUARES)
      .map((square, i) => this.squareRow(square, i));
    const text = [
      `${this.squares.list.length} 个方格逐个封闭 ${settings.areas.hours} 小时（截至 ${settings.day}，不含方案），按人均延误排列：`,
      `${this.squares.list.length} squares closed in turn for ${settings.areas.hours} h (on ${settings.day}, without a plan), by mean delay:`,
    ];
    this.found.replaceChildren(
      ...(chosen >= 0 ? [this.squareCard(chosen)] : []),
      element("p", { class: "hint" }, bilingual(/** @type {any} */ (text))),
      element("ol", { class: "bars" }, rows),
    );
  }

  squareRow({ name, delay }, i) {
    const share = (100 * delay) / this.squares.list[0].delay;
    return element(
      "li",
      { style: `--share:${share}%`, class: i === this.square ? "strong" : null },
      button(bilingual(name), () => this.chooseSquare(i), { class: "link" }),
      element("b", {}, fixed(delay, 1)),
    );
  }

  squareCard(index) {
    const { corners } = this.squares.list[index];
    const { lat, lng } = L.latLngBounds(corners).getCenter();
    const drop = () => {
      this.setTool("circle");
      this.km = 25;
      this.fillTools();
      this.drop({ lat, lng });
    };
    const label = bilingual(["在这里放一个 25 km 的圆", "Drop a circle of 25 km here"]);
    return element(
      "div",
      { class: "card full" },
      this.squares.card(index, () => this.chooseSquare(-1)),
      element("div", { class: "row" }, button(label, drop)),
    );
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
    if (this.tool === "squares") {
      this.page.drawing.clear();
      this.showSquares();
      return;
    }
    if (this.squares && this.page.map.hasLayer(this.squares.group)) {
      this.squares.group.remove();
      this.page.drawNetwork();
    }
    await this.close(this.turn);
  }

  async close(turn) {
    const { engine, plan, date, mode } = this.page;
    const closed = await this.closedEdges();
    const lines = closed.length ? await engine.call("lines", plan, date, closed) : [];
    if (turn !== this.turn) return;
    const own = this.page.closed;
    this.page.drawing.drawCuts([...own.lines, ...lines], [...own.circles, ...this.circles]);
    this.page.drawing.drawWays(null, null);
    if (!closed.length) {
      this.showInvitation();
      return;
    }
    this.broken = { ...plan, edits: [...plan.edits, { do: "close", edges: closed }] };
    const losses = await engine.call("losses", plan, date, mode, closed);
    const times = await Promise.all(
      [plan, this.broken].map((each) => engine.call("cityTimes", each, date, mode)),
    );
    if (turn !== this.turn) return;
    this.count = closed.length;
    this.extra = losses.extra_min;
    this.show(closed, losses, times);
  }

  showInvitation() {
    this.count = 0;
    this.extra = undefined;
    const texts = {
      circle: [
        "点地图，放下一个圆：圆内的线路全部中断，普通公路仍可走。",
        "Click the map to drop a circle: every line in it is closed, ordinary roads stay open.",
      ],
      links: [
        "点地图上的一段或几段线路，把它们断开。",
        "Click one or several links on the map to close them.",
      ],
    };
    this.found.replaceChildren(element("p", { class: "hint" }, bilingual(texts[this.tool])));
  }

  show(closed, losses, times) {
    const count = closed.length;
    const title = [`中断 ${count} 段`, `${count} link${count > 1 ? "s" : ""} closed`];
    this.found.replaceChildren(
      element(
        "div",
        { class: "card full" },
        closeButton(["全部恢复", "Open all again"], () => this.clear()),
        element("h2", {}, bilingual(/** @type {any} */ (title))),
        element("p", {}, bilingual(this.names(closed))),
        this.facts(losses),
        this.keepButton(closed),
      ),
      ...this.cityBars(losses),
      ...this.pairList(times),
    );
  }

  /** Makes the closure a part of the plan. */
  keepButton(closed) {
    const keep = () => {
      const { store } = this.page;
      this.clear();
      this.page.setTab("plan");
      store.add({ do: "close", edges: closed });
    };
    const label = bilingual(["写入方案", "Add to the plan"]);
    return element("div", { class: "row" }, button(label, keep));
  }

  /** The routes of links, the first six. */
  names(closed) {
    const routeOf = new Map(this.page.network.edges.map(({ id, route }) => [id, route]));
    const ids = [...new Set(closed.map((id) => routeOf.get(id)))];
    const names = ids.map((id) => this.page.legs.routes.get(id)?.name).filter(Boolean);
    const [zh, en] = names.length > 6 ? [" 等", " and more"] : ["", ""];
    const shown = names.slice(0, 6);
    return [
      shown.map((name) => name[0]).join("、") + zh,
      shown.map((name) => name[1]).join(", ") + en,
    ];
  }

  facts({ extra_min: extra, cut_off_people: cut }) {
    const time = bilingual(withUnit(fixedOrLess(extra, 2), MINUTES));
    return element(
      "dl",
      { class: "costs" },
      fact(["城市间平均多花", "Extra, mean of city pairs"], time),
      fact(["断联人口", "People cut off"], bilingual(people(cut))),
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
    const rows = worst.map(({ id, extra }) =>
      element(
        "li",
        { style: `--share:${(100 * extra) / worst[0].extra}%` },
        element("span", {}, bilingual(names.get(id))),
        element("b", {}, signed(extra, 1)),
      ),
    );
    const title = ["谁损失最多（平均多花分钟）", "Who loses most (mean extra minutes)"];
    return [
      element("h2", {}, bilingual(/** @type {any} */ (title))),
      element("ol", { class: "bars" }, rows),
    ];
  }

  /** The pairs that lose most; each shows where it goes now, the first at once. */
  pairList(times) {
    const { cities } = this.page.catalogue;
    const worst = worstPairs(cities.length, ...times).slice(0, MOST_PAIRS);
    if (!worst.length) return [];
    const rows = worst.map(({ i, j, extra }) => {
      const [a, b] = [cities[i], cities[j]];
      const name = bilingual([`${a.name[0]}–${b.name[0]}`, `${a.name[1]}–${b.name[1]}`]);
      const text = Number.isFinite(extra) ? `+${fixed(extra, 0)}` : bilingual(["断联", "cut off"]);
      return element(
        "li",
        {},
        button(name, () => this.showDetour(a, b), { class: "link" }),
        element("em", { class: "loss" }, text),
      );
    });
    this.showDetour(cities[worst[0].i], cities[worst[0].j]);
    const title = [
      "绕行最远的（点一对看绕行）",
      "Pairs that go round farthest (a click shows how)",
    ];
    return [
      element("h2", {}, bilingual(/** @type {any} */ (title))),
      element("ol", { class: "pairs" }, rows),
    ];
  }

  /** Draws the way of a pair with the closure, and the one before as another way. */
  async showDetour(a, b) {
    const { engine, plan, date, mode } = this.page;
    const { turn } = this;
    const ends = [{ city: a.id }, { city: b.id }];
    const [[before], [after]] = await Promise.all(
      [plan, this.broken].map((one_) => engine.call("ways", one_, date, mode, ...ends, { k: 1 })),
    );
    if (turn === this.turn) this.page.drawing.drawWays(after, before);
  }
}

function worstPairs(count, before, after) {
  const list = [];
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      const at = i * count + j;
      const extra = after[at] - before[at];
      if (extra >= 0.5) list.push({ i, j, extra });
    }
  }
  return list.sort((a, b) => (b.extra === a.extra ? 0 : b.extra - a.extra));
}
