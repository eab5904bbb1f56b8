// The page of critical links: closing one shows what it costs and where the traffic goes then.

import { getHash, getState, onAddressChange, setHash, setState } from "./address.js";
import { ChoiceCard, markRows, onRow } from "./choice.js";
import { Areas } from "./criticality-areas.js";
import { linkCard } from "./criticality-card.js";
import { Closure } from "./criticality-closure.js";
import { fillLegend } from "./criticality-legend.js";
import { Links } from "./criticality-links.js";
import {
  all,
  bilingual,
  element,
  markReady,
  onButton,
  onEscape,
  one,
  pressButton,
  tooltipOf,
} from "./dom.js";
import { PlaceLabels, placeNames } from "./labels.js";
import { textsOf } from "./language.js";
import { createPanes, INK, prepareMap, reducedMotion, zoomFactor } from "./map.js";
import { fixed, fixedOrLess, people } from "./numbers.js";
import { startPage } from "./page.js";
import { addPublishing } from "./publish.js";

const AREAS = "areas";
const PANES = {
  areas: 405,
  "loss-casing": 410,
  "loss-line": 411,
  was: 425,
  way: 430,
  closed: 435,
  hit: 450,
  discs: 455,
  marks: 465,
  cross: 620,
};

class CriticalityPage {
  constructor(map, settings) {
    this.map = map;
    this.frame = map.getContainer();
    this.card = new ChoiceCard();
    this.legend = one(".key-list");
    this.mode = "";
    this.chosen = null;
    this.area = -1;
    this.labels = null;
    prepareMap(map, settings, () => this.showAll());
    createPanes(map, PANES, "hit");
    this.links = new Links();
    this.shown = L.layerGroup().addTo(map);
    this.marks = L.layerGroup().addTo(map);
    this.closure = new Closure(map, this.links);
    this.areas = null;
    if (this.links.data.areas) {
      const lines = this.links.list.map((link) => link.points);
      this.areas = new Areas(map, this.links.data, lines, (i) => this.chooseArea(i, true));
    }
    this.addListeners();
  }

  loss(link) {
    return this.links.loss(link, this.mode);
  }

  // ---- the links of a mode

  tooltip(link) {
    const { extra, cutOff } = this.loss(link);
    const time = fixedOrLess(extra, 2);
    const people = fixed(cutOff, 0);
    const cut = bilingual([`断联 ${people} 人`, `${people} people cut off`]);
    return tooltipOf(
      link.name,
      bilingual(link.ends),
      bilingual([`平均多花 ${time} 分钟`, `+${time} min on average`]),
      cutOff ? element("b", { class: "cut" }, cut) : null,
    );
  }

  widthOf(extra) {
    const { widths } = this.links.data;
    return widths.findLast(([from]) => extra >= from)?.[1] ?? widths[0][1];
  }

  style(link) {
    const { extra, cutOff, pairs } = this.loss(link);
    const width = this.widthOf(extra) * zoomFactor(this.map.getZoom());
    const frame = { color: INK, opacity: 1, weight: width + 7 };
    const casing = { color: "#fff", opacity: 0.92, weight: width + 2.4 };
    link.line.setStyle({ weight: width, opacity: pairs ? 1 : 0.6 });
    link.casing.setStyle(cutOff ? frame : casing);
    link.rim.setStyle({ weight: width + 3 });
  }

  draw() {
    this.shown.clearLayers();
    this.marks.clearLayers();
    if (this.mode === AREAS) this.shown.addLayer(this.areas.group);
    document.documentElement.classList.toggle("by-area", this.mode === AREAS);
    const links = this.links.list.filter((link) => this.loss(link));
    links.sort((a, b) => this.loss(a).extra - this.loss(b).extra);
    for (const link of links) {
      const { cutOff } = this.loss(link);
      this.style(link);
      const parts = [link.casing, ...(cutOff ? [link.rim] : []), link.line, link.hit];
      for (const part of parts) this.shown.addLayer(part);
      if (cutOff) this.markCut(link);
    }
  }

  /** A mark on a link whose loss cuts people off. */
  markCut(link) {
    const icon = L.divIcon({ className: "cut-mark", html: element("i"), iconSize: [16, 16] });
    const options = { pane: "marks", interactive: false, keyboard: false, icon };
    this.marks.addLayer(L.marker(link.middle, options));
  }

  // ---- the chosen link

  choose(link, { fromMap = false } = {}) {
    this.chosen = link;
    const bounds = this.closure.draw(link, this.links.detail(link, this.mode));
    this.frame.classList.add("has-choice");
    document.documentElement.classList.add("chosen-link");
    this.card.fill(linkCard(link, this.links, this.mode, () => this.leave()));
    setState({ mode: this.mode, link: link.id });
    markRows([one(`[data-ranking="${this.mode}"] tr[data-link="${link.index}"]`)]);
    if (!fromMap || !this.map.getBounds().contains(bounds)) this.lookAt(bounds);
    this.labels?.place();
  }

  chooseArea(index, fromMap = false) {
    this.leave();
    this.area = index;
    const bounds = this.areas.mark(index);
    this.card.fill(this.areas.card(index, () => this.leave()));
    setState({ mode: AREAS, area: index });
    markRows([one(`[data-ranking="${AREAS}"] tr[data-area="${index}"]`)]);
    if (!fromMap && !this.map.getBounds().contains(bounds)) this.lookAt(bounds, 8);
  }

  leaveArea() {
    if (this.area < 0) return;
    this.clearChoice();
    this.area = -1;
    this.areas.mark(-1);
    setState({ area: null });
  }

