// Elements of the page as shapes of a drawing: boxes, borders, lines of text, drawings within.
import { svgElement } from "./dom.js";

const round = (number) => Math.round(number * 100) / 100;
const pixels = (text) => Number.parseFloat(text) || 0;
const isClear = (color) => /^rgba\(.*, 0\)$|\/ 0\)$|^transparent$/.test(color);

/** What a style sheet may say of a shape; a drawing that stands alone has to hold it itself. */
const SHAPE_STYLES = [
  "fill",
  "fill-opacity",
  "fill-rule",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "opacity",
  "paint-order",
  "font-family",
  "font-size",
  "font-weight",
];
const PLAIN = ["none", "normal", "auto", "1", "nonzero", "butt", "miter"];

/** @type {CanvasRenderingContext2D} */
let pen;

/** How far the letters of a font reach above and below their base line. */
function reachOf(font) {
  pen ??= document.createElement("canvas").getContext("2d");
  pen.font = font;
  const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = pen.measureText("国g");
  return { up, down };
}

/**
 * The shapes of an element and what is in it, as it stands on the page.
 * @param {any} node
 * @param {{x: number, y: number}} origin of the drawing, in the window
 * @returns {any[]}
 */
export function paint(node, origin) {
  const style = getComputedStyle(node);
  if (style.display === "none" || style.visibility === "hidden") return [];
  if (style.transform !== "none") return [paintTurned(node, style, origin)];
  if (node instanceof SVGSVGElement) return [copyOf(node, origin)];
  const shapes = boxShapes(node.getBoundingClientRect(), style, origin);
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) shapes.push(...textShapes(child, style, origin));
    else if (child.nodeType === Node.ELEMENT_NODE) shapes.push(...paint(child, origin));
  }
  for (const kind of ["::before", "::after"]) shapes.push(...madeShapes(node, kind, origin));
  return withOpacity(shapes, style.opacity);
}

function withOpacity(shapes, opacity) {
  if (opacity === "1" || !shapes.length) return shapes;
  return [svgElement("g", { opacity }, shapes)];
}

/** What is moved or turned is measured as if it were not, and then moved in the drawing. */
function paintTurned(node, style, origin) {
  const { transform, transformOrigin } = style;
  const kept = node.style.cssText;
  node.style.transition = "none";
  node.style.transform = "none";
  const box = node.getBoundingClientRect();
  const [x, y] = transformOrigin.split(" ").map(pixels);
  const [atX, atY] = [round(box.x - origin.x + x), round(box.y - origin.y + y)];
  const flat = transform.startsWith("matrix3d") ? flatOf(transform) : transform;
  const move = `translate(${atX} ${atY}) ${flat} translate(${-atX} ${-atY})`;
  const group = svgElement("g", { transform: move }, paint(node, origin));
  node.style.cssText = kept;
  return group;
}

/** The part of a transformation in space that lies in the plane. */
function flatOf(text) {
  const values = text.slice(9, -1).split(",").map(Number);
  const indices = [0, 1, 4, 5, 12, 13];
  return `matrix(${indices.map((i) => values[i]).join(",")})`;
}

function boxShapes(box, style, origin) {
  const border = pixels(style.borderLeftWidth);
  const hasLine = border > 0 && style.borderLeftStyle !== "none";
  const isFilled = !isClear(style.backgroundColor);
  if (!box.width || !box.height || !(isFilled || hasLine)) return [];
  const inset = hasLine ? border / 2 : 0;
  const [width, height] = [box.width - 2 * inset, box.height - 2 * inset];
  const radius = style.borderTopLeftRadius;
  const corner = radius.endsWith("%") ? Math.min(width, height) / 2 : pixels(radius);
  const frame = {
    x: round(box.x - origin.x + inset),
    y: round(box.y - origin.y + inset),
    width: round(width),
    height: round(height),
    rx: corner ? round(Math.min(corner, width / 2, height / 2)) : null,
  };
  const fill = isFilled ? style.backgroundColor : "none";
  const line = { stroke: style.borderLeftColor, "stroke-width": border };
  const dash = style.borderLeftStyle === "dashed" ? "5 3" : null;
  return [
    svgElement("rect", { ...frame, fill, ...(hasLine ? line : {}), "stroke-dasharray": dash }),
    ...topLine(frame, border, style),
  ];
}

