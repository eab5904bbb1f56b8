// Names of places in the order of their importance; one that would cover another waits for
// more room.
import { element, pageData } from "./dom.js";
import { isEnglish, onLanguageChange } from "./language.js";

/** Pixels of the main and of the second language. */
const SIZES = {
  metropolis: [17, 11.5],
  city: [13.5, 10.5],
  town: [12, 9.5],
  river: [11.5, 10],
  province: [15, 11],
  point: [11.5, 9.5],
  route: [11.5, 0],
  shield: [10, 0],
};
const WITH_DOT = ["metropolis", "city", "town"];
const ON_LINE = ["river", "province", "route", "shield"];
/** A name stands beside its line, on either side. */
const ABOVE = [
  [0, -10],
  [0, 11],
];
const kindOf = (item) => item.kind.split(" ")[0];
const LETTER_SPACING = 1.35; // of provinces, by the style sheet
const PADDING = 3;

/** The names that most maps show: those of cities, rivers and neighbours. */
export const placeNames = () => [...pageData("data-cities"), ...pageData("data-areas")];

/** @type {WeakMap<L.Map, PlaceLabels>} */
const labelsOfMaps = new WeakMap();

/** The names on a map, where it has some. */
export const placeLabels = (map) => labelsOfMaps.get(map);

export class PlaceLabels {
  /**
   * @param {L.Map} map
   * @param {any[]} items `over`: may cover obstacles where there is no other room; `once`: the
   *   name of which one is enough
   * @param {() => number[][]} obstacles boxes, in pixels of the layer, that no label may cover
   */
  constructor(map, items, obstacles = () => []) {
    this.map = map;
    this.items = items;
    this.obstacles = obstacles;
    this.visible = true;
    this.pane = labelPane(map);
    this.pen = document.createElement("canvas").getContext("2d");
    this.family = getComputedStyle(document.body).fontFamily;
    labelsOfMaps.set(map, this);
    map.on("zoomend moveend resize", () => this.place());
    onLanguageChange(() => this.place());
    this.place();
  }

  show(visible) {
    this.visible = visible;
    this.place();
  }

  place() {
    const bounds = this.map.getBounds().pad(0.05);
    const screen = {
      zoom: this.map.getZoom(),
      contains: (at) => bounds.contains(at),
      toPoint: (at) => this.map.latLngToLayerPoint(at),
    };
    this.pane.replaceChildren(...this.nodesIn(screen, this.visible ? this.obstacles() : []));
  }

  /**
   * The names that have room in a view: that of the screen, or of a picture.
   * @param {{zoom: number, contains: (at: any) => boolean, toPoint: (at: any) => L.Point}} view
   * @param {number[][]} obstacles
   */
  nodesIn(view, obstacles) {
    if (!this.visible) return [];
    const taken = [...obstacles];
    const placed = new Set(); // of several places for one name the first with room is taken
    const nodes = [];
    const isShown = (item) => !item.hidden && view.zoom >= item.zoom && view.contains(item.at);
    for (const item of this.items.filter(isShown)) {
      if (item.once && placed.has(item.once)) continue;
      const at = view.toPoint(item.at);
      const box = this.measure(item);
      const own = item.over ? taken.slice(obstacles.length) : null;
      const offset = freeOffset(item, at, box, taken) ?? (own && freeOffset(item, at, box, own));
      if (!offset) continue;
      placed.add(item.once);
      taken.push(frameOf(item, at, box, offset), [at.x - 6, at.y - 6, at.x + 6, at.y + 6]);
      nodes.push(labelNode(item, at, offset));
    }
    return nodes;
  }

  measure(item) {
    const [main, second] = isEnglish() ? [item.en, item.zh] : [item.zh, item.en];
    const [large, small] = SIZES[kindOf(item)];
    this.pen.font = `700 ${large}px ${this.family}`;
    const spacing = item.kind === "province" ? LETTER_SPACING : 1;
    let width = this.pen.measureText(main).width * spacing;
    if (!small || item.kind === "river") return { width: width + 6, height: large + 5 };
    if (main === second) return { width: width + 4, height: large + 5 };
    this.pen.font = `${small}px ${this.family}`;
    width = Math.max(width, this.pen.measureText(second).width);
    return { width: width + 4, height: large + small + 5 };
  }
}

function labelPane(map) {
  const pane = map.createPane("labels");
  pane.style.zIndex = 480;
  pane.style.pointerEvents = "none";
  pane.classList.add("leaflet-zoom-hide");
  pane.setAttribute("aria-hidden", "true");
  return pane;
}

/**
 * Offsets of the middle of the text from the place: right, left, above, below, in between.
 * @returns {number[][]}
 */
function offsetsOf(item, box) {
  if (ON_LINE.includes(kindOf(item))) return item.kind === "route" ? ABOVE : [[0, 0]];
  const gap = item.gap || 8;
  const [x, y] = [box.width / 2 + gap, box.height / 2 + gap - 2];
  const sides = [
    [x, 0],
    [-x, 0],
    [0, -y],
    [0, y],
    [x * 0.8, -y * 0.8],
    [-x * 0.8, y * 0.8],
  ];
  const corners = [
    [x, y * 0.6],
    [x, -y * 0.6],
    [-x, y * 0.6],
    [-x, -y * 0.6],
  ];
  const inner = [
    [x * 0.4, y],
    [x * 0.4, -y],
    [-x * 0.4, y],
    [-x * 0.4, -y],
  ];
  return item.gap ? [...sides, ...corners, ...inner] : sides;
}

function frameOf(item, at, box, offset) {
  const [dx, dy] = offset;
  const turn = ((item.angle || 0) * Math.PI) / 180;
  const [sine, cosine] = [Math.abs(Math.sin(turn)), Math.cos(turn)];
  const width = cosine * box.width + sine * box.height;
  const height = sine * box.width + cosine * box.height;
  const [x, y] = [at.x + dx, at.y + dy];
  return [
    x - width / 2 - PADDING,
    y - height / 2 - PADDING,
    x + width / 2 + PADDING,
    y + height / 2 + PADDING,
  ];
}

const overlap = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

function freeOffset(item, at, box, taken) {
  return offsetsOf(item, box).find((offset) => {
    const frame = frameOf(item, at, box, offset);
    return !taken.some((other) => overlap(frame, other));
  });
}

function labelNode(item, at, offset) {
  const [dx, dy] = offset;
  const [zh, en] = [
    element("b", { lang: "zh-CN" }, item.zh),
    element("i", { lang: "en" }, item.en),
  ];
  // a name that is the same in both languages stands once
  const once = isEnglish() ? en : zh;
  const text = element("div", { class: "text" }, ...(item.zh === item.en ? [once] : [zh, en]));
  const turn = item.angle ? ` rotate(${item.angle}deg)` : "";
  const moved = ` translate(${dx}px,${dy}px)`; // beside a line it moves after it is turned
  text.style.transform = `translate(-50%,-50%)${turn && item.kind === "route" ? turn + moved : moved + turn}`;
  if (item.color) text.style.color = item.color;
  const node = element("div", { class: `label ${item.kind}` });
  if (WITH_DOT.includes(item.kind)) node.append(element("span", { class: "dot" }));
  node.append(text);
  L.DomUtil.setPosition(node, at);
  return node;
}