  leave() {
    this.leaveArea();
    if (!this.chosen) return;
    this.clearChoice();
    this.chosen = null;
    this.closure.clear();
    this.frame.classList.remove("has-choice");
    document.documentElement.classList.remove("chosen-link");
    setState({ link: null });
  }

  clearChoice() {
    markRows([]);
    this.card.clear();
  }

  // ---- the view

  /** Pixels that the open legend takes of the width. */
  legendWidth() {
    if (!this.legend.open || this.frame.clientWidth <= 500) return 0;
    return this.legend.offsetLeft + this.legend.offsetWidth + 24;
  }

  lookAt(bounds, maxZoom = Math.max(10, this.map.options.zoom + 1)) {
    const isWide = this.frame.clientWidth > 500;
    this.map.fitBounds(bounds, {
      animate: !reducedMotion.matches,
      maxZoom,
      paddingTopLeft: [Math.max(this.legendWidth(), 40), isWide ? 80 : 64],
      paddingBottomRight: [isWide ? 60 : 30, 50],
    });
  }

  showAll() {
    const { cities } = this.links.data;
    const bounds = L.latLngBounds(cities.map((_, i) => this.links.cityAt(i)));
    if (this.chosen || !bounds.isValid()) return;
    this.map.fitBounds(bounds, {
      animate: false,
      paddingTopLeft: [Math.max(20, this.legendWidth() / 2), 20],
      paddingBottomRight: [10, 20],
      maxZoom: Math.max(9, this.map.options.zoom + 1),
    });
  }

  addNames() {
    this.labels = new PlaceLabels(this.map, placeNames(), () => {
      if (!this.chosen) return [];
      const { x, y } = this.map.latLngToLayerPoint(this.chosen.middle);
      return [[x - 14, y - 14, x + 14, y + 14]];
    });
  }

  // ---- words for what is shown

  /** @returns {import("./dom.js").Label} */
  caption() {
    if (this.area >= 0) return this.areas.caption(this.area);
    const mode = textsOf(one(`[data-mode="${this.mode}"]`));
    const ranking = one(`[data-ranking="${this.mode}"] caption`);
    if (!this.chosen) return ranking ? textsOf(ranking) : mode;
    const { name, ends } = this.chosen;
    const { extra, cutOff } = this.loss(this.chosen);
    const time = fixedOrLess(extra, 2);
    const [zh, en] = people(cutOff);
    return [
      `中断${name[0]}（${ends[0]}），${mode[0]}：城市之间平均多花 ${time} 分钟${cutOff ? `，${zh}人断了联系` : ""}。`,
      `${name[1]} (${ends[1]}) closed, ${mode[1]}: ${time} min longer between cities on average${cutOff ? `, ${en} people cut off` : ""}.`,
    ];
  }

  // ---- listeners and state

  setMode(mode) {
    if (mode === this.mode) return;
    const { chosen } = this;
    this.leave();
    this.mode = mode;
    pressButton("mode", mode);
    for (const block of all("[data-ranking]")) block.hidden = block.dataset.ranking !== mode;
    one("[data-jump]")?.setAttribute("href", `#losses-${mode}`);
    this.draw();
    setState({ mode });
    if (chosen && mode !== AREAS && this.loss(chosen)) this.choose(chosen);
  }

  addListeners() {
    this.map.on("zoomend", () => {
      for (const link of this.links.list) {
        if (this.loss(link)) this.style(link);
      }
    });
    for (const link of this.links.list) {
      link.hit.bindTooltip(() => this.tooltip(link), { sticky: true, direction: "top" });
      link.hit.on("click", () => this.choose(link, { fromMap: true }));
      link.hit.on("mouseover", () =>
        link.line.setStyle({ weight: link.line.options.weight + 2.5 }),
      );
      link.hit.on("mouseout", () => this.style(link));
    }
    onButton("mode", (mode) => this.setMode(mode));
    this.addTableListeners();
    this.map.on("click", () => this.leave());
    onEscape(() => this.leave());
    window.addEventListener("beforeprint", () => {
      this.legend.open = true;
    });
  }

  addTableListeners() {
    onRow("link", (link) => this.choose(this.links.list[link]));
    onRow("area", (area) => this.chooseArea(Number(area)));
    for (const button of all("[data-more]")) {
      button.addEventListener("click", () => button.closest(".ranking").classList.add("all"));
    }
  }

  restore() {
    const state = getState();
    const link = this.links.byId[state.get("link")];
    this.restoreMode(state.get("mode"));
    const area = Number(state.get("area") ?? -1);
    if (this.mode === AREAS && this.areas.list[area]) {
      this.chooseArea(area);
      return;
    }
    if (!link || !this.loss(link)) this.leave();
    else if (link !== this.chosen) this.choose(link);
  }

  /** Choosing a mode must not change the address that is being read. */
  restoreMode(wanted) {
    const known = [...this.links.modes, ...(this.areas ? [AREAS] : [])];
    const mode = known.includes(wanted) ? wanted : this.mode || known[0];
    if (mode === this.mode) return;
    this.chosen = null;
    this.closure.clear();
    const address = getHash();
    this.setMode(mode);
    setHash(address);
  }
}

export function criticality(map, settings) {
  startPage();
  const page = new CriticalityPage(map, settings);
  fillLegend(page.links.data);
  if (page.areas) one(".key-list").append(page.areas.legend());
  if (page.frame.clientWidth < 500 || page.frame.clientHeight < 560) page.legend.open = false;
  page.restore();
  page.showAll();
  page.addNames();
  onAddressChange(() => page.restore());
  addPublishing("criticality", { caption: () => page.caption() });
  markReady();
}
