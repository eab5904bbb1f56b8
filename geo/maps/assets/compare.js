// The page of two dates: a map under a divider, or twice, or of the changes alone; tables follow.
import { getState, onAddressChange, setState } from "./address.js";
import { Comparison } from "./compare-dates.js";
import { Figures } from "./compare-figures.js";
import { DateLines, makeTwin, moveTogether } from "./compare-maps.js";
import { ChangedSections, rowOf } from "./compare-sections.js";
import {
  all,
  bilingual,
  markReady,
  onEscape,
  one,
  ownValue,
  pressButton,
  scrollToMap,
  svgElement,
} from "./dom.js";
import { PlaceLabels, placeNames } from "./labels.js";
import { factOf, pageTitle } from "./language.js";
import { INK, prepareMap, reducedMotion } from "./map.js";
import { startPage } from "./page.js";
import { addPublishing } from "./publish.js";

/** How much thicker changes are drawn where they are shown alone. */
const CHANGES_SCALE = 1.5;

class ComparePage {
  constructor(map, groups, base, looks, settings) {
    this.map = map;
    this.base = base;
    this.settings = settings;
    this.findParts();
    this.view = "swipe";
    this.chosen = null;
    this.twin = null;
    this.zoomLost = 0;
    this.labels = [];
    this.comparison = new Comparison();
    const { comparison } = this;
    this.drawing = { groups, looks, comparison, onChoose: (ids) => this.choose(ids) };
    prepareMap(map, settings, () => this.showMain());
    this.sides = [
      new DateLines(map, "date-a", 410, this.drawing),
      new DateLines(map, "date-b", 412, this.drawing),
    ];
    this.lines = this.sides[0].lines;
    this.figures = new Figures(comparison);
    this.changes = new ChangedSections(comparison, this.lines.list);
    this.addListeners();
  }

  findParts() {
    this.selects = [one("#a"), one("#b")];
    this.slider = one("#swipe");
    this.divider = one(".divider");
    this.card = one("#card");
    this.area = one(".stage-area");
    this.swipe = Number(this.slider.value);
  }

  // ---- what is drawn

  clip() {
    const size = this.map.getSize();
    const x = (size.x * this.swipe) / 100;
    for (const [k, { pane }] of this.sides.entries()) {
      const from = this.map.containerPointToLayerPoint([k ? x : 0, 0]);
      const to = this.map.containerPointToLayerPoint([k ? size.x : x, size.y]);
      const corners = [
        [from.x, from.y],
        [to.x, from.y],
        [to.x, to.y],
        [from.x, to.y],
      ].map((corner) => corner.map((pixels) => `${pixels}px`).join(" "));
      pane.style.clipPath = this.view === "swipe" ? `polygon(${corners.join(",")})` : "";
    }
  }

  setSwipe(value, { keepAddress = false } = {}) {
    this.swipe = Math.max(0, Math.min(100, Math.round(value)));
    const [a, b] = this.comparison.dates;
    const text = `${a} ${this.swipe}% | ${b} ${100 - this.swipe}%`;
    this.slider.value = this.swipe;
    this.slider.setAttribute("aria-valuetext", text);
    this.area.style.setProperty("--swipe", `${this.swipe}%`);
    this.clip();
    if (!keepAddress) setState({ swipe: this.swipe });
  }

  redraw() {
    const { comparison } = this;
    const [first, second] = this.sides;
    const codeOn = (which) => (section) => comparison.code(section, which);
    if (this.view === "diff") {
      const later = codeOn(comparison.isBackwards ? 0 : 1);
      first.draw((section) => (comparison.hasChanged(section) ? "" : later(section)));
      second.draw(
        (section) => (comparison.hasChanged(section) ? later(section) : ""),
        CHANGES_SCALE,
      );
      return;
    }
    first.draw(codeOn(0));
    second.draw(this.view === "side" ? () => "" : codeOn(1));
    if (this.view === "side") this.twin.draw(codeOn(1));
  }

  /** The second map is made when it is asked for. */
  addTwin() {
    const other = makeTwin(this.map, this.base, this.settings);
    this.twin = new DateLines(other, "date-b", 412, this.drawing);
    moveTogether(this.map, other, () => this.view === "side");
    this.labels.push(new PlaceLabels(other, placeNames()));
  }

  /** One map above the other shows half as much. */
  isStacked() {
    const size = this.map.getSize();
    return this.view === "side" && size.x > size.y;
  }

  setView(view) {
    this.view = view;
    pressButton("view", view);
    document.documentElement.dataset.layout = view;
    one(".twin").hidden = view !== "side";
    this.slider.disabled = view !== "swipe";
    this.keepZoom();
    if (view === "side") this.showTwin();
    this.redraw();
    this.clip();
    for (const labels of this.labels) labels.place();
  }

  /** One step out where the maps are stacked, and back in again afterwards. */
  keepZoom() {
    const [centre, zoom] = [this.map.getCenter(), this.map.getZoom()];
    this.map.invalidateSize({ animate: false, pan: false });
    const step = this.isStacked() ? 1 : 0;
    this.map.setView(centre, zoom + this.zoomLost - step, { animate: false });
    this.zoomLost = step ? zoom + this.zoomLost - this.map.getZoom() : 0;
  }

