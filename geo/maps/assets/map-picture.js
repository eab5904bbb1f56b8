// A map as a drawing of its own: its layers, the names of places and its background.

import { all, element, svgElement } from "./dom.js";
import { paint } from "./dom-picture.js";
import { placeLabels } from "./labels.js";

/** Steps of fewer pixels are left out. */
const SMALLEST_STEP = 0.6;
/** How much lines and signs may be drawn thinner or thicker than on the screen. */
const STROKES = [0.75, 1.4];
const GROUND = "#f6f7f3";
const RELIEF_OPACITY = 0.62;
const FAR = 1e5;
const round = (number) => Math.round(number * 10) / 10;

/** What part of a map lies free of the panels at its sides, in pixels of its container. */
function freeArea(map) {
  const box = map.getContainer().getBoundingClientRect();
  let [left, right] = [0, box.width];
  for (const side of all(".side")) {
    const { left: from, right: to, width } = side.getBoundingClientRect();
    if (!width || getComputedStyle(side).display === "contents") continue;
    if (from - box.left < box.right - to) left = Math.max(left, to - box.left);
    else right = Math.min(right, from - box.left);
  }
  return right - left > 240
    ? { left, right, height: box.height }
    : { left: 0, right: box.width, height: box.height };
}

/** The middle and the scale of a picture that shows what the screen shows, and nothing beyond the background. */
export class PictureView {
  /** @param {L.Map} map @param {number} width @param {number} height */
  constructor(map, width, height) {
    const { left, right, height: high } = freeArea(map);
    const fitting = Math.min(width / (right - left), height / high);
    const ground = groundBounds(map);
    this.map = map;
    this.size = { width, height };
    this.scale = Math.max(fitting, coveringScale(map, ground, width, height));
    this.stroke = Math.max(STROKES[0], Math.min(STROKES[1], this.scale));
    this.zoom = map.getZoom() + Math.log2(this.scale);
    const middle = map.containerPointToLatLng([(left + right) / 2, high / 2]);
    const { x, y } = map.project(middle, this.zoom);
    this.origin = { x: x - width / 2, y: y - height / 2 };
    if (ground) this.keepOn(ground);
  }

  keepOn(bounds) {
    const [from, to] = [bounds.getNorthWest(), bounds.getSouthEast()].map((corner) =>
      this.map.project(corner, this.zoom),
    );
    const within = (at, size, low, high) =>
      high - low < size ? at : Math.min(Math.max(at, low), high - size);
    this.origin.x = within(this.origin.x, this.size.width, from.x, to.x);
    this.origin.y = within(this.origin.y, this.size.height, from.y, to.y);
  }

  /** @returns {L.Point} */
  toPoint(at) {
    return this.map.project(at, this.zoom).subtract([this.origin.x, this.origin.y]);
  }

  isInside({ x, y }) {
    return x > -20 && y > -20 && x < this.size.width + 20 && y < this.size.height + 20;
  }

  contains(at) {
    return this.isInside(this.toPoint(at));
  }
}

/** @returns {L.LatLngBounds | null} */
function groundBounds(map) {
  let found = null;
  map.eachLayer((layer) => {
    if (layer instanceof L.ImageOverlay) found = layer.getBounds();
  });
  return found ?? (map.options.maxBounds ? L.latLngBounds(map.options.maxBounds) : null);
}

function coveringScale(map, bounds, width, height) {
  if (!bounds) return 0;
  const [from, to] = [bounds.getNorthWest(), bounds.getSouthEast()].map((corner) =>
    map.project(corner, map.getZoom()),
  );
  return Math.max(width / (to.x - from.x), height / (to.y - from.y));
}

/**
 * The drawing of a map, as a group.
 * @param {L.Map} map
 * @param {number} width
 * @param {number} height
 */
export function mapPicture(map, width, height) {
  const view = new PictureView(map, width, height);
  const layers = new Map();
  /** @param {any} layer */
  const note = (layer) => {
    const node = layer.getElement?.() ?? layer.getContainer?.();
    if (node) layers.set(node, layer);
  };
  map.eachLayer(note);
  const ground = svgElement("rect", { width, height, fill: GROUND });
  const shapes = paneShapes(map.getPane("mapPane"), { map, view, layers });
  return { group: svgElement("g", {}, ground, shapes), view };
}

