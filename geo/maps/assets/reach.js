// Tools of the page of accessibility: lines from text, numbers in both languages, small drawings.
"use strict";
geo.reach = function (all) {
  var el = geo.el, bi = geo.bi, ns = "http://www.w3.org/2000/svg";

  // Rings and lines are text: steps from point to point in five-bit digits (encoded polyline).
  function decode(text, size) {
    var values = [], points = [], value = 0, shift = 1, x = 0, y = 0;
    for (var i = 0; i < text.length; i += 1) {
      var digit = text.charCodeAt(i) - 63;
      value += (digit & 31) * shift;
      shift *= 32;
      if (digit < 32) {
        values.push(value % 2 ? -(value + 1) / 2 : value / 2);
        value = 0;
        shift = 1;
      }
    }
    for (i = 0; i < values.length; i += 2) {
      x += values[i]; y += values[i + 1];
      points.push([y * size, x * size]);
    }
    return points;
  }

  function fixed(value, digits) {
    return value.toLocaleString("en", {minimumFractionDigits: digits, maximumFractionDigits: digits});
  }
  function signed(value, digits) {
    return (+Math.abs(value).toFixed(digits) === 0 ? "" : value > 0 ? "+" : "−") + fixed(Math.abs(value), digits);
  }
  function people(value, sign) {
    var plus = sign && value > 0 ? "+" : "";
    if (Math.abs(value) < 1e4) { return [plus + fixed(value, 0), plus + fixed(value, 0)]; }
    return [plus + fixed(value / 1e4, 0) + " 万", plus + fixed(value / 1e6, 2) + " M"];
  }
  function name(i) { return [all.cities[i][1], all.cities[i][2]]; }
  function at(i) { return all.cities[i].slice(3, 5); }
  function joined(list) { return [list.map(function (i) { return name(i)[0]; }).join("、"), list.map(function (i) { return name(i)[1]; }).join(", ")]; }

  function shape(tag, attributes) {
    var node = document.createElementNS(ns, tag);
    Object.keys(attributes).forEach(function (key) { if (attributes[key] !== null) { node.setAttribute(key, attributes[key]); } });
    return node;
  }
  function item(label, parts) {
    var svg = shape("svg", {width: 30, height: 24, "aria-hidden": "true"});
    parts.forEach(function (part) { svg.append(part); });
    return el("span", {}, svg, bi(label));
  }
  function way(color, width, dash, y) {
    return shape("path", {d: "M2 " + y + "H28", stroke: color, "stroke-width": width, "stroke-dasharray": dash});
  }

  function plain(text) { return text.toLowerCase().normalize("NFD").replace(/[\s'’·\-\u0300-\u036f]/g, ""); }
  function matches(i, wanted) { return plain(name(i)[0]).indexOf(wanted) >= 0 || plain(name(i)[1]).indexOf(wanted) >= 0; }

  function classOf(value, breaks) { return breaks.filter(function (limit) { return value >= limit; }).length; }
  // Five classes keep the whole ramp, fewer take its ends.
  function spread(list, k, count) { return list[count > 1 ? Math.round(k * (list.length - 1) / (count - 1)) : list.length - 1]; }
  function ranges(breaks, digits) {
    function text(value) { return fixed(value, Math.max(digits, 0)).replace(/\.0+$/, ""); }
    if (!breaks.length) { return [""]; }
    return breaks.concat([Infinity]).map(function (high, k) {
      return k === 0 ? "< " + text(high) : high === Infinity ? "≥ " + text(breaks[k - 1]) : text(breaks[k - 1]) + "–" + text(high);
    });
  }
  function withUnit(text, spec) {
    return /\d/.test(text[0]) ? [text[0] + " " + spec.unit[0], text[1] + " " + spec.unit[1]] : text;
  }
  function toggle(text, pressed, act, mark) {
    return el("button", {type: "button", "aria-pressed": String(pressed), on: {click: act}}, mark || null, bi(text));
  }

  return {decode: decode, fixed: fixed, signed: signed, people: people, name: name, at: at, joined: joined,
    shape: shape, item: item, way: way, plain: plain, matches: matches,
    classOf: classOf, spread: spread, ranges: ranges, withUnit: withUnit, toggle: toggle};
};