/** A line above that is thicker than those at the sides. */
function topLine({ x, y, width }, border, style) {
  const height = pixels(style.borderTopWidth);
  if (height <= border) return [];
  return [svgElement("rect", { x, y, width, height, fill: style.borderTopColor })];
}

/** Boxes that the style sheet adds before and after what is in an element. */
function madeShapes(node, kind, origin) {
  const style = getComputedStyle(node, kind);
  if (style.content === "none" || style.content === "normal" || style.position !== "absolute")
    return [];
  const [width, height] = [pixels(style.width), pixels(style.height)];
  const outer = node.getBoundingClientRect();
  const own = getComputedStyle(node);
  const box = new DOMRect(
    outer.x + pixels(own.borderLeftWidth) + pixels(style.left),
    outer.y + pixels(own.borderTopWidth) + pixels(style.top),
    width,
    height,
  );
  const shapes = boxShapes(box, style, origin);
  if (style.transform === "none" || !shapes.length) return shapes;
  const middle = [box.x - origin.x + width / 2, box.y - origin.y + height / 2].map(round);
  const back = middle.map((value) => -value);
  const move = `translate(${middle.join(" ")}) ${style.transform} translate(${back.join(" ")})`;
  return [svgElement("g", { transform: move }, shapes)];
}

/** A text as the lines that the page broke it into. */
function textShapes(node, style, origin) {
  const { fontFamily, fontSize, fontWeight, fontStyle } = style;
  const font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
  const { up, down } = reachOf(font);
  const halo = style.textShadow === "none" ? null : style.textShadow.match(/^rgba?\([^)]*\)/)?.[0];
  return linesOf(node).map(({ text, x, top, bottom }) => {
    const place = {
      x: round(x - origin.x),
      y: round((top + bottom - up - down) / 2 + up - origin.y),
      fill: style.color,
      "font-family": fontFamily,
      "font-size": fontSize,
      "font-weight": fontWeight,
      "font-style": fontStyle === "normal" ? null : fontStyle,
      "letter-spacing": style.letterSpacing === "normal" ? null : style.letterSpacing,
    };
    const around = { stroke: halo, "stroke-width": 3, "stroke-linejoin": "round" };
    return svgElement(
      "text",
      halo ? { ...place, ...around, "paint-order": "stroke" } : place,
      text,
    );
  });
}

function linesOf(node) {
  const range = document.createRange();
  const lines = [];
  for (let i = 0; i < node.data.length; i++) {
    range.setStart(node, i);
    range.setEnd(node, i + 1);
    const box = range.getBoundingClientRect();
    if (!box.width) continue;
    const last = lines.at(-1);
    if (last && Math.abs(last.top - box.top) < 2) last.text += node.data[i];
    else lines.push({ text: node.data[i], x: box.x, top: box.top, bottom: box.bottom });
  }
  return lines.filter(({ text }) => text.trim());
}

/** A drawing of the page, which then needs no style sheet. */
function copyOf(node, origin) {
  const box = node.getBoundingClientRect();
  const copy = standalone(node);
  const frame = { x: box.x - origin.x, y: box.y - origin.y, width: box.width, height: box.height };
  for (const [key, value] of Object.entries(frame)) copy.setAttribute(key, String(round(value)));
  return copy;
}

/** A copy of a drawing that holds the styles of its shapes. @param {any} node @returns {any} */
export function standalone(node) {
  const copy = node.cloneNode(false);
  const style = getComputedStyle(node);
  for (const name of SHAPE_STYLES) {
    const value = style.getPropertyValue(name);
    if (!PLAIN.includes(value) || node.getAttribute(name)) copy.setAttribute(name, value);
  }
  if (style.fill === "none") copy.setAttribute("fill", "none");
  for (const name of ["class", "style", "role", "tabindex"]) copy.removeAttribute(name);
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) copy.append(child.data);
    else if (getComputedStyle(child).display !== "none") copy.append(standalone(child));
  }
  return copy;
}
