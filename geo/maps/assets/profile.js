// The profile of a route: design speed along its kilometres, dashed where it is not open yet.
import { svgElement } from "./dom.js";
import { translatedName } from "./language.js";

const [WIDTH, HEIGHT] = [236, 92];
const [LEFT, RIGHT, TOP, BOTTOM] = [30, 6, 8, 18];

/**
 * @param {any[]} sections in the order of the route
 * @param {(section: any) => string} stageOf
 * @param {import("./dom.js").Label} name
 * @returns {SVGElement | null} null where no speed is known
 */
export function speedProfile(sections, stageOf, name) {
  const pieces = piecesOf(sections);
  const length = pieces.at(-1)?.to;
  const speeds = pieces.map((piece) => piece.speed).filter(Boolean);
  if (!speeds.length || !length) return null;
  const scale = scaleOf(length, Math.max(...speeds));
  const box = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", ...translatedName(name) };
  const lines = pieces.map((piece, i) =>
    pieceShapes(piece, pieces[i - 1], stageOf(piece.section), scale),
  );
  return svgElement("svg", box, speedAxis(scale), lengthAxis(scale), lines);
}

function piecesOf(sections) {
  let at = 0;
  return sections.map((section) => {
    const from = at;
    at += section.properties.running_km;
    return { from, to: at, speed: section.properties.design_speed_kmh, section };
  });
}

function scaleOf(length, fastest) {
  const step = fastest > 200 ? 100 : 40;
  const ceiling = Math.ceil(fastest / step) * step;
  return {
    length,
    step,
    ceiling,
    x: (km) => LEFT + (km / length) * (WIDTH - LEFT - RIGHT),
    y: (speed) => HEIGHT - BOTTOM - (speed / ceiling) * (HEIGHT - TOP - BOTTOM),
  };
}

function speedAxis({ step, ceiling, y }) {
  const shapes = [];
  for (let speed = 0; speed <= ceiling; speed += step) {
    const line = `M${LEFT} ${y(speed)}H${WIDTH - RIGHT}`;
    const place = { x: LEFT - 5, y: y(speed) + 4, "text-anchor": "end" };
    shapes.push(svgElement("path", { d: line, stroke: "#d8dee3" }));
    shapes.push(svgElement("text", place, speed));
  }
  return shapes;
}

function lengthAxis({ length, x }) {
  const anchors = { start: 0, middle: length / 2, end: length };
  return Object.entries(anchors).map(([anchor, km]) => {
    const text = Math.round(km) + (anchor === "end" ? " km" : "");
    return svgElement("text", { x: x(km), y: HEIGHT - 4, "text-anchor": anchor }, text);
  });
}

function pieceShapes(piece, before, stage, { x, y }) {
  const { speed, section } = piece;
  if (!speed) return [];
  const dash = stage === "construction" ? "7 4" : "2 3";
  const look = {
    class: "profile-line",
    stroke: section.group.color,
    "stroke-width": 3,
    fill: "none",
    "stroke-dasharray": stage === "open" ? null : dash,
  };
  const title = svgElement("title", {}, `${section.properties.name} ${speed} km/h`);
  const d = `M${x(piece.from)} ${y(speed)}H${x(piece.to)}`;
  const line = svgElement("path", { d, ...look }, title);
  if (!before?.speed || before.speed === speed) return [line];
  const change = `M${x(piece.from)} ${y(before.speed)}V${y(speed)}`;
  return [svgElement("path", { d: change, stroke: "#9aa5ae", "stroke-width": 1 }), line];
}