const heightOf = (pane) => Number(getComputedStyle(pane).zIndex) || 0;

/** What a pane holds, in the order in which the screen shows it. */
function paneShapes(pane, drawing) {
  const shapes = [];
  const panes = [];
  for (const node of pane.children) {
    if (node.classList.contains("leaflet-pane")) panes.push(node);
    else shapes.push(...layerShapes(node, drawing));
  }
  for (const inner of panes.sort((a, b) => heightOf(a) - heightOf(b))) {
    const group = paneGroup(inner, drawing);
    if (group) shapes.push(group);
  }
  return shapes;
}

function paneGroup(pane, drawing) {
  const { display, opacity, filter, clipPath } = getComputedStyle(pane);
  if (display === "none") return null;
  const isNames = placeLabels(drawing.map)?.pane === pane;
  const shapes = isNames ? nameShapes(drawing) : paneShapes(pane, drawing);
  if (!shapes.length) return null;
  const group = svgElement("g", {
    opacity: opacity === "1" ? null : opacity,
    style: filter === "none" ? null : `filter:${filter}`,
  });
  if (clipPath.startsWith("polygon")) shapes.unshift(clipOf(clipPath, group, drawing));
  group.append(...shapes);
  return group;
}

/** A part of the screen that a pane is cut to; what reaches its edge goes on beyond it. */
function clipOf(polygon, group, { map, view }) {
  const size = map.getSize();
  const beyond = (at, most) => (at <= 0.5 ? -FAR : at >= most - 0.5 ? FAR : at);
  const corners = polygon
    .slice(8, -1)
    .split(",")
    .map((corner) => {
      const [x, y] = corner.trim().split(" ").map(Number.parseFloat);
      const at = map.layerPointToContainerPoint([x, y]);
      const own = view.toPoint(map.containerPointToLatLng(at));
      const [outX, outY] = [beyond(at.x, size.x), beyond(at.y, size.y)];
      return [outX === at.x ? own.x : outX, outY === at.y ? own.y : outY].map(round).join(" ");
    });
  const id = `cut-${corners.join("-").replaceAll(/[^\d-]/g, "_")}`;
  group.setAttribute("clip-path", `url(#${id})`);
  return svgElement("clipPath", { id }, svgElement("path", { d: `M${corners.join("L")}Z` }));
}

function layerShapes(node, drawing) {
  if (node.tagName === "svg") {
    const paths = all("path", node).map((path) => drawing.layers.get(path));
    return paths
      .filter(Boolean)
      .map((layer) => vectorShape(layer, drawing.view))
      .filter(Boolean);
  }
  const layer = drawing.layers.get(node);
  if (!layer) return [];
  if (layer instanceof L.ImageOverlay) return [reliefShape(layer, drawing.view)];
  if (layer instanceof L.GridLayer) return gridShapes(layer, drawing.view);
  return signShapes(node, layer, drawing);
}

/** A layer that can tell its lines is drawn; tiles of others are not. */
function gridShapes(layer, view) {
  const lines = layer.linesIn?.(view);
  if (!lines) return [];
  const { color, weight, opacity } = layer.look;
  const stroke = { stroke: color, "stroke-width": weight * view.stroke, opacity };
  return [svgElement("path", { d: lines, fill: "none", ...stroke })];
}

/** A marker or a lasting tooltip, as it stands on the page. */
function signShapes(node, layer, { map, view }) {
  if (layer instanceof L.Tooltip && !layer.options.permanent) return [];
  const at = view.toPoint(layer.getLatLng());
  if (!view.isInside(at)) return [];
  const frame = map.getContainer().getBoundingClientRect();
  const here = map.latLngToContainerPoint(layer.getLatLng());
  const shapes = paint(node, { x: frame.x + here.x, y: frame.y + here.y });
  const scale = view.stroke === 1 ? "" : ` scale(${round(view.stroke * 10) / 10})`;
  const transform = `translate(${round(at.x)} ${round(at.y)})${scale}`;
  return [svgElement("g", { transform }, shapes)];
}