  showTwin() {
    if (!this.twin) this.addTwin();
    this.twin.map.invalidateSize({ animate: false, pan: false });
    this.twin.map.setView(this.map.getCenter(), this.map.getZoom(), { animate: false });
  }

  showMain() {
    const bounds = this.lines.mainBounds();
    if (bounds.isValid()) this.map.fitBounds(bounds, { animate: false, padding: [6, 6] });
  }

  // ---- dates

  setDates(positions, { keepAddress = false } = {}) {
    this.comparison.positions = positions;
    const [a, b] = this.comparison.dates;
    this.nameDates();
    for (const button of all("[data-from]")) {
      const isChosen = button.dataset.from === a && button.dataset.to === b;
      button.setAttribute("aria-pressed", String(isChosen));
    }
    this.setSwipe(this.swipe, { keepAddress: true });
    this.redraw();
    this.changes.fill();
    this.figures.fill();
    this.markChart();
    if (this.chosen) this.fillCard();
    if (!keepAddress) setState({ a, b });
  }

  nameDates() {
    for (const [k, date] of this.comparison.dates.entries()) {
      this.selects[k].value = date;
      for (const node of all(`.date-${"ab"[k]}`)) {
        const isWithin = node.classList.contains("within");
        const text = isWithin ? bilingual([`2 h：${date}`, `2 h: ${date}`]) : [date];
        (one("button", node) || node).replaceChildren(...text);
      }
    }
  }

  /** The marks A and B on the chart of growth. */
  markChart() {
    const chart = one(".chart svg");
    const { first, last } = chart.dataset;
    const [[firstYear, left], [lastYear, right]] = [first, last].map((end) =>
      end.split(" ").map(Number),
    );
    for (const [k, day] of this.comparison.days.entries()) {
      const share = (decimalYear(day) - firstYear) / Math.max(lastYear - firstYear, 1);
      const x = left + Math.max(0, Math.min(1, share)) * (right - left);
      const mark = one(`[data-mark="${"AB"[k]}"]`, chart);
      mark.setAttribute("transform", `translate(${x.toFixed(1)} 0)`);
    }
  }

  // ---- one section, or those of a project

  fillCard() {
    const section = this.lines.sections[this.chosen[0]];
    this.card.replaceChildren(...this.changes.card(section, () => this.choose(null)));
  }

  /** @param {string[] | null} ids */
  choose(ids, zoom = false) {
    this.chosen = ids;
    const only = ids?.length === 1 ? ids[0] : null;
    for (const side of [...this.sides, ...(this.twin ? [this.twin] : [])])
      side.lines.highlight(ids);
    for (const row of all("tr.chosen")) row.classList.remove("chosen");
    this.card.hidden = !ids || ids.length > 1;
    setState({ section: only });
    if (only) {
      this.fillCard();
      rowOf(this.lines.sections[only]).classList.add("chosen");
    }
    if (ids && zoom) this.fit(this.lines.boundsOf(ids));
  }

  fit(bounds) {
    const animate = !reducedMotion.matches;
    this.map.fitBounds(bounds, {
      maxZoom: Math.max(10.5, this.map.options.zoom + 1),
      animate,
      padding: [50, 70],
    });
  }

  setTab(tab, { keepAddress = false } = {}) {
    pressButton("tab", tab);
    for (const panel of all("[data-panel]")) panel.hidden = panel.dataset.panel !== tab;
    one("[data-jump]").setAttribute("href", `#${one(`[data-panel="${tab}"] table`).id}`);
    if (!keepAddress) setState({ tab });
  }

  // ---- controls

  addListeners() {
    for (const [k, select] of this.selects.entries()) {
      select.addEventListener("change", () => {
        this.setDates(this.comparison.positions.with(k, select.selectedIndex));
      });
    }
    one("#swap").addEventListener("click", () => {
      this.setDates(this.comparison.positions.toReversed());
    });
    this.slider.addEventListener("input", () => this.setSwipe(Number(this.slider.value)));
    this.divider.addEventListener("pointerdown", (event) => this.grabDivider(event));
    this.divider.addEventListener("pointermove", (event) => this.dragDivider(event));
    this.map.on("move resize zoomend viewreset", () => this.clip());
    document.addEventListener("click", (event) => this.handleClick(event));
    onEscape(() => this.choose(null));
  }

  grabDivider(event) {
    event.preventDefault();
    this.divider.setPointerCapture(event.pointerId);
    this.slider.focus({ preventScroll: true });
  }

  dragDivider(event) {
    if (!this.divider.hasPointerCapture(event.pointerId)) return;
    const box = this.map.getContainer().getBoundingClientRect();
    this.setSwipe((100 * (event.clientX - box.left)) / box.width);
  }

