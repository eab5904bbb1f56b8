// The same journey over the years: minutes by mode on a few dates, with the 90 % interval.
import { svgElement } from "./dom.js";
import { isEnglish, translatedName } from "./language.js";

const [WIDTH, HEIGHT] = [460, 170];
const EDGE = { left: 38, right: 88, top: 12, bottom: 24 };

/**
 * @typedef {Object} Series
 * @property {string} color
 * @property {import("./dom.js").Label} name
 * @property {({min: number, low: number, high: number} | null)[]} values by date
 */

/** A round step that leaves about four lines. */
function stepOf(top) {
  return [10, 15, 20, 30, 60, 120, 180, 240, 480].find((step) => top / step <= 5) ?? 600;
}

/**
 * @param {{year: number, text: import("./dom.js").Label, now?: boolean}[]} dates
 * @param {Series[]} series the last is drawn on top
 * @param {import("./dom.js").Label} name
 */
export function yearsChart(dates, series, name) {
  const values = series.flatMap((one) => one.values.filter(Boolean));
  const top = Math.max(...values.map((value) => Math.min(value.high, value.min * 1.5)), 30);
  const step = stepOf(top);
  const scale = scaleOf(dates, Math.ceil(top / step) * step);
  return svgElement(
    "svg",
    {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: "img",
      class: "years-chart",
      ...translatedName(name),
    },
    axes(dates, step, scale),
    series.map((one) => bandOf(one, dates, scale)),
    series.map((one) => lineOf(one, dates, scale)),
    namesOf(series, scale),
  );
}

function scaleOf(dates, ceiling) {
  const [first, last] = [dates[0].year, dates.at(-1).year];
  const inner = WIDTH - EDGE.left - EDGE.right - 24;
  return {
    ceiling,
    x: (year) => EDGE.left + 12 + ((year - first) / Math.max(last - first, 1)) * inner,
    y: (minutes) =>
      HEIGHT -
      EDGE.bottom -
      (Math.min(minutes, ceiling) / ceiling) * (HEIGHT - EDGE.top - EDGE.bottom),
  };
}

function axes(dates, step, { ceiling, x, y }) {
  const shapes = [];
  for (let minutes = 0; minutes <= ceiling; minutes += step) {
    const d = `M${EDGE.left} ${y(minutes)}H${WIDTH - EDGE.right}`;
    shapes.push(svgElement("path", { d, class: "grid" }));
    const place = { x: EDGE.left - 6, y: y(minutes) + 4, "text-anchor": "end" };
    shapes.push(svgElement("text", place, minutes));
  }
  for (const { year, text, now } of dates) {
    const place = { x: x(year), y: HEIGHT - 6, "text-anchor": "middle", class: now ? "now" : null };
    shapes.push(svgElement("text", place, text[isEnglish() ? 1 : 0]));
    if (now) {
      shapes.push(
        svgElement("path", { d: `M${x(year)} ${EDGE.top}V${HEIGHT - EDGE.bottom}`, class: "now" }),
      );
    }
  }
  return shapes;
}

const known = (one, dates) =>
  dates.map(({ year }, i) => ({ year, value: one.values[i] })).filter(({ value }) => value);

function bandOf(one, dates, { x, y }) {
  const points = known(one, dates);
  const upper = points.map(({ year, value }) => `${x(year)} ${y(value.high)}`);
  const lower = points.map(({ year, value }) => `${x(year)} ${y(value.low)}`).toReversed();
  if (points.length < 2) return [];
  const d = `M${[...upper, ...lower].join("L")}Z`;
  return [svgElement("path", { d, fill: one.color, "fill-opacity": 0.13 })];
}

function lineOf(one, dates, { x, y }) {
  const points = known(one, dates);
  const d = `M${points.map(({ year, value }) => `${x(year)} ${y(value.min)}`).join("L")}`;
  const line = { d, fill: "none", stroke: one.color, "stroke-width": 2.2, class: "years-line" };
  const dots = points.map(({ year, value }) => {
    const place = { cx: x(year), cy: y(value.min), r: 3.6, fill: "#fff", stroke: one.color };
    const dot = svgElement("circle", { ...place, "stroke-width": 2.2 });
    dot.append(
      svgElement(
        "title",
        {},
        `${Math.round(value.min)} (${Math.round(value.low)}–${Math.round(value.high)})`,
      ),
    );
    return dot;
  });
  return points.length ? [svgElement("path", line), ...dots] : [];
}

/** The name of each line at its end; names keep their distance. */
function namesOf(series, { y }) {
  const ends = series
    .map((one) => ({ one, value: one.values.findLast(Boolean) }))
    .filter(({ value }) => value)
    .map(({ one, value }) => ({ one, value, at: y(value.min) }))
    .sort((a, b) => a.at - b.at);
  for (const [i, end] of ends.entries()) {
    if (i) end.at = Math.max(end.at, ends[i - 1].at + 14);
  }
  return ends.map(({ one, value, at }) => {
    const text = `${one.name[isEnglish() ? 1 : 0]} ${Math.round(value.min)}`;
    return svgElement("text", { x: WIDTH - EDGE.right + 4, y: at + 4, class: "end" }, text);
  });
}
