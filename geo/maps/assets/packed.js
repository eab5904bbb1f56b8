// Many lines on a canvas: unpacked once, drawn tile by tile, thinned out to what the zoom shows.
"use strict";
geo.unpack = function (text) {
  var raw = Uint8Array.from(atob(text), function (letter) { return letter.charCodeAt(0); });
  var stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer().then(function (buffer) {
    var bytes = new Uint8Array(buffer), at = 0;
    function next() {
      var value = 0, weight = 1, byte;
      do { byte = bytes[at++]; value += (byte & 127) * weight; weight *= 128; } while (byte > 127);
      return value;
    }
    function step() { var n = next(); return n % 2 ? -(n + 1) / 2 : n / 2; }
    var count = next(), starts = new Uint32Array(count + 1), x = 0, y = 0;
    for (var i = 0; i < count; i++) { starts[i + 1] = starts[i] + next(); }
    var points = new Float64Array(2 * starts[count]), boxes = new Float64Array(4 * count);
    for (i = 0; i < count; i++) {                         // Web Mercator, the world from 0 to 1
      var box = [Infinity, Infinity, -Infinity, -Infinity];
      for (var j = starts[i]; j < starts[i + 1]; j++) {
        x += step();
        y += step();
        var sine = Math.sin(y / 20000 * Math.PI / 180), px = x / 7200000 + 0.5;
        var py = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
        points[2 * j] = px;
        points[2 * j + 1] = py;
        box = [Math.min(box[0], px), Math.min(box[1], py), Math.max(box[2], px), Math.max(box[3], py)];
      }
      boxes.set(box, 4 * i);
    }
    return {starts: starts, points: points, boxes: boxes};
  });
};

// A layer of Leaflet. `style` = {color, weight, opacity}.
geo.packed = function (text, style, pane) {
  var lines = null;
  var Layer = L.GridLayer.extend({
    createTile: function (coords) {
      var size = this.getTileSize(), tile = document.createElement("canvas"), sharp = window.devicePixelRatio || 1;
      tile.width = size.x * sharp;
      tile.height = size.y * sharp;
      tile.setAttribute("role", "presentation");
      if (!lines) { return tile; }
      var pen = tile.getContext("2d"), scale = 256 * Math.pow(2, coords.z), points = lines.points, boxes = lines.boxes;
      var left = coords.x * size.x, up = coords.y * size.y, edge = 2 / scale;
      var west = left / scale - edge, east = (left + size.x) / scale + edge;
      var north = up / scale - edge, south = (up + size.y) / scale + edge;
      pen.scale(sharp, sharp);
      pen.strokeStyle = style.color;
      pen.lineWidth = style.weight;
      pen.globalAlpha = style.opacity;
      pen.lineJoin = "round";
      pen.beginPath();
      for (var i = 0, b = 0; i + 1 < lines.starts.length; i++, b += 4) {
        if (boxes[b] > east || boxes[b + 2] < west || boxes[b + 1] > south || boxes[b + 3] < north) { continue; }
        var first = lines.starts[i], last = lines.starts[i + 1] - 1;
        var x = points[2 * first] * scale - left, y = points[2 * first + 1] * scale - up, lastX = x, lastY = y;
        pen.moveTo(x, y);
        for (var j = first + 1; j <= last; j++) {         // steps too small to be seen are left out
          x = points[2 * j] * scale - left;
          y = points[2 * j + 1] * scale - up;
          if (j === last || Math.abs(x - lastX) + Math.abs(y - lastY) > 1.2) {
            pen.lineTo(x, y);
            lastX = x;
            lastY = y;
          }
        }
      }
      pen.stroke();
      return tile;
    }
  });
  var layer = new Layer({pane: pane, updateWhenZooming: false, keepBuffer: 1});
  geo.unpack(text).then(function (found) {
    lines = found;
    if (layer._map) { layer.redraw(); }
  });
  return layer;
};