function vectorShape(layer, view) {
  const look = lookOf(layer.options, view.stroke);
  if (!look) return null;
  if (layer instanceof L.CircleMarker) {
    const { x, y } = view.toPoint(layer.getLatLng());
    if (!view.isInside({ x, y })) return null;
    const radius = round(layer.getRadius() * view.stroke);
    return svgElement("circle", { cx: round(x), cy: round(y), r: radius, ...look });
  }
  const isClosed = layer instanceof L.Polygon;
  const data = ringsOf(layer.getLatLngs()).map((ring) => lineData(ring, view, isClosed));
  const d = data.join("");
  return d ? svgElement("path", { d, ...look }) : null;
}

/** What Leaflet draws a layer with; null for what cannot be seen. */
function lookOf(options, scale) {
  const isStroked = options.stroke !== false && options.opacity !== 0 && options.weight > 0;
  const isFilled = options.fill && options.fillOpacity !== 0;
  if (!isStroked && !isFilled) return null;
  const dash = options.dashArray;
  const lengths = typeof dash === "string" ? dash.split(/[ ,]+/).map(Number) : (dash ?? []);
  const line = {
    stroke: options.color,
    "stroke-width": round(options.weight * scale * 10) / 10,
    "stroke-opacity": options.opacity === 1 ? null : options.opacity,
    "stroke-linecap": options.lineCap,
    "stroke-linejoin": options.lineJoin,
    "stroke-dasharray": lengths.map((length) => round(length * scale * 10) / 10).join(" ") || null,
  };
  const area = {
    fill: options.fillColor ?? options.color,
    "fill-opacity": options.fillOpacity,
    "fill-rule": "evenodd",
  };
  return { ...(isFilled ? area : { fill: "none" }), ...(isStroked ? line : {}) };
}

/** Lines and rings, however deep they lie in a shape of several parts. */
function ringsOf(points) {
  if (!points.length) return [];
  return Array.isArray(points[0]) ? points.flatMap(ringsOf) : [points];
}

function lineData(ring, view, isClosed) {
  let [west, east, north, south] = [Infinity, -Infinity, Infinity, -Infinity];
  const points = ring.map((at) => {
    const { x, y } = view.toPoint(at);
    [west, east] = [Math.min(west, x), Math.max(east, x)];
    [north, south] = [Math.min(north, y), Math.max(south, y)];
    return { x, y };
  });
  const { width, height } = view.size;
  if (east < -20 || south < -20 || west > width + 20 || north > height + 20) return "";
  return `M${thinned(points).join("L")}${isClosed ? "Z" : ""}`;
}

function thinned(points) {
  const kept = [];
  let last = { x: Infinity, y: Infinity };
  for (const [i, point] of points.entries()) {
    const step = Math.abs(point.x - last.x) + Math.abs(point.y - last.y);
    if (step < SMALLEST_STEP && i < points.length - 1) continue;
    last = point;
    kept.push(`${round(point.x)} ${round(point.y)}`);
  }
  return kept;
}

/** The relief as faint as on the screen, in a form that every program opens. */
function reliefShape(layer, view) {
  const image = layer.getElement();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const pen = canvas.getContext("2d");
  pen.fillStyle = GROUND;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.globalAlpha = RELIEF_OPACITY;
  pen.globalCompositeOperation = "multiply";
  pen.drawImage(image, 0, 0);
  const bounds = layer.getBounds();
  const [from, to] = [bounds.getNorthWest(), bounds.getSouthEast()].map((at) => view.toPoint(at));
  return svgElement("image", {
    x: round(from.x),
    y: round(from.y),
    width: round(to.x - from.x),
    height: round(to.y - from.y),
    preserveAspectRatio: "none",
    href: canvas.toDataURL("image/jpeg", 0.88),
  });
}

/** The names that have room in the picture. */
function nameShapes({ map, view }) {
  const labels = placeLabels(map);
  const half = view.stroke;
  const obstacles = labels.obstacles().map(([west, north, east, south]) => {
    const middle = map.layerPointToLatLng([(west + east) / 2, (north + south) / 2]);
    const { x, y } = view.toPoint(middle);
    const [dx, dy] = [((east - west) / 2) * half, ((south - north) / 2) * half];
    return [x - dx, y - dy, x + dx, y + dy];
  });
  const sheet = element("div", { class: "picture-names" }, labels.nodesIn(view, obstacles));
  document.body.append(sheet);
  const { x, y } = sheet.getBoundingClientRect();
  const shapes = [...sheet.children].flatMap((node) => paint(node, { x, y }));
  sheet.remove();
  return shapes;
}
