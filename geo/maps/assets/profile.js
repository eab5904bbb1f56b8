// The profile of a route: design speed along its kilometres, dashed where it is not open yet.
"use strict";
geo.profile = function (sections, stageOf, texts) {
  var width = 236, height = 92, left = 30, right = 6, top = 8, bottom = 18, ns = "http://www.w3.org/2000/svg";
  function shape(tag, attributes, text) {
    var node = document.createElementNS(ns, tag);
    Object.keys(attributes).forEach(function (key) { node.setAttribute(key, attributes[key]); });
    if (text !== undefined) { node.textContent = text; }
    return node;
  }
  var at = 0, pieces = sections.map(function (section) {
    var from = at;
    at += section.properties.running_km;
    return {from: from, to: at, speed: section.properties.design_speed_kmh, section: section};
  });
  var speeds = pieces.map(function (piece) { return piece.speed; }).filter(Boolean);
  if (!speeds.length || !at) { return null; }
  var most = Math.max.apply(null, speeds), step = most > 200 ? 100 : 40, ceiling = Math.ceil(most / step) * step;
  function x(km) { return left + km / at * (width - left - right); }
  function y(speed) { return height - bottom - speed / ceiling * (height - top - bottom); }
  var svg = shape("svg", {viewBox: "0 0 " + width + " " + height, role: "img", "data-l10n": "aria-label",
    "data-zh": texts.profile[0], "data-en": texts.profile[1], "aria-label": geo.pick(texts.profile)});
  for (var speed = 0; speed <= ceiling; speed += step) {
    svg.append(shape("path", {d: "M" + left + " " + y(speed) + "H" + (width - right), stroke: "#d8dee3"}),
      shape("text", {x: left - 5, y: y(speed) + 4, "text-anchor": "end"}, speed));
  }
  [0, at / 2, at].forEach(function (km, i) {
    svg.append(shape("text", {x: x(km), y: height - 4, "text-anchor": ["start", "middle", "end"][i]},
      Math.round(km) + (i === 2 ? " km" : "")));
  });
  pieces.forEach(function (piece, i) {
    var stage = stageOf(piece.section), before = pieces[i - 1];
    if (before && before.speed && piece.speed && before.speed !== piece.speed) {
      svg.append(shape("path", {d: "M" + x(piece.from) + " " + y(before.speed) + "V" + y(piece.speed),
        stroke: "#9aa5ae", "stroke-width": 1}));
    }
    if (!piece.speed) { return; }
    var line = shape("path", {d: "M" + x(piece.from) + " " + y(piece.speed) + "H" + x(piece.to), "class": "profile-line",
      stroke: piece.section.group.color, "stroke-width": 3, fill: "none"});
    if (stage !== "open") { line.setAttribute("stroke-dasharray", stage === "planned" ? "2 3" : "7 4"); }
    line.append(shape("title", {}, piece.section.properties.name_zh + " " + piece.speed + " km/h"));
    svg.append(line);
  });
  return svg;
};
