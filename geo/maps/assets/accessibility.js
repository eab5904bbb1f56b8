// The page of accessibility: circles by indicator, isochrones of a city on two dates.
"use strict";
geo.accessibility = function (map, settings) {
  var all = geo.data("data-access"), el = geo.el, bi = geo.bi, main = document.querySelector("main");
  var frame = map.getContainer(), card = document.getElementById("card"), invite = Array.from(card.childNodes);
  var box = document.getElementById("city"), find = document.getElementById("find");
  var calm = matchMedia("(prefers-reduced-motion: reduce)").matches, labels = null, chosen = null;
  var dates = all.dates, limits = all.limits, indicators = all.indicators;
  var now = {indicator: "", view: "", mode: ""}, only = 0, shownDates = [true, true];
  var options = {indicator: Object.keys(indicators), view: ["before", "after", "change"], mode: Object.keys(all.modes)};
  var RAMP = ["#fdeec0", "#a9d8a4", "#45b1b8", "#2773ae", "#1d2c78"], RADII = [5, 6.5, 8, 9.5, 11];
  var BETTER = ["#9cc9e8", "#3f8fc9", "#0b4f94"], WORSE = ["#f6b48f", "#dd6a45", "#a8201f"], STEPS = [6, 8.5, 11];
  var SAME = "#b9bfc4", INK = "#1d2a35", BANDS = ["#b33a00", "#ec7a1c", "#fdb567", "#fee3bd"], LATER = "#5b1076";

  var tools = geo.reach(all), decode = tools.decode, fixed = tools.fixed, signed = tools.signed, people = tools.people;
  var name = tools.name, at = tools.at, joined = tools.joined, shape = tools.shape, item = tools.item, way = tools.way;
  var classOf = tools.classOf, spread = tools.spread, toggle = tools.toggle;
  geo.prepare(map, settings);
  ["areas:380", "gains:382", "ways:390", "outlines:395", "cities:460", "home:465"].forEach(function (text) {
    var parts = text.split(":"), pane = map.createPane(parts[0]);
    pane.style.zIndex = parts[1];
    if (parts[0] !== "cities") { pane.style.pointerEvents = "none"; }
  });

  function rings(city, date, limit) {
    var shapes = all.modes[now.mode].shapes[city], text = shapes[date][limit];
    text = text === 0 ? shapes[0][limit] : text;
    return text ? text.split(" ").map(function (ring) { return decode(ring, all.steps[0]); }) : [];
  }

  // ---- numbers and words
  function minutes(date, a, b) {
    if (a === b) { return 0; }
    var high = Math.max(a, b), value = all.modes[now.mode].times[date][high * (high - 1) / 2 + Math.min(a, b)];
    return value === null ? Infinity : value;
  }

  // ---- classes: what a city's circle looks like
  function lookOfClass(k, count) {
    var rank = indicators[now.indicator].less ? count - 1 - k : k;
    return {fill: spread(RAMP, rank, count), radius: spread(RADII, rank, count), stroke: INK, width: 1.3};
  }
  function lookOfChange(k, count, better) {
    return {fill: spread(better ? BETTER : WORSE, k, count), radius: spread(STEPS, k, count), stroke: INK, width: 1.3, dash: better ? null : "3 2"};
  }
  var NONE = {fill: "#fff", radius: 5, stroke: "#66747f", width: 1.8, dash: "2 2.5"};
  var FRESH = {fill: "#fff", radius: 8.5, stroke: BETTER[2], width: 4};
  var STILL = {fill: SAME, radius: 4.5, stroke: INK, width: 1.1};
  function look(i) {
    var data = all.modes[now.mode], spec = indicators[now.indicator], values = data.values[now.indicator];
    var date = now.view === "before" ? 0 : 1, value, count;
    if (now.view !== "change") {
      value = values[date][i];
      count = data.breaks[now.indicator].length + 1;
      return !data.reached[date][i] || value === null ? NONE : lookOfClass(classOf(value, data.breaks[now.indicator]), count);
    }
    if (!data.reached[1][i]) { return NONE; }
    if (!data.reached[0][i]) { return FRESH; }
    value = values[2][i];
    if (value === null || +Math.abs(value).toFixed(spec.digits) === 0) { return STILL; }
    return lookOfChange(classOf(Math.abs(value), data.steps[now.indicator]), data.steps[now.indicator].length + 1, (value < 0) === spec.less);
  }
  function valueText(i, key, column) {
    var data = all.modes[now.mode], value = data.values[key][column][i], spec = indicators[key];
    if (value === null) {
      return column === 2 && !data.reached[0][i] && data.reached[1][i] ? ["新通达", "newly reached"] : ["未到达", "not reached"];
    }
    var text = column === 2 ? signed(value, spec.digits) : fixed(value, spec.digits);
    return [text, text];
  }
  function tip(i) {
    var spec = indicators[now.indicator], column = options.view.indexOf(now.view);
    var parts = [el("b", {}, bi(name(i))), el("br"), bi(spec.name), " ", bi(tools.withUnit(valueText(i, now.indicator, column), spec))];
    if (chosen !== null && chosen !== i) {
      var two = [0, 1].map(function (date) { var t = minutes(date, chosen, i); return isFinite(t) ? fixed(t, 0) : "–"; });
      parts.push(el("br"), bi(["距" + name(chosen)[0] + " " + two.join(" → ") + " 分钟", "From " + name(chosen)[1] + " " + two.join(" → ") + " min"]));
    }
    return el("div", {}, parts);
  }

  var circles = all.cities.map(function (city, i) {
    var circle = L.circleMarker(at(i), {pane: "cities", bubblingMouseEvents: false, className: "city-circle", fillOpacity: 1});
    circle.bindTooltip(function () { return tip(i); }, {direction: "top"});
    circle.on("click", function () { choose(i, true); });
    return circle.addTo(map);
  });
  function radius(i) { return i === chosen ? 17 : circles[i].getRadius() + 1; }
  function drawCircles() {
    var looks = circles.map(function (circle, i) { return look(i); });
    looks.forEach(function (l, i) {
      circles[i].setRadius(l.radius);
      circles[i].setStyle({fillColor: l.fill, color: l.stroke, weight: l.width, dashArray: l.dash || null});
    });
    looks.map(function (l, i) { return [l.radius, i]; }).sort(function (a, b) { return b[0] - a[0]; })
      .forEach(function (pair) { circles[pair[1]].bringToFront(); });
  }

  // ---- lines of the chosen mode; dashed: opened until the later date
  var ways = L.layerGroup().addTo(map);
  function drawLines() {
    ways.clearLayers();
    Object.keys(all.lines).forEach(function (mode) {
      if (now.mode !== "any" && now.mode !== mode) { return; }
      all.lines[mode].forEach(function (lines, k) {
        if (k && now.view === "before" && chosen === null) { return; }
        var points = lines.map(function (text) { return decode(text, all.steps[1]); });
        ways.addLayer(L.polyline(points, {pane: "ways", interactive: false, fill: false, color: k ? all.colors[mode] : "#59646e",
          weight: k ? 2.4 : 1, opacity: k ? 1 : 0.6, dashArray: k ? "5 4" : null, className: k ? "way new" : "way"}));
      });
    });
  }

  // ---- isochrones
  var story = L.layerGroup().addTo(map);
  function drawAreas() {
    story.clearLayers();
    if (chosen === null) { return null; }
    var bounds = L.latLngBounds([at(chosen)]), home = at(chosen);
    limits.map(function (limit, k) { return k; }).reverse().filter(function (k) { return !only || limits[k] === only; }).forEach(function (k) {
      var day = rings(chosen, 0, k), later = rings(chosen, 1, k);
      if (shownDates[0] && day.length) {
        story.addLayer(L.polygon(day, {pane: "areas", interactive: false, color: "#8a3a06", weight: 1.1, fillColor: BANDS[k], fillOpacity: 1, className: "area"}));
        bounds.extend(L.polygon(day).getBounds());
      }
      if (!shownDates[1] || !later.length) { return; }
      if (only && shownDates[0]) {
        story.addLayer(L.polygon(day.concat(later), {pane: "gains", interactive: false, stroke: false, fillColor: LATER, fillOpacity: 0.26, className: "gain"}));
      }
      var width = only ? 2.4 : 1.2 + (3 - k) * 0.25;
      story.addLayer(L.polygon(later, {pane: "outlines", interactive: false, fill: false, color: "#fff", weight: width + 1.6, opacity: only ? 0.8 : 0.5}));
      story.addLayer(L.polygon(later, {pane: "outlines", interactive: false, fill: false, color: LATER, weight: width,
        dashArray: only ? "7 4" : "5 3", lineCap: "butt", className: "outline"}));
      bounds.extend(L.polygon(later).getBounds());
    });
    [[9, "#fff", 17], [4, INK, 15]].forEach(function (ring) {
      story.addLayer(L.circleMarker(home, {pane: "home", interactive: false, fill: false, radius: ring[2], weight: ring[0], color: ring[1]}));
    });
    story.addLayer(L.tooltip({permanent: true, direction: "top", offset: [0, -16], className: "home-name", interactive: false})
      .setLatLng(home).setContent(el("b", {}, bi(name(chosen)))));
    return bounds;
  }
  function within(date, limit) {
    return all.cities.map(function (c, i) { return i; }).filter(function (i) { return minutes(date, chosen, i) <= limit; });
  }
  function sum(list) { return list.reduce(function (total, i) { return total + all.cities[i][5]; }, 0); }

  // ---- the card of the chosen city
  function facts() {
    return el("dl", {"class": "facts"}, options.indicator.map(function (key) {
      var spec = indicators[key], texts = [0, 1, 2].map(function (k) { return valueText(chosen, key, k); });
      return el("div", {"class": key === now.indicator ? "strong" : null}, el("dt", {}, bi([spec.name[0] + "（" + spec.unit[0] + "）", spec.name[1] + " (" + spec.unit[1] + ")"])),
        el("dd", {}, bi(texts[0]), " → ", bi(texts[1]), el("em", {}, bi(texts[2]))));
    }));
  }
  function reachTable() {
    var data = all.modes[now.mode].areas[chosen];
    function same(text) { return [text, text]; }
    function pair(a, b, plus) { return [el("span", {"class": "pair"}, bi(a), " → ", bi(b)), " ", el("em", {}, bi(plus))]; }
    return el("table", {"class": "reach"},
      el("caption", {"class": "visually-hidden"}, bi(["各时限内的面积与人口", "Area and people within each limit"])),
      el("thead", {}, el("tr", {}, el("th", {scope: "col"}, bi(["分钟", "Min"])), el("th", {scope: "col"}, bi(["面积 km²", "Area km²"])),
        el("th", {scope: "col"}, bi(["人口", "People"])), el("th", {scope: "col"}, bi(["城市", "Cities"])))),
      el("tbody", {}, limits.map(function (limit, k) {
        var area = [data[0][k], data[1][k]], in2 = [within(0, limit), within(1, limit)], gain = area[1] - area[0];
        return el("tr", {"class": only === limit ? "strong" : null},
          el("th", {scope: "row"}, el("i", {"class": "band", style: "--band:" + BANDS[k]}), String(limit)),
          el("td", {}, pair(same(fixed(area[0], 0)), same(fixed(area[1], 0)), same(signed(gain, 0)))),
          el("td", {}, pair(people(sum(in2[0])), people(sum(in2[1])), people(sum(in2[1]) - sum(in2[0]), true))),
          el("td", {}, pair(same(String(in2[0].length)), same(String(in2[1].length)), same(signed(in2[1].length - in2[0].length, 0)))));
      })));
  }
  function newcomers() {
    return el("div", {"class": "newly"}, limits.filter(function (limit) { return !only || limit === only; }).map(function (limit) {
      var before = within(0, limit), fresh = within(1, limit).filter(function (i) { return before.indexOf(i) < 0; });
      return fresh.length ? el("p", {}, el("b", {}, bi([limit + " 分钟新增 ", "New in " + limit + " min: "])), bi(joined(fresh))) : null;
    }));
  }
  function fill() {
    var focus = card.contains(document.activeElement) && document.activeElement.dataset.key;
    var close = ["取消选择", "Leave the city"], choice = el("div", {"class": "switch small", role: "group", "data-l10n": "aria-label",
      "data-zh": "时限", "data-en": "Limit", "aria-label": geo.pick(["时限", "Limit"])});
    [0].concat(limits).forEach(function (limit) {
      choice.append(toggle(limit ? [String(limit), String(limit)] : ["全部", "All"], only === limit, function () { setOnly(limit); }));
      choice.lastChild.dataset.key = "limit" + limit;
    });
    var both = el("div", {"class": "dates"}, dates.map(function (label, date) {
      var input = el("input", {type: "checkbox", "data-key": "date" + date, "data-date": String(date), checked: shownDates[date],
        on: {change: function () { shownDates[date] = input.checked; drawAreas(); legend(); }}});
      return el("label", {}, input, el("i", {"class": date ? "mark later" : "mark day"}), bi(label));
    }));
    card.replaceChildren(
      el("button", {type: "button", "class": "close", "data-l10n": "aria-label", "data-zh": close[0], "data-en": close[1],
        "aria-label": geo.pick(close), on: {click: leave}}, "×"),
      el("h2", {}, bi(name(chosen)), el("small", {}, bi(people(all.cities[chosen][5])), bi([" 人", " people"]))),
      facts(), el("div", {"class": "bar"}, choice, both), reachTable(), newcomers());
    if (focus) { card.querySelector('[data-key="' + focus + '"]').focus(); }
  }

  // ---- the legend
  function disc(l, label) {
    return item(label, [shape("circle", {cx: 15, cy: 12, r: l.radius, fill: l.fill, stroke: l.stroke, "stroke-width": l.width, "stroke-dasharray": l.dash || null})]);
  }
  function millions(breaks) { return now.indicator === "people" && breaks.length > 0 && breaks[0] >= 1e5; }
  function scaled(breaks, lang) { return millions(breaks) ? breaks.map(function (v) { return v / (lang ? 1e6 : 1e4); }) : breaks; }
  function unitOf(breaks) { return millions(breaks) ? ["万人", "million people"] : indicators[now.indicator].unit; }
  function classes(breaks, digits) {
    var texts = [0, 1].map(function (lang) { return tools.ranges(scaled(breaks, lang), millions(breaks) ? 1 : digits); });
    return texts[0].map(function (text, k) { return [text, texts[1][k]]; });
  }
  function legend() {
    var list = document.querySelector(".key-list div"), data = all.modes[now.mode];
    if (!data) { document.querySelector(".key-list").hidden = true; return; }
    var spec = indicators[now.indicator], breaks = data.breaks[now.indicator], steps = data.steps[now.indicator];
    var date = now.view === "before" ? 0 : 1, change = now.view === "change", items, looks = circles.map(function (c, i) { return look(i); });
    function seen(wanted) { return looks.indexOf(wanted) >= 0; }
    function block(label, children) { return el("div", {"class": "block"}, el("b", {}, bi(label)), children); }
    function title(more, limits2) {
      var unit = unitOf(limits2);
      return [spec.name[0] + more[0] + "（" + unit[0] + "）", spec.name[1] + more[1] + " (" + unit[1] + ")"];
    }
    if (!change) {
      items = classes(breaks, spec.digits).map(function (text, k) {
        return disc(lookOfClass(k, breaks.length + 1), text[0] ? text : ["全部城市", "All cities"]);
      });
      if (!spec.less) { items.reverse(); }
    } else {
      var texts = classes(steps, spec.digits), values = data.values[now.indicator][2];
      var worse = values.some(function (v) { return v !== null && +Math.abs(v).toFixed(spec.digits) !== 0 && (v < 0) !== spec.less; });
      var sides = (worse ? [true, false] : [true]).map(function (better) {
        var sign = better === spec.less ? ["减少 ", "down "] : ["增加 ", "up "];
        var rows = texts.map(function (text, k) {
          return disc(lookOfChange(k, texts.length, better), [sign[0] + text[0], sign[1] + text[1]]);
        });
        return [el("small", {}, bi(better ? ["改善", "Better"] : ["变差", "Worse"]))].concat(better ? rows.reverse() : rows);
      });
      items = sides[0].concat([disc(STILL, ["无变化", "no change"])], sides[1] || []);
      if (seen(FRESH)) { items.unshift(disc(FRESH, ["新通达", "newly reached"])); }
    }
    if (seen(NONE)) { items.push(disc(NONE, ["未到达", "not reached"])); }
    var when = change ? [" 差异", ", change"] : [" " + dates[date][0], ", " + dates[date][1]], blocks = [block(title(when, change ? steps : breaks), items)];
    if (chosen !== null) {
      var bands = shownDates[0] ? limits.map(function (limit, k) {
        return only && only !== limit ? null : item([limit + " 分钟", limit + " min"], [shape("rect", {x: 3, y: 5, width: 24, height: 14, fill: BANDS[k], stroke: "#8a3a06"})]);
      }) : [];
      if (bands.length) { blocks.push(block(["可达范围 " + dates[0][0], "Within reach, " + dates[0][1]], bands)); }
      if (shownDates[1]) {
        blocks.push(block(["可达范围 " + dates[1][0], "Within reach, " + dates[1][1]],
          [item(["轮廓", "outline"], [way(LATER, 2.4, "7 4", 12)]),
            only && shownDates[0] ? item(["新增范围", "gained"], [shape("rect", {x: 3, y: 5, width: 24, height: 14, fill: LATER, "fill-opacity": 0.3})]) : null]));
      }
    }
    var fresh = Object.keys(all.lines).filter(function (mode) { return all.lines[mode][1].length && (now.mode === "any" || now.mode === mode); });
    blocks.push(block(["线路", "Lines"], [item(["已通车 " + dates[0][0], "open " + dates[0][1]], [way("#59646e", 1.4, null, 12)]),
      fresh.length && (date || change || chosen !== null) ? item(["新通车 " + dates[1][0], "new by " + dates[1][1]], fresh.map(function (mode, k) {
        return way(all.colors[mode], 2.4, "5 4", fresh.length > 1 ? 8 + 8 * k : 12);
      })) : null]));
    list.replaceChildren.apply(list, blocks);
  }

  // ---- choices
  function choose(i, fromMap) {
    chosen = i;
    box.value = String(i);
    document.querySelectorAll("tr.chosen").forEach(function (row) { row.classList.remove("chosen"); });
    document.querySelectorAll('tr[data-city="' + i + '"]').forEach(function (row) {
      row.classList.add("chosen");
      var scroll = row.closest(".scroll"), top = row.offsetTop - scroll.scrollTop;
      if (innerWidth > 900 && row.offsetParent && (top < 60 || top + row.offsetHeight > scroll.clientHeight)) {
        scroll.scrollTop = row.offsetTop - scroll.clientHeight / 2;
      }
    });
    frame.classList.add("has-choice");
    card.classList.add("full");
    drawLines();
    var bounds = drawAreas();
    fill();
    card.scrollTop = 0;
    legend();
    geo.setState({city: all.cities[i][0]});
    if (!fromMap || !map.getBounds().contains(bounds)) { lookAt(bounds); }
    if (labels) { labels.place(); }
  }
  function leave() {
    if (chosen === null) { return; }
    if (card.contains(document.activeElement)) { card.focus(); }
    chosen = null;
    box.value = "";
    document.querySelectorAll("tr.chosen").forEach(function (row) { row.classList.remove("chosen"); });
    frame.classList.remove("has-choice");
    card.classList.remove("full");
    card.replaceChildren.apply(card, invite);
    drawAreas();
    drawLines();
    legend();
    geo.setState({city: null});
    if (labels) { labels.place(); }
  }
  function setOnly(limit) {
    only = limit;
    geo.setState({min: limit || null});
    if (chosen !== null) { drawAreas(); fill(); legend(); }
  }
  function set(changes, quiet) {
    Object.assign(now, changes);
    Object.keys(now).forEach(function (key) {
      document.querySelectorAll("[data-" + key + "]").forEach(function (button) {
        if (button !== main) { button.setAttribute("aria-pressed", String(button.dataset[key] === now[key])); }
      });
    });
    main.dataset.indicator = now.indicator;
    document.querySelectorAll("[data-cities]").forEach(function (block) { block.hidden = block.dataset.cities !== now.mode; });
    var jump = document.querySelector("[data-jump]");
    if (jump) { jump.setAttribute("href", "#cities-" + now.mode); }
    if (!now.mode) { legend(); return; }
    drawCircles();
    drawLines();
    drawAreas();
    legend();
    if (chosen !== null) { fill(); }
    if (!quiet) { geo.setState(changes); }
    if (labels) { labels.place(); }
  }
  // Beside the open legend where that costs no zoom; a chosen city always.
  function lookAt(bounds) {
    var wide = frame.clientWidth > 560, key = document.querySelector(".key-list");
    var top = key.offsetTop - document.querySelector(".over > .switch").offsetTop + 6, right = wide ? 40 : 12;
    var pads = wide && key.open ? [key.offsetWidth + 24, 100, 30] : [12];
    function zoom(pad) { return map.getBoundsZoom(bounds, false, L.point(pad + right, top + 36)); }
    var left = chosen !== null ? pads[0] : pads.find(function (pad) { return zoom(pad) === zoom(pads[pads.length - 1]); });
    map.fitBounds(bounds, {animate: labels !== null && !calm, maxZoom: 10, paddingTopLeft: [left, top], paddingBottomRight: [right, 36]});
  }

  // ---- choosing a city by its name
  function list() {
    var en = geo.english(), order = all.cities.map(function (c, i) { return i; });
    order.sort(function (a, b) { return all.cities[a][2] < all.cities[b][2] ? -1 : 1; });
    box.replaceChildren.apply(box, [el("option", {value: ""}, geo.pick(["按拼音选择…", "Choose…"]))].concat(order.map(function (i) {
      return el("option", {value: String(i)}, en ? name(i)[1] : name(i)[1].charAt(0).toUpperCase() + " " + name(i)[0]);
    })));
    box.value = chosen === null ? "" : String(chosen);
  }
  function search() {
    var wanted = tools.plain(find.value);
    var hits = all.cities.filter(function (city, i) { return tools.matches(i, wanted); }).length;
    document.querySelectorAll("tr[data-city]").forEach(function (row) { row.hidden = !tools.matches(+row.dataset.city, wanted); });
    document.getElementById("hits").replaceChildren.apply(document.getElementById("hits"), !wanted ? [] :
      bi(hits ? [hits + " 个城市，回车选第一个", hits + " cities; Enter takes the first"] : ["没有找到", "Nothing found"]));
  }
  box.addEventListener("change", function () { if (box.value === "") { leave(); } else { choose(+box.value, false); } });
  ["input", "compositionend"].forEach(function (type) { find.addEventListener(type, search); });
  find.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || event.isComposing || !find.value) { return; }
    var row = document.querySelector('[data-cities="' + now.mode + '"] tr[data-city]:not([hidden])');
    if (row) { choose(+row.dataset.city, false); }
  });
  options.mode.length && Object.keys(now).forEach(function (key) {
    document.querySelectorAll("button[data-" + key + "]").forEach(function (button) {
      button.addEventListener("click", function () { var change = {}; change[key] = button.dataset[key]; set(change); });
    });
  });
  document.querySelectorAll("tr[data-city]").forEach(function (row) {
    row.addEventListener("click", function () {
      choose(+row.dataset.city, false);
      if (innerWidth <= 900) { document.querySelector(".stage-area").scrollIntoView(); }
    });
  });
  map.on("click", leave);
  document.addEventListener("keydown", function (event) { if (event.key === "Escape" && event.target !== find) { leave(); } });
  document.addEventListener("geo:language", list);

  function restore() {
    var state = geo.state(), changes = {};
    Object.keys(now).forEach(function (key) {
      var wanted = state.get(key);
      changes[key] = options[key].indexOf(wanted) >= 0 ? wanted : now[key] || options[key][0] || "";
    });
    only = limits.indexOf(+state.get("min")) >= 0 ? +state.get("min") : 0;
    set(changes, true);
    var city = all.cities.findIndex(function (row) { return row[0] === state.get("city"); });
    if (city >= 0 && now.mode) { if (city !== chosen) { choose(city, false); } else { fill(); } } else { leave(); }
  }
  list();
  window.addEventListener("beforeprint", function () { document.querySelector(".key-list").open = true; });
  if (frame.clientWidth < 560 || frame.clientHeight < 560) { document.querySelector(".key-list").open = false; }
  restore();
  if (chosen === null && all.cities.length) {
    lookAt(L.latLngBounds(all.cities.map(function (city, i) { return at(i); })));
  }
  var names = geo.data("data-cities"), number = {};
  all.cities.forEach(function (city, i) { number[city[0]] = i; });
  labels = geo.labels(map, names.concat(geo.data("data-areas")), function () {
    names.forEach(function (label) { label.gap = radius(number[label.id]) + 4; label.over = label.kind === "metropolis"; label.hidden = number[label.id] === chosen; });
    return circles.map(function (circle, i) {
      var p = map.latLngToLayerPoint(at(i)), r = radius(i) * 0.75;
      return [p.x - r, p.y - r, p.x + r, p.y + r];
    });
  });
  window.addEventListener("hashchange", restore);
  document.documentElement.dataset.ready = "true";
};
