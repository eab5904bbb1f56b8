// The page of two dates: a map under a divider, or twice, or of the changes alone; tables follow.
"use strict";
geo.compare = function (map, groups, base, looks, settings) {
  var all = geo.data("data-compare"), el = geo.el, bi = geo.bi, keys = all.moments, size = all.people.length;
  var one = function (css) { return document.querySelector(css); };
  var every = function (css) { return Array.from(document.querySelectorAll(css)); };
  var calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  var pick = [one("#a"), one("#b")], slider = one("#swipe"), divider = one(".divider"), card = one("#card");
  var area = one(".stage-area"), twin = null, chosen = null, labels = [];
  var at = [0, 1].map(function (k) { return keys.indexOf(all.start[k]); }), swipe = +slider.value, view = "swipe", lost = 0;
  var names = {o: "open", a: "open", c: "construction", p: "planned"}, rank = "pcao";

  geo.prepare(map, settings);
  // A pane per date, which holds the panes of its lines: clipping it clips them all.
  function side(on, name, zIndex) {
    var pane = on.createPane(name), own = Object.assign({}, looks);
    pane.style.zIndex = zIndex;
    var lines = geo.drawLines(on, groups, own, name), dots = L.layerGroup().addTo(on);
    var found = {map: on, pane: pane, looks: own, lines: lines, shown: String};
    found.dot = function () {                          // white dots: open only because it is expected
      dots.clearLayers();
      lines.list.forEach(function (section) {
        if (found.shown(section) !== "a") { return; }
        var width = section.line.options.weight;
        dots.addLayer(L.polyline(section.points, {pane: section.line.options.pane, interactive: false, color: "#fff",
          weight: Math.max(width * 0.5, 1.4), lineCap: "round", dashArray: "0.1 " + Math.max(2.2 * width, 7), className: "expected"}));
      });
    };
    found.draw = function (shown) {
      found.shown = shown;
      lines.redraw(function (section) { return names[shown(section)] || ""; });
      lines.restyle();
      found.dot();
    };
    on.on("zoomend", found.dot);
    lines.list.forEach(function (section) {
      section.hit.bindTooltip(function () { return el("div", {}, el("b", {}, bi(nameOf(section))), el("br"), bi(endsOf(section)), el("br"), stages(section)); },
        {sticky: true, direction: "top", offset: [0, -6]});
      section.hit.on("click", function () { choose([section.id], false); });
    });
    on.on("click", function () { choose(null); });
    return found;
  }
  function nameOf(section) { return all.routes[section.properties.route_id]; }
  function endsOf(section) {
    var p = section.properties;
    return [p.from_zh + " – " + p.to_zh, p.from_en + " – " + p.to_en];
  }
  function letter(section, k) { return section.properties.stages[at[k]]; }
  function mark(letter) { return el("span", {"class": "stage " + all.stages[letter][0]}, bi(all.stages[letter][1])); }
  function stages(section) {
    return [0, 1].map(function (k) {
      return el("span", {"class": "when"}, el("b", {}, keys[at[k]]), " ", mark(letter(section, k)));
    });
  }
  var sides = [side(map, "date-a", 410), side(map, "date-b", 412)], sections = sides[0].lines.sections;

  // ---- the second map, made when it is asked for: the same layers of the same data
  function again(layer) {
    return layer instanceof L.ImageOverlay ? L.imageOverlay(layer._url, layer.getBounds(), Object.assign({}, layer.options))
      : L.geoJSON(layer.toGeoJSON(), Object.assign({}, layer.options));
  }
  function second() {
    var other = L.map("twin", Object.assign({}, map.options, {layers: [], renderer: undefined}));
    other.setView(map.getCenter(), map.getZoom(), {animate: false});
    ["relief", "rivers", "veil", "counties", "provinces", "context"].forEach(function (name) {
      var pane = other.createPane(name);
      pane.style.zIndex = map.getPane(name).style.zIndex;
      pane.style.pointerEvents = "none";
    });
    base.forEach(function (layer) { again(layer).addTo(other); });
    geo.prepare(other, {attribution: settings.attribution, mapLabel: [settings.mapLabel[0] + "（B）", settings.mapLabel[1] + " (B)"]});
    var found = side(other, "date-b", 412), busy = false;
    function follow(from, to) {
      from.on("move", function () {
        if (busy || view !== "side") { return; }
        busy = true;
        to.setView(from.getCenter(), from.getZoom(), {animate: false});
        busy = false;
      });
    }
    follow(map, other);
    follow(other, map);
    write(other);
    return found;
  }
  function write(on) { labels.push(geo.labels(on, geo.data("data-cities").concat(geo.data("data-areas")))); }

  // ---- what is drawn
  function clip() {
    var frame = map.getSize(), x = frame.x * swipe / 100;
    sides.forEach(function (half, k) {
      var from = map.containerPointToLayerPoint([k ? x : 0, 0]), to = map.containerPointToLayerPoint([k ? frame.x : x, frame.y]);
      half.pane.style.clipPath = view !== "swipe" ? "" : "polygon(" + [[from.x, from.y], [to.x, from.y], [to.x, to.y], [from.x, to.y]]
        .map(function (point) { return point[0] + "px " + point[1] + "px"; }).join(",") + ")";
    });
  }
  function setSwipe(value, quiet) {
    swipe = Math.max(0, Math.min(100, Math.round(value)));
    slider.value = swipe;
    slider.setAttribute("aria-valuetext", keys[at[0]] + " " + swipe + "% | " + keys[at[1]] + " " + (100 - swipe) + "%");
    area.style.setProperty("--swipe", swipe + "%");
    clip();
    if (!quiet) { geo.setState({swipe: swipe}); }
  }
  function changed(section) { return letter(section, 0) !== letter(section, 1); }
  function redraw() {
    var later = at[1] < at[0] ? 0 : 1;
    if (view === "diff") {
      sides[1].looks.scale = 1.5;
      sides[0].draw(function (section) { return changed(section) ? "" : letter(section, later); });
      sides[1].draw(function (section) { return changed(section) ? letter(section, later) : ""; });
    } else {
      sides[1].looks.scale = 1;
      sides[0].draw(function (section) { return letter(section, 0); });
      sides[1].draw(function (section) { return view === "side" ? "" : letter(section, 1); });
      if (view === "side") { twin.draw(function (section) { return letter(section, 1); }); }
    }
  }
  // One map above the other shows half as much: one step out, and back in again afterwards.
  function stacked() { return view === "side" && map.getSize().x > map.getSize().y; }
  function setView(next) {
    view = next;
    every("[data-view]").forEach(function (button) { button.setAttribute("aria-pressed", String(button.dataset.view === view)); });
    document.documentElement.dataset.layout = view;
    one(".twin").hidden = view !== "side";
    slider.disabled = view !== "swipe";
    var centre = map.getCenter(), zoom = map.getZoom();
    map.invalidateSize({animate: false, pan: false});
    map.setView(centre, zoom + lost - (stacked() ? 1 : 0), {animate: false});
    lost = stacked() ? zoom + lost - map.getZoom() : 0;
    if (view === "side") {
      twin = twin || second();
      twin.map.invalidateSize({animate: false, pan: false});
      twin.map.setView(map.getCenter(), map.getZoom(), {animate: false});
    }
    redraw();
    clip();
    labels.forEach(function (set) { set.place(); });
  }

  // ---- figures
  function fixed(value, digits) {
    return value === null ? "–" : value.toLocaleString("en", {minimumFractionDigits: digits, maximumFractionDigits: digits});
  }
  function signed(value, digits) {
    var text = value === null ? "–" : fixed(Math.abs(value), digits);
    return /[1-9]/.test(text) ? (value > 0 ? "+" : "−") + text : text;
  }
  function put(cell, text, value) {
    cell.textContent = text;
    cell.dataset.order = value === null ? "" : value.toFixed(3);
  }
  function triple(cells, before, after, digits) {
    var delta = before === null || after === null ? null : after - before;
    put(cells[0], fixed(before, digits), before);
    put(cells[1], fixed(after, digits), after);
    put(cells[2], signed(delta, digits), delta);
  }
  var unpacked = [all.minutes[0]];
  function minutes(state) {                            // of the pairs i < j, in hundredths; -1: no way
    for (var s = unpacked.length; s <= state; s += 1) {
      var next = unpacked[s - 1].slice(), step = all.minutes[s];
      for (var i = 0; i < step.length; i += 2) { next[step[i]] = step[i + 1]; }
      unpacked.push(next);
    }
    return unpacked[state];
  }
  function states() { return at.map(function (k) { return all.state[k]; }); }
  // Per city: mean minutes to those reached on both dates, and people within a limit.
  function reach(limit) {
    var pair = states().map(minutes), rows = all.people.map(function (people) {
      return {weight: 0, spent: [0, 0], people: [people, people]};
    }), k = 0;
    for (var i = 0; i < size; i += 1) {
      for (var j = i + 1; j < size; j += 1, k += 1) {
        var t = [pair[0][k], pair[1][k]], both = t[0] >= 0 && t[1] >= 0;
        [[i, j], [j, i]].forEach(function (way) {
          var row = rows[way[0]], people = all.people[way[1]];
          if (both) { row.weight += people; }
          [0, 1].forEach(function (d) {
            if (both) { row.spent[d] += people * t[d] / 100; }
            if (t[d] >= 0 && t[d] <= 100 * limit) { row.people[d] += people; }
          });
        });
      }
    }
    return rows;
  }
  function mean(row, d) { return row.weight ? row.spent[d] / row.weight : null; }
  var cityRows = Array.from((one("#cities tbody") || {rows: []}).rows);

  function tile(label, before, after, digits, unit) {
    return el("div", {}, el("dt", {}, bi(label)), el("dd", {}, el("b", {}, signed(after - before, digits)), " ", bi(unit),
      el("small", {}, fixed(before, digits) + " → " + fixed(after, digits))));
  }
  function tiles(rows) {
    var s = states(), km = s.map(function (state) { return all.stats.length_km[state]; });
    function sum(end) {
      return s.map(function (state) {
        return ["road", "rail", "water"].reduce(function (total, mode) { return total + ((all.stats[mode + end] || [])[state] || 0); }, 0);
      });
    }
    var list = [tile(["通车里程", "Open length"], km[0], km[1], 0, ["km", "km"])];
    if (all.stats["road.links"]) {
      var links = sum(".links");
      list.push(tile(["跨界贯通", "Crossings open"], links[0], links[1], 0, ["条", ""]));
    }
    var weight = 0, spent = [0, 0];
    rows.forEach(function (row, i) {
      if (row.weight) { weight += all.people[i]; [0, 1].forEach(function (d) { spent[d] += all.people[i] * mean(row, d); }); }
    });
    if (weight) { list.push(tile(["城市平均出行时间", "Mean time, cities"], spent[0] / weight, spent[1] / weight, 1, ["分钟", "min"])); }
    if (size > 1) {
      var pairs = s.map(function (state) { return minutes(state).filter(function (t) { return t >= 0; }).length; });
      list.push(tile(["可达城市对", "City pairs linked"], pairs[0], pairs[1], 0, ["对", ""]));
    }
    one("#tiles").replaceChildren.apply(one("#tiles"), list);
    one("#tiles").hidden = false;
  }
  function figures() {
    var s = states(), rows = reach(120);
    every("[data-figure]").forEach(function (row) {
      var key = row.dataset.figure.split(":"), values = all[key[0]][key[1]];
      triple(Array.from(row.cells).slice(1), values[s[0]], values[s[1]], +row.dataset.digits);
    });
    cityRows.forEach(function (row) {
      var cells = Array.from(row.cells).slice(1), found = rows[+row.dataset.city];
      triple(cells.slice(0, 3), mean(found, 0), mean(found, 1), 1);
      triple(cells.slice(3), found.people[0] / 1e6, found.people[1] / 1e6, 2);
    });
    tiles(rows);
  }

  // ---- the table of sections
  function counts(list) {
    var kinds = [["o", ["新通车", "opened"]], ["a", ["按预计年份通车", "expected open"]], ["c", ["新开工", "begun"]]];
    var parts = kinds.map(function (kind) {
      var n = list.filter(function (section) { return letter(section, 1) === kind[0]; }).length;
      return n ? el("span", {}, mark(kind[0]).cloneNode(false), el("b", {}, String(n)), " ", bi(["段" + kind[1][0], kind[1][1]])) : null;
    }).filter(Boolean);
    one("#counts").replaceChildren.apply(one("#counts"), at[1] < at[0] ? [el("span", {}, bi(["A 晚于 B：差值为倒退。", "A is later than B: changes run backwards."]))] : parts);
    one("#nothing").hidden = list.length > 0;
    one("#changes").closest(".scroll").hidden = !list.length;
  }
  function expected() {
    var box = one("#expected"), list = sides[0].lines.list.filter(function (section) {
      return letter(section, 0) === "a" || letter(section, 1) === "a";
    }).sort(function (x, y) { return x.properties.expected - y.properties.expected || (x.id < y.id ? -1 : 1); });
    box.hidden = !list.length;
    box.querySelector("summary").replaceChildren.apply(box.querySelector("summary"), bi([
      list.length + " 段仅因预计年份已过而计为通车（地图上带白点）", list.length + " sections count as open only as expected (white dots on the map)"]));
    box.querySelector("ul").replaceChildren.apply(box.querySelector("ul"), list.map(function (section) {
      return el("li", {}, el("button", {type: "button", "class": "link", "data-section": section.id}, bi(nameOf(section))), " ",
        bi(endsOf(section)), " · " + section.properties.expected);
    }));
  }
  function changes() {
    sides[0].lines.list.forEach(function (section) {
      row(section).hidden = !changed(section);
      [0, 1].forEach(function (k) {
        var cell = row(section).cells[k + 1], mine = letter(section, k);
        cell.dataset.order = rank.indexOf(mine);
        cell.replaceChildren(mark(mine));
      });
    });
    counts(sides[0].lines.list.filter(changed));
    expected();
  }

  // ---- dates
  function yearOf(date) {
    var parts = date.split("-").map(Number), from = Date.UTC(parts[0] - 1, 11, 31), to = Date.UTC(parts[0], 11, 31);
    return parts[0] - 1 + (Date.UTC(parts[0], parts[1] - 1, parts[2]) - from) / (to - from);
  }
  function marks() {
    var chart = one(".chart svg"), ends = [chart.dataset.first, chart.dataset.last].map(function (text) { return text.split(" ").map(Number); });
    ["A", "B"].forEach(function (name, k) {
      var share = (yearOf(all.dates[at[k]]) - ends[0][0]) / Math.max(ends[1][0] - ends[0][0], 1);
      var x = ends[0][1] + Math.max(0, Math.min(1, share)) * (ends[1][1] - ends[0][1]);
      chart.querySelector('[data-mark="' + name + '"]').setAttribute("transform", "translate(" + x.toFixed(1) + " 0)");
    });
  }
  function setDates(pair, quiet) {
    at = pair;
    ["a", "b"].forEach(function (name, k) {
      var key = keys[at[k]];
      pick[k].value = key;
      every(".date-" + name).forEach(function (node) {
        var place = node.querySelector("button") || node;
        place.replaceChildren.apply(place, node.classList.contains("within") ? bi(["2 h：" + key, "2 h: " + key]) : [key]);
      });
    });
    every("[data-from]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.from === keys[at[0]] && button.dataset.to === keys[at[1]]));
    });
    setSwipe(swipe, true);
    redraw();
    changes();
    figures();
    marks();
    if (chosen) { fill(); }
    if (!quiet) { geo.setState({a: keys[at[0]], b: keys[at[1]]}); }
  }

  // ---- one section, or those of a project
  function row(section) { return one('[data-row="' + CSS.escape(section.id) + '"]'); }
  function fill() {
    var section = sections[chosen[0]], p = section.properties;
    var dates = [p.started ? ["开工 " + p.started, "works began " + p.started] : null, p.opened ? ["通车 " + p.opened, "opened " + p.opened]
      : p.expected ? ["预计 " + p.expected, "expected " + p.expected] : null].filter(Boolean);
    card.replaceChildren(
      el("button", {type: "button", "class": "close", "data-l10n": "aria-label", "data-zh": "关闭", "data-en": "Close",
        "aria-label": geo.pick(["关闭", "Close"]), on: {click: function () { choose(null); }}}, "×"),
      el("h2", {}, el("i", {"class": "swatch", style: "--mode:" + section.group.color}), bi(nameOf(section))),
      el("p", {}, bi(endsOf(section)), " · " + row(section).cells[4].textContent + " km"),
      el("p", {"class": "whens"}, stages(section)),
      dates.length ? el("p", {}, bi([dates.map(function (d) { return d[0]; }).join("，"), dates.map(function (d) { return d[1]; }).join(", ")])) : "");
  }
  function choose(ids, zoom) {
    chosen = ids;
    sides.concat(twin || []).forEach(function (half) { half.lines.highlight(ids); });
    every("tr.chosen").forEach(function (old) { old.classList.remove("chosen"); });
    card.hidden = !ids || ids.length > 1;
    geo.setState({section: ids && ids.length === 1 ? ids[0] : null});
    if (!ids) { return; }
    if (ids.length === 1) { fill(); row(sections[ids[0]]).classList.add("chosen"); }
    if (!zoom) { return; }
    var bounds = L.latLngBounds([]);
    ids.forEach(function (id) { bounds.extend(sections[id].bounds); });
    map.fitBounds(bounds, {maxZoom: 10.5, animate: !calm, padding: [50, 70]});
  }
  function home() {
    var bounds = L.latLngBounds([]);
    sides[0].lines.list.forEach(function (section) {
      if (section.properties.weight > section.group.weight * 0.95) { bounds.extend(section.bounds); }
    });
    if (bounds.isValid()) { map.fitBounds(bounds, {animate: false, padding: [6, 6]}); }
  }
  function setTab(tab, quiet) {
    every("[data-tab]").forEach(function (button) { button.setAttribute("aria-pressed", String(button.dataset.tab === tab)); });
    every("[data-panel]").forEach(function (panel) { panel.hidden = panel.dataset.panel !== tab; });
    var jump = one("[data-jump]"), shown = one('[data-panel="' + tab + '"] table');
    jump.setAttribute("href", "#" + shown.id);
    if (!quiet) { geo.setState({tab: tab}); }
  }

  // ---- controls
  pick.forEach(function (select, k) {
    select.addEventListener("change", function () { var next = at.slice(); next[k] = select.selectedIndex; setDates(next); });
  });
  one("#swap").addEventListener("click", function () { setDates([at[1], at[0]]); });
  slider.addEventListener("input", function () { setSwipe(+slider.value); });
  divider.addEventListener("pointerdown", function (event) {
    event.preventDefault();
    divider.setPointerCapture(event.pointerId);
    slider.focus({preventScroll: true});
  });
  divider.addEventListener("pointermove", function (event) {
    if (!divider.hasPointerCapture(event.pointerId)) { return; }
    var box = map.getContainer().getBoundingClientRect();
    setSwipe(100 * (event.clientX - box.left) / box.width);
  });
  map.on("move resize zoomend viewreset", clip);
  document.addEventListener("click", function (event) {
    var button = event.target.closest("button"), data = button ? button.dataset : {};
    if (data.from) { setDates([keys.indexOf(data.from), keys.indexOf(data.to)]); }
    if (data.view) { setView(data.view); geo.setState({view: data.view}); }
    if (data.tab) { setTab(data.tab); }
    if (data.section || data.sections) {
      if (innerWidth <= 900) { area.scrollIntoView(); }
      choose((data.section || data.sections).split(";"), true);
    }
  });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") { choose(null); } });

  function restore() {
    var state = geo.state(), views = every("[data-view]").map(function (b) { return b.dataset.view; });
    var tabs = every("[data-tab]").map(function (b) { return b.dataset.tab; }), section = state.get("section");
    var number = state.get("swipe") || "";
    setTab(tabs.indexOf(state.get("tab")) < 0 ? tabs[0] : state.get("tab"), true);
    setDates(["a", "b"].map(function (name, k) {
      var wanted = keys.indexOf(state.get(name));
      return wanted < 0 ? keys.indexOf(all.start[k]) : wanted;
    }), true);
    setView(views.indexOf(state.get("view")) < 0 ? "swipe" : state.get("view"));
    if (geo.own(sections, section)) { if (!chosen || chosen[0] !== section) { choose([section], true); } } else if (chosen) { choose(null); }
    setSwipe(/^\d{1,3}$/.test(number) ? +number : 50, true);
  }
  cityRows.forEach(function (row, i) { row.dataset.city = i; });
  if (map.getSize().x < 500 || map.getSize().y < 480) { one(".key-list").open = false; }
  home();
  write(map);
  restore();
  window.addEventListener("hashchange", restore);
  document.documentElement.dataset.ready = "true";
};
