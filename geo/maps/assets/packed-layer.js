// Many lines on a canvas: drawn tile by tile, thinned out to what the zoom shows.
import { unpackLines } from "./decoding.js";

/** Steps of fewer pixels cannot be seen. */
const SMALLEST_STEP = 1.2;

/** @param {{color: string, weight: number, opacity: number}} style */
export function packedLayer(text, style, pane) {
  let lines = null;
  /** @type {any} */
  const Layer = L.GridLayer.extend({
    createTile(coords) {
      const tile = emptyTile(this.getTileSize());
      if (lines) drawTile(tile, lines, style, coords, this.getTileSize());
      return tile;
    },
    /** The lines that a picture shows, as the data of a path. */
    linesIn: (view) => (lines ? pictureData(lines, view) : ""),
    look: style,
  });
  const layer = new Layer({ pane, updateWhenZooming: false, keepBuffer: 1 });
  unpackLines(text).then((unpacked) => {
    lines = unpacked;
    if (layer._map) layer.redraw();
  });
  return layer;
}

function emptyTile(size) {
  const tile = document.createElement("canvas");
  tile.width = size.x * pixelRatio();
  tile.height = size.y * pixelRatio();
  tile.setAttribute("role", "presentation");
  return tile;
}

const pixelRatio = () => window.devicePixelRatio || 1;

function drawTile(tile, lines, style, coords, size) {
  const pen = tile.getContext("2d");
  pen.scale(pixelRatio(), pixelRatio());
  pen.strokeStyle = style.color;
  pen.lineWidth = style.weight;
  pen.globalAlpha = style.opacity;
  pen.lineJoin = "round";
  pen.beginPath();
  const view = { left: coords.x * size.x, top: coords.y * size.y, scale: 256 * 2 ** coords.z };
  const isVisible = boxTest(view, size);
  for (let i = 0; i + 1 < lines.starts.length; i++) {
    if (isVisible(lines.boxes, 4 * i)) addLine(pen, lines, i, view);
  }
  pen.stroke();
}

function boxTest({ left, top, scale }, size) {
  const edge = 2 / scale;
  const [west, east] = [left / scale - edge, (left + size.x) / scale + edge];
  const [north, south] = [top / scale - edge, (top + size.y) / scale + edge];
  return (boxes, b) =>
    boxes[b] <= east && boxes[b + 2] >= west && boxes[b + 1] <= south && boxes[b + 3] >= north;
}

function addLine(pen, { starts, points }, i, { left, top, scale }) {
  const last = starts[i + 1] - 1;
  let [lastX, lastY] = [Infinity, Infinity];
  for (let j = starts[i]; j <= last; j++) {
    const x = points[2 * j] * scale - left;
    const y = points[2 * j + 1] * scale - top;
    if (j === starts[i]) pen.moveTo(x, y);
    else if (j === last || Math.abs(x - lastX) + Math.abs(y - lastY) > SMALLEST_STEP)
      pen.lineTo(x, y);
    else continue;
    [lastX, lastY] = [x, y];
  }
}

function pictureData(lines, { zoom, origin, size }) {
  const window = { left: origin.x, top: origin.y, scale: 256 * 2 ** zoom };
  const isVisible = boxTest(window, { x: size.width, y: size.height });
  const data = [];
  /** @type {any} */
  const pen = {
    moveTo: (x, y) => data.push(`M${x.toFixed(1)} ${y.toFixed(1)}`),
    lineTo: (x, y) => data.push(`L${x.toFixed(1)} ${y.toFixed(1)}`),
  };
  for (let i = 0; i + 1 < lines.starts.length; i++) {
    if (isVisible(lines.boxes, 4 * i)) addLine(pen, lines, i, window);
  }
  return data.join("");
}