  handleClick(event) {
    const { from, to, view, tab, section, sections } =
      event.target.closest("button")?.dataset ?? {};
    const { keys } = this.comparison;
    if (from) this.setDates([keys.indexOf(from), keys.indexOf(to)]);
    if (view) {
      this.setView(view);
      setState({ view });
    }
    if (tab) this.setTab(tab);
    if (section || sections) {
      scrollToMap();
      this.choose((section || sections).split(";"), true);
    }
  }

  // ---- words for what is shown

  /** @returns {import("./dom.js").Label} */
  title() {
    const [a, b] = this.comparison.dates;
    const [zh, en] = pageTitle();
    return [`${zh}：${a} → ${b}`, `${en}: ${a} → ${b}`];
  }

  /** @returns {import("./dom.js").Label} */
  caption() {
    const [a, b] = this.comparison.dates;
    const views = {
      swipe: [`左为 ${a}，右为 ${b}。`, `Left: ${a}, right: ${b}.`],
      side: [`第一幅为 ${a}，第二幅为 ${b}。`, `First map: ${a}, second map: ${b}.`],
      diff: [`粗线为 ${a} 至 ${b} 的变化。`, `Thick lines change between ${a} and ${b}.`],
    };
    const tiles = all("#tiles > div").map(factOf);
    const [zh, en] = [0, 1].map((i) => tiles.map((texts) => texts[i]).join(i ? "; " : "；"));
    return [
      `${views[this.view][0]}${zh}${zh ? "。" : ""}`,
      `${views[this.view][1]} ${en}${en ? "." : ""}`,
    ];
  }

  /** The line between the two dates, and what each map or half shows. */
  marks(map, view) {
    const dates = this.comparison.dates.map(String);
    const { width } = view.size;
    if (this.view === "side") return dateMarks([dates[map === this.map ? 0 : 1]], width / 2);
    if (this.view === "diff") return dateMarks([dates.join(" → ")], width / 2);
    const at = map.containerPointToLatLng([(map.getSize().x * this.swipe) / 100, 0]);
    const { x } = view.toPoint(at);
    const line = { x1: x, x2: x, y1: 0, y2: view.size.height };
    return [
      svgElement("line", { ...line, stroke: INK, "stroke-width": 5 }),
      svgElement("line", { ...line, stroke: "#fff", "stroke-width": 3 }),
      ...dateMarks(dates, x),
    ];
  }

  // ---- state

  restore() {
    const state = getState();
    const swipe = state.get("swipe") || "";
    const keepAddress = true;
    this.setTab(choiceOf("tab", state.get("tab")), { keepAddress });
    this.setDates(this.datesFrom(state), { keepAddress });
    this.setView(choiceOf("view", state.get("view"), "swipe"));
    this.restoreSection(state.get("section"));
    this.setSwipe(/^\d{1,3}$/.test(swipe) ? Number(swipe) : 50, { keepAddress });
  }

  datesFrom(state) {
    const { keys, data } = this.comparison;
    return ["a", "b"].map((name, k) => {
      const wanted = keys.indexOf(state.get(name));
      return wanted < 0 ? keys.indexOf(data.start[k]) : wanted;
    });
  }

  restoreSection(id) {
    const isKnown = ownValue(this.lines.sections, id);
    if (isKnown && this.chosen?.[0] !== id) this.choose([id], true);
    else if (!isKnown && this.chosen) this.choose(null);
  }
}

/** One date in the middle, or two at the sides of it. */
function dateMarks(dates, x) {
  const text = {
    y: 28,
    fill: "#fff",
    "font-size": 17,
    "font-weight": 700,
    "text-anchor": "middle",
  };
  return dates.flatMap((date, i) => {
    const width = 20 + date.length * 9.6;
    const left = dates.length === 1 ? x - width / 2 : i ? x + 4 : x - width - 4;
    const box = { x: left, y: 8, width, height: 28, rx: 6, fill: "#17344c" };
    const font = { "font-family": getComputedStyle(document.body).fontFamily };
    return [
      svgElement("rect", box),
      svgElement("text", { ...text, ...font, x: left + width / 2 }, date),
    ];
  });
}

/** What the address asks for, where there is a button for it. */
function choiceOf(group, wanted, standard) {
  const known = all(`[data-${group}]`).map((button) => button.dataset[group]);
  return known.includes(wanted) ? wanted : (standard ?? known[0]);
}

/** The ends of the years are the whole numbers. */
function decimalYear(day) {
  const [year, month, date] = day.split("-").map(Number);
  const [from, to] = [Date.UTC(year - 1, 11, 31), Date.UTC(year, 11, 31)];
  return year - 1 + (Date.UTC(year, month - 1, date) - from) / (to - from);
}

export function compare(map, groups, base, looks, settings) {
  startPage();
  const page = new ComparePage(map, groups, base, looks, settings);
  const size = map.getSize();
  if (size.x < 500 || size.y < 480) one(".key-list").open = false;
  page.showMain();
  page.labels.push(new PlaceLabels(map, placeNames()));
  page.restore();
  onAddressChange(() => page.restore());
  addPublishing("compare", {
    title: () => page.title(),
    caption: () => page.caption(),
    marks: (map, view) => page.marks(map, view),
  });
  markReady();
}
