// The page of critical links: closing one shows what it costs and where the way round goes.
"use strict";
geo.criticality = function (map, settings) {
  var all = geo.data("data-losses"), el = geo.el, bi = geo.bi, cities = all.cities, widths = all.widths;
  var modes = Object.keys(all.modes), mode = "", chosen = null, byId = Object.create(null), labels = null;
  var calm = matchMedia("(prefers-reduced-motion: reduce)").matches, card = document.getElementById("card");
  var invite = Array.from(card.childNodes), frame = map.getContainer();
  var tolerance = matchMedia("(pointer: coarse)").matches ? 26 : 14;
  var CLOSED = "#b0003a", INK = "#1d2a35";

  geo.prepare(map, settings);
  ["loss-casing:410", "loss-line:411", "was:425", "way:430", "closed:435", "hit:450", "discs:455", "marks:465", "cross:620"]
    .forEach(function (text) {
      var parts = text.split(":"), pane = map.createPane(parts[0]);
      pane.style.zIndex = parts[1];
      if (parts[0] !== "hit") { pane.style.pointerEvents = "none"; }
    });

  // Every line is in the page once, as steps of 1e-5 degrees between its points.
  var pieces = all.pieces.map(function (steps) {
    var points = [], x = 0, y = 0;
    for (var i = 0; i < steps.length; i += 2) {
      x += steps[i]; y += steps[i + 1];
      points.push([y / 1e5, x / 1e5]);
    }
    return points;
  });
  function line(points, options) {
    return L.polyline(points, Object.assign({interactive: false, fill: false, lineJoin: "round", lineCap: "round"}, options));
  }
  var links = all.links.map(function (row, i) {
    var points = [].concat.apply([], pieces.slice(row[8], row[8] + row[9]));
    var link = {index: i, id: row[0], name: [row[1], row[2]], ends: [row[3] + " – " + row[5], row[4] + " – " + row[6]],
      mode: row[7], km: row[10], min: row[11], points: points, middle: points[Math.floor(points.length / 2)],
      color: all.colors[row[7]]};
    link.casing = line(points, {pane: "loss-casing", lineCap: "butt"});
    link.line = line(points, {pane: "loss-line", color: link.color, className: "loss-line"});
    link.hit = line(points, {pane: "hit", color: "#000", opacity: 0, weight: tolerance, interactive: true,
      bubblingMouseEvents: false, className: "route-hit"});
    link.hit.bindTooltip(function () { return tip(link); }, {sticky: true, direction: "top"});
    link.hit.on("click", function () { choose(link, true); });
    byId[link.id] = link;
    return link;
  });
  var shown = L.layerGroup().addTo(map), marks = L.layerGroup().addTo(map), story = L.layerGroup().addTo(map);

  function numbers(link) {
    var n = geo.own(all.modes[mode].n, link.index);
    return n && {extra: n[0], cut: n[1], lost: n[2], pairs: n[3], detour: n[4]};
  }
  function fixed(value, digits) {
    return value.toLocaleString("en", {minimumFractionDigits: digits, maximumFractionDigits: digits});
  }
  function small(value, digits) {
    var least = Math.pow(10, -digits);
    return value > 0 && value < least / 2 ? "<" + least : fixed(value, digits);
  }
  function unit(value, zh, en) { return [value + " " + zh, value + " " + en]; }
  function place(index) { return [cities[index][0], cities[index][1]]; }

  function tip(link) {
    var n = numbers(link);
    return el("div", {}, el("b", {}, bi(link.name)), el("br"), bi(link.ends), el("br"),
      bi(["平均多花 " + small(n.extra, 2) + " 分钟", "+" + small(n.extra, 2) + " min on average"]),
      n.cut ? [el("br"), el("b", {"class": "cut"}, bi(["断联 " + fixed(n.cut, 0) + " 人", fixed(n.cut, 0) + " people cut off"]))] : null);
  }

  function widthOf(extra) {
    return widths.reduce(function (width, pair) { return extra >= pair[0] ? pair[1] : width; }, widths[0][1]);
  }
  function style(link) {
    var n = numbers(link), width = widthOf(n.extra) * geo.zoomFactor(map.getZoom());
    link.line.setStyle({weight: width, opacity: n.pairs ? 1 : 0.6});
    link.casing.setStyle(n.cut ? {color: INK, opacity: 1, weight: width + 7} : {color: "#fff", opacity: 0.92, weight: width + 2.4});
    if (link.rim) { link.rim.setStyle({weight: width + 3}); }
  }
  function draw() {
    shown.clearLayers();
    marks.clearLayers();
    links.filter(numbers).sort(function (a, b) { return numbers(a).extra - numbers(b).extra; }).forEach(function (link) {
      var n = numbers(link);
      link.rim = n.cut ? line(link.points, {pane: "loss-casing", color: "#fff", lineCap: "butt"}) : null;
      style(link);
      [link.casing, link.rim, link.line, link.hit].forEach(function (part) { if (part) { shown.addLayer(part); } });
      if (n.cut) {
        marks.addLayer(L.marker(link.middle, {pane: "marks", interactive: false, keyboard: false,
          icon: L.divIcon({className: "cut-mark", html: el("i"), iconSize: [16, 16]})}));
      }
    });
  }
  map.on("zoomend", function () { links.filter(numbers).forEach(style); });

  // Runs are a first piece and how many there are, negative for backwards.
  function walk(runs) {
    var lines = [];
    for (var i = 0; i < runs.length; i += 2) {
      for (var k = 0; k < Math.abs(runs[i + 1]); k += 1) {
        var points = pieces[runs[i] + (runs[i + 1] < 0 ? -k : k)];
        lines.push(runs[i + 1] < 0 ? points.slice().reverse() : points);
      }
    }
    return lines;
  }
  // A way from city to city: its lines joined where they touch, and the straight gaps.
  function way(detail, runs) {
    var parts = [], gaps = [], at = cities[detail.p[0]].slice(2), end = cities[detail.p[1]].slice(2);
    walk(runs).forEach(function (points) {
      if (Math.abs(points[0][0] - at[0]) + Math.abs(points[0][1] - at[1]) > 3e-5 || !parts.length) {
        gaps.push([at, points[0]]);
        parts.push([]);
      }
      parts[parts.length - 1] = parts[parts.length - 1].concat(points);
      at = points[points.length - 1];
    });
    gaps.push([at, end]);
    return {parts: parts, gaps: gaps};
  }

  function tell(link, detail) {
    var bounds = L.latLngBounds(link.points), factor = geo.zoomFactor(map.getZoom());
    function add(points, pane, color, weight, more) {
      story.addLayer(line(points, Object.assign({pane: pane, color: color, weight: weight * factor}, more)));
    }
    if (detail && detail.p) {
      var before = way(detail, detail.b), after = way(detail, detail.w);
      after.gaps.forEach(function (gap) { add(gap, "way", "#3b2f00", 2.6, {dashArray: "1 6", className: "gap"}); });
      add(after.parts, "way", "#3b2f00", 9.5, {className: "detour-casing"});
      add(after.parts, "way", "#ffd21f", 6, {className: "detour"});
      add(before.parts, "was", "#fff", 5.5, {opacity: 0.9});
      add(before.parts, "closed", INK, 2.2, {dashArray: "2 5", lineCap: "butt", className: "before"});
      after.parts.forEach(function (points) { bounds.extend(points); });
      [0, 1].forEach(function (k) {
        var at = cities[detail.p[k]].slice(2);
        bounds.extend(at);
        story.addLayer(L.circleMarker(at, {pane: "marks", interactive: false, radius: 8, weight: 4, color: INK, fillColor: "#ffd21f", fillOpacity: 1}));
      });
    }
    ((detail || {}).c || []).forEach(function (value, k, list) {
      if (k % 2) { return; }
      story.addLayer(L.circleMarker(cities[value].slice(2), {pane: "discs", interactive: false, className: "disc", weight: 1.2,
        color: CLOSED, fillColor: CLOSED, fillOpacity: 0.16, radius: 6 + 16 * Math.sqrt(list[k + 1] / list[1])}));
    });
    ((detail || {}).o || []).forEach(function (index) {
      bounds.extend(cities[index].slice(2));
      story.addLayer(L.marker(cities[index].slice(2), {pane: "marks", interactive: false, keyboard: false,
        icon: L.divIcon({className: "off-mark", html: el("i"), iconSize: [26, 26]})}));
    });
    add(link.points, "closed", "#fff", 9, {lineCap: "butt"});
    add(link.points, "closed", CLOSED, 5, {dashArray: "9 6", lineCap: "butt", className: "closed"});
    story.addLayer(L.marker(link.middle, {pane: "cross", interactive: false, keyboard: false,
      icon: L.divIcon({className: "cross", html: el("i"), iconSize: [26, 26]})}));
    return bounds;
  }

  function fact(label, value, strong) {
    return el("div", {"class": strong ? "strong" : null}, el("dt", {}, bi(label)), el("dd", {}, value));
  }
  function fill(link, detail) {
    var n = numbers(link), facts, list = (detail || {}).c || [], top = list[1] || 1;
    var around = n.detour === -1 ? bi(["无绕行", "none"]) : n.detour === null ? "–" : "×" + fixed(n.detour, n.detour < 10 ? 2 : 0);
    facts = el("dl", {"class": "costs"},
      fact(["平均多花", "Extra, mean"], bi(unit(small(n.extra, 2), "分钟", "min")), n.extra >= 0.5),
      fact(["断联人口", "Cut off"], fixed(n.cut, 0), n.cut > 0),
      fact(["效率损失", "Efficiency"], (n.lost > 0 ? "−" : "") + small(Math.max(n.lost, 0), 2) + "%"),
      fact(["绕行倍数", "Detour"], around, n.detour === -1),
      fact(["影响城市对", "Pairs hit"], fixed(n.pairs, 0)));
    card.replaceChildren(
      el("button", {type: "button", "class": "close", "data-l10n": "aria-label", "data-zh": "恢复通行", "data-en": "Reopen the link",
        "aria-label": geo.pick(["恢复通行", "Reopen the link"]), on: {click: function () { leave(); }}}, "×"),
      el("h2", {}, el("i", {"class": "swatch", style: "--mode:" + link.color}), bi(link.name)),
      el("p", {"class": "ends"}, bi(link.ends), " · " + link.km + " km · ", bi(unit(Math.round(link.min) || "<1", "分钟", "min"))), facts);
    if (!n.pairs) { card.append(el("p", {}, bi(["没有城市对的最快路线经过这一段：中断后最快时间不变。", "No fastest way between two cities runs here: its loss changes no time."]))); return; }
    if (detail && detail.o) {
      card.append(el("p", {"class": "off"}, el("b", {}, bi(["断联城市：", "Cut off: "])),
        bi([detail.o.map(function (i) { return cities[i][0]; }).join("、"), detail.o.map(function (i) { return cities[i][1]; }).join(", ")])));
    }
    if (detail && detail.p) {
      var p = detail.p, a = place(p[0]), b = place(p[1]);
      card.append(el("p", {"class": "pair"}, el("i", {"class": "way-mark"}), el("b", {}, bi([a[0] + " – " + b[0], a[1] + " – " + b[1]])), " ",
        bi([fixed(p[2], 0) + " → " + fixed(p[3], 0) + " 分钟", fixed(p[2], 0) + " → " + fixed(p[3], 0) + " min"]),
        el("em", {}, "+" + small(p[3] - p[2], 1))));
    }
    if (list.length) {
      var bars = el("ol", {"class": "bars"});
      for (var k = 0; k < list.length; k += 2) {
        bars.append(el("li", {style: "--share:" + (100 * list[k + 1] / top).toFixed(1) + "%"},
          el("span", {"class": "city"}, bi(place(list[k]))), el("span", {"class": "bar"}), el("b", {}, "+" + small(list[k + 1], 1))));
      }
      card.append(el("h3", {}, bi(["多花最多的城市（平均分钟）", "Cities that lose most (mean minutes)"])), bars);
    }
  }

  // The legend: widths, colours, and the signs of a closure.
  function legend() {
    var list = document.querySelector(".key-list"), ns = "http://www.w3.org/2000/svg";
    function shape(tag, attributes) {
      var node = document.createElementNS(ns, tag);
      Object.keys(attributes).forEach(function (key) { node.setAttribute(key, attributes[key]); });
      return node;
    }
    function stroke(color, width, dash) {
      return shape("path", {d: "M2 7H38", fill: "none", stroke: color, "stroke-width": width, "stroke-dasharray": dash || "none"});
    }
    function item(label, parts) {
      var svg = shape("svg", {width: 40, height: 14, "aria-hidden": "true"});
      parts.forEach(function (part) { svg.append(part); });
      return el("span", {}, svg, bi(label));
    }
    function disc(radius, more) {
      return shape("circle", Object.assign({cx: 20, cy: 7, r: radius, fill: "none", stroke: CLOSED}, more));
    }
    function block(label, items) { list.append(el("div", {"class": "block"}, el("b", {}, bi(label)), items)); }
    block(["平均多花（分钟）", "Extra time (min)"], widths.map(function (pair, i) {
      var next = widths[i + 1], text = !next ? "≥ " + pair[0] : i ? pair[0] + "–" + next[0] : "< " + next[0];
      return item([text, text], [stroke("#4f5d6a", pair[1])]);
    }));
    block(["线路", "Links"], Object.keys(all.colors).map(function (key) {
      return item(all.labels[key], [stroke(all.colors[key], 4)]);
    }).concat([item(["中断即断联", "Cuts people off"], [stroke(INK, 9), stroke("#fff", 5), stroke("#4f5d6a", 3),
      shape("path", {d: "M20 1l6 6-6 6-6-6z", fill: "#fff", stroke: INK, "stroke-width": 1.8})])]));
    block(["选中后", "When chosen"], [
      item(["中断的路段", "The closed link"], [stroke(CLOSED, 4, "7 4"),
        shape("path", {d: "M16 3l8 8M24 3l-8 8", stroke: CLOSED, "stroke-width": 3})]),
      item(["绕行路线", "The way round"], [stroke("#3b2f00", 9), stroke("#ffd21f", 6)]),
      item(["原路线", "The way before"], [stroke(INK, 2.4, "2 4")]),
      item(["城市平均多花", "Extra time of cities"], [disc(6, {fill: CLOSED, "fill-opacity": 0.22})]),
      item(["断联城市", "City cut off"], [disc(5.6, {fill: "#fff", "stroke-width": 1.4}), disc(3, {"stroke-width": 1.3})])]);
  }

  function rowOf(link) { return document.querySelector('[data-ranking="' + mode + '"] tr[data-link="' + link.index + '"]'); }
  function choose(link, fromMap) {
    var detail = geo.own(all.modes[mode].d, link.index), row = rowOf(link), bounds;
    chosen = link;
    document.querySelectorAll("tr.chosen").forEach(function (old) { old.classList.remove("chosen"); });
    story.clearLayers();
    bounds = tell(link, detail);
    frame.classList.add("has-choice");
    document.documentElement.classList.add("chosen-link");
    card.classList.add("full");
    fill(link, detail);
    card.scrollTop = 0;
    geo.setState({mode: mode, link: link.id});
    if (row) {
      row.classList.add("chosen");
      var box = row.closest(".scroll"), top = row.offsetTop - box.scrollTop;
      if (innerWidth > 900 && (top < 80 || top + row.offsetHeight > box.clientHeight)) {
        box.scrollTo({top: row.offsetTop - box.clientHeight / 2, behavior: calm ? "auto" : "smooth"});
      }
    }
    if (!fromMap || !map.getBounds().contains(bounds)) { look(bounds); }
    if (labels) { labels.place(); }
  }
  // What the open legend takes of the width.
  function aside() {
    var legend = document.querySelector(".key-list");
    return legend.open && frame.clientWidth > 500 ? legend.offsetLeft + legend.offsetWidth + 24 : 0;
  }
  function look(bounds) {
    var wide = frame.clientWidth > 500;
    map.fitBounds(bounds, {animate: !calm, maxZoom: 10, paddingTopLeft: [Math.max(aside(), 40), wide ? 80 : 64], paddingBottomRight: [wide ? 60 : 30, 50]});
  }
  function leave() {
    if (!chosen) { return; }
    var row = rowOf(chosen);
    if (row) { row.classList.remove("chosen"); }
    if (card.contains(document.activeElement)) { card.focus(); }
    chosen = null;
    story.clearLayers();
    frame.classList.remove("has-choice");
    document.documentElement.classList.remove("chosen-link");
    card.classList.remove("full");
    card.replaceChildren.apply(card, invite);
    geo.setState({link: null});
  }
  function setMode(next) {
    if (next === mode) { return; }
    var keep = chosen;
    leave();
    mode = next;
    document.querySelectorAll("[data-mode]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    });
    document.querySelectorAll("[data-ranking]").forEach(function (block) { block.hidden = block.dataset.ranking !== mode; });
    var jump = document.querySelector("[data-jump]");
    if (jump) { jump.setAttribute("href", "#losses-" + mode); }
    draw();
    geo.setState({mode: mode});
    if (keep && numbers(keep)) { choose(keep, false); }
  }

  document.querySelectorAll("[data-mode]").forEach(function (button) {
    button.addEventListener("click", function () { setMode(button.dataset.mode); });
  });
  document.querySelectorAll("tr[data-link]").forEach(function (row) {
    row.addEventListener("click", function () {
      choose(links[+row.dataset.link], false);
      if (innerWidth <= 900) { document.querySelector(".stage-area").scrollIntoView(); }
    });
  });
  document.querySelectorAll("[data-more]").forEach(function (button) {
    button.addEventListener("click", function () { button.closest(".ranking").classList.add("all"); });
  });
  map.on("click", leave);
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") { leave(); } });

  function restore() {
    var wanted = geo.state().get("mode"), link = byId[geo.state().get("link")];
    if (modes.indexOf(wanted) < 0) { wanted = mode || modes[0]; }
    if (wanted !== mode) { mode = ""; chosen = null; story.clearLayers(); }
    if (!mode) { setModeQuietly(wanted); }
    if (link && numbers(link)) { if (link !== chosen) { choose(link, false); } } else { leave(); }
  }
  function setModeQuietly(next) {
    var before = geo.hash();
    setMode(next);
    geo.setHash(before);
  }
  legend();
  window.addEventListener("beforeprint", function () { document.querySelector(".key-list").open = true; });
  if (frame.clientWidth < 500 || frame.clientHeight < 560) { document.querySelector(".key-list").open = false; }
  restore();
  if (!chosen) {
    var region = L.latLngBounds(cities.map(function (city) { return city.slice(2); }));
    if (region.isValid()) { map.fitBounds(region, {animate: false, paddingTopLeft: [Math.max(20, aside() / 2), 20], paddingBottomRight: [10, 20], maxZoom: 9}); }
  }
  labels = geo.labels(map, geo.data("data-cities").concat(geo.data("data-areas")), function () {
    var at = chosen && map.latLngToLayerPoint(chosen.middle);
    return at ? [[at.x - 14, at.y - 14, at.x + 14, at.y + 14]] : [];
  });
  window.addEventListener("hashchange", restore);
  document.documentElement.dataset.ready = "true";
};
