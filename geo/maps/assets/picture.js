// A picture of the view for print and posts: title, map, legend, credit and date, in three shapes.

import { all, element, one, svgElement } from "./dom.js";
import { paint, standalone } from "./dom-picture.js";
import { isEnglish, pick, textIn } from "./language.js";
import { legendGroups } from "./legend-picture.js";
import { maps } from "./map.js";
import { mapPicture } from "./map-picture.js";
import { inLight } from "./theme.js";

/** Width and height of the layout, in pixels; a PNG has twice as many. */
export const SHAPES = { "16:9": [1280, 720], "1:1": [960, 960], "9:16": [720, 1280] };
const PNG_SCALE = 2;
/** Pixels of the letters of a legend, from what is wanted to what can still be read. */
const LETTERS = [13, 12, 11, 10, 9];
const BETWEEN = 6;

/** Credit and dates, as the foot of the page has them. */
const credits = () =>
  all(".foot p")
    .slice(0, 2)
    .map((line) => textIn(line));

/** @param {any} content `title, caption, legend` of the page */
function posterOf(content, [width, height]) {
  const shape = width > height ? "wide" : width < height ? "tall" : "square";
  const groups = legendGroups(content.legend());
  const map = element("div", { class: "poster-map" });
  const legend = element("div", { class: "poster-legend" }, groups);
  const head = element(
    "header",
    {},
    element("h2", {}, pick(content.title())),
    element("p", {}, pick(content.caption())),
  );
  const foot = element(
    "footer",
    {},
    credits().map((line) => element("p", {}, line)),
  );
  const node = element("div", { class: `poster poster-${shape}` }, head, map, legend, foot);
  node.style.width = `${width}px`;
  node.style.height = `${height}px`;
  legend.hidden = !groups.length;
  return { node, map, legend };
}

/** A long legend gets smaller letters rather than less map. */
function fitLegend({ node, legend }) {
  for (const size of LETTERS) {
    node.style.setProperty("--letters", `${size}px`);
    if (
      legend.scrollHeight <= legend.clientHeight + 1 &&
      legend.scrollWidth <= legend.clientWidth + 1
    )
      return;
  }
}

const isShown = (map) => map.getContainer().checkVisibility();

/** Every map that the page shows, beside or above each other. */
function mapShapes(frame, content) {
  const shown = maps.filter(isShown);
  if (!shown.length) return drawingShapes(frame, content.drawing?.());
  const isRow = frame.width >= frame.height;
  const gaps = BETWEEN * (shown.length - 1);
  const width = isRow ? (frame.width - gaps) / shown.length : frame.width;
  const height = isRow ? frame.height : (frame.height - gaps) / shown.length;
  return shown.map((map, i) => {
    const { group, view } = mapPicture(map, width, height);
    const x = isRow ? i * (width + BETWEEN) : 0;
    const y = isRow ? 0 : i * (height + BETWEEN);
    group.append(...scaleBar(view), ...(content.marks?.(map, view) ?? []));
    // nothing reaches out of its frame
    return svgElement("svg", { x, y, width, height, overflow: "hidden" }, group);
  });
}

/** Kilometres in a round number, at the lower left. */
function scaleBar(view) {
  const { width, height } = view.size;
  const at = (x) => view.map.unproject([view.origin.x + x, view.origin.y + height - 20], view.zoom);
  const kilometre = 100000 / view.map.distance(at(0), at(100));
  const most = width * 0.2;
  const rounds = [1, 2, 5, 10, 20, 50, 100, 200, 500];
  const km = rounds.findLast((length) => length * kilometre <= most) ?? 1;
  const end = 14 + km * kilometre;
  const ink = { fill: "none", stroke: "#1d2a35", "stroke-width": 1.6 };
  const text = { x: 18, y: height - 21, fill: "#1d2a35", "font-size": 11.5, "font-family": font() };
  const halo = { stroke: "#fff", "stroke-width": 3, "paint-order": "stroke" };
  return [
    svgElement("path", {
      d: `M14 ${height - 22}V${height - 15}H${end.toFixed(1)}V${height - 22}`,
      ...ink,
    }),
    svgElement("text", { ...text, ...halo }, `${km} km`),
  ];
}

const font = () => getComputedStyle(document.body).fontFamily;

/** The drawing of a page without a map, as large as its frame allows. */
function drawingShapes({ width, height }, drawing) {
  if (!drawing) return [];
  const copy = standalone(drawing);
  const frame = { x: 0, y: 0, width, height, preserveAspectRatio: "xMidYMid meet" };
  for (const [key, value] of Object.entries(frame)) copy.setAttribute(key, String(value));
  return [copy];
}

/**
 * The picture as the text of an SVG that needs nothing else.
 * @param {any} content `title, caption, legend, drawing, marks` of the page
 * @param {string} shape
 */
export function pictureOf(content, shape) {
  return inLight(() => {
    const [width, height] = SHAPES[shape];
    const poster = posterOf(content, SHAPES[shape]);
    document.body.append(poster.node);
    fitLegend(poster);
    const origin = poster.node.getBoundingClientRect();
    const frame = poster.map.getBoundingClientRect();
    const transform = `translate(${frame.x - origin.x} ${frame.y - origin.y})`;
    const svg = svgElement(
      "svg",
      {
        xmlns: "http://www.w3.org/2000/svg",
        viewBox: `0 0 ${width} ${height}`,
        width,
        height,
        lang: isEnglish() ? "en" : "zh-CN",
      },
      svgElement("title", {}, pick(content.title())),
      svgElement("desc", {}, pick(content.caption())),
      paint(poster.node, origin),
      svgElement("g", { transform }, mapShapes(frame, content)),
    );
    poster.node.remove();
    return new XMLSerializer().serializeToString(svg);
  });
}

/**
 * The same as a PNG.
 * @param {string} text of the SVG
 * @param {string} shape
 * @returns {Promise<Blob>}
 */
export async function pngOf(text, shape) {
  const image = new Image();
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  image.src = url;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = SHAPES[shape].map((side) => side * PNG_SCALE);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(url);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** Where the legend of a page stands. */
export const pageLegend = () => one(".key-list") ?? one(".key-panel") ?? one("#sheet-legend");
