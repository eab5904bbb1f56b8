// The page of the network: legend, year slider, search, card, state in the address.
"use strict";
geo.network = function (map, groups, points, base, looks, settings) {
  var routes = geo.data("data-routes"), sources = geo.data("data-sources");
  var labels = geo.data("data-labels"), time = geo.data("data-years");
  var cities = geo.data("data-cities"), ui = labels.ui;
  var el = geo.el, bi = geo.bi, all = function (css) { return Array.from(document.querySelectorAll(css)); };
  var one = function (css) { return document.querySelector(css); };
  var slider = one("#year"), card = one("#sheet-card"), year = time.start, off = {}, chosen = {};
  var stageNames = {o: "open", a: "open", c: "construction", p: "planned"};

  geo.prepare(map, settings);
  var lines = geo.drawLines(map, groups, looks);
  var nameZoom = {airport: 9, port: 10, border: 99}, pointNames = [];
  points.forEach(function (spec) {
    spec.layer.eachLayer(function (marker) {
      var p = marker.feature.properties, at = marker.getLatLng();
      pointNames.push({zh: p.name_zh, en: p.name_en, at: [at.lat, at.lng], kind: "point", key: spec.key,
        zoom: nameZoom[spec.key] || 12});
    });
  });
  var names = geo.labels(map, cities.concat(geo.data("data-areas"), pointNames));
  var places = {};
  base.context = geo.data("data-context").map(function (spec) {
    return geo.packed(spec.text, spec.style, spec.pane);
  });

  function label(kind, key) { return geo.own(labels[kind], key) || [key, key]; }
  function letter(section) { return section.properties.stages[time.years.indexOf(year)]; }
  function stageLabel(mark) { return mark === "a" ? ui.assumed : label("stage", stageNames[mark]); }
  function stageMark(section) {
    return el("span", {"class": "stage " + stageNames[letter(section)]}, bi(stageLabel(letter(section))));
  }
  function ends(properties) {
    return [properties.from_zh + " – " + properties.to_zh, properties.from_en + " – " + properties.to_en];
  }
  function routeName(id) { var route = routes[id]; return [route.name_zh, route.name_en]; }

  // ---- what is drawn
  function visible(section) {
    var stage = stageNames[letter(section)];
    var tier = section.properties.weight < section.group.weight * 0.7 ? "low" : "high";
    return off["route:" + section.properties.route_id] || off["class:" + section.group.key] || off["stage:" + stage] || off["tier:" + tier] ? "" : stage;
  }
  function redraw() { lines.redraw(visible); }

  function toggle(key, value) {
    var parts = key.split(":");
    if (value) { delete off[key]; } else { off[key] = true; }
    if (key === "base:labels") { names.show(value); return; }
    if (parts[0] === "base") {
      (base[parts[1]] || []).forEach(function (layer) { if (value) { layer.addTo(map); } else { layer.remove(); } });
    } else if (parts[0] === "points") {
      places[parts[1]].show(value);
      pointNames.forEach(function (item) { if (item.key === parts[1]) { item.hidden = !value; } });
      names.place();
    } else { redraw(); }
  }
  var switches = all("[data-toggle]");
  switches.forEach(function (box) {
    box.addEventListener("change", function () {
      toggle(box.dataset.toggle, box.checked);
      var changed = switches.filter(function (b) { return b.checked !== b.defaultChecked; });
      geo.setState({layers: changed.map(function (b) { return b.dataset.toggle; }).join(",")});
    });
  });

  // ---- year
  function note() {
    return String(year) === time.day.slice(0, 4) ? ["截至 " + time.day.slice(5), "on " + time.day.slice(5)] : ui.yearend;
  }
  function figures() {
    var now = time.figures[time.years.indexOf(year)];
    one(".figures-year").textContent = year;
    all("[data-figure]").forEach(function (cell) {
      var keys = cell.dataset.figure.split(":"), value = now[keys[0]][keys[1]];
      if (value === undefined) { value = 0; }
      cell.textContent = value === null ? "–" : value.toLocaleString("en");
      if (cell.dataset.top) { cell.parentNode.style.setProperty("--share", 100 * value / cell.dataset.top + "%"); }
    });
  }
  function setYear(value, quiet) {
    year = Math.max(time.years[0], Math.min(time.years[time.years.length - 1], value));
    slider.value = year;
    slider.setAttribute("aria-valuetext", year + "年 / year " + year);
    one(".year output").textContent = year;
    one(".year-note").replaceChildren.apply(one(".year-note"), bi(note()));
    redraw();
    figures();
    all("[data-stage-of]").forEach(function (cell) {
      cell.replaceChildren(stageMark(lines.sections[cell.dataset.stageOf]));
    });
    if (!card.hidden) { fillCard(); }
    if (!quiet) { geo.setState({year: year}); }
  }
  slider.addEventListener("input", function () { stop(); setYear(+slider.value); });

  var timer = null, play = one(".play"), calm = matchMedia("(prefers-reduced-motion: reduce)");
  function playLabel() {
    var text = timer ? ui.pause : calm.matches ? ui.step : ui.play;
    play.dataset.zh = text[0];
    play.dataset.en = text[1];
    play.setAttribute("aria-label", geo.pick(text));
    play.querySelector("path").setAttribute("d", timer ? "M4 2h4v14H4zM10 2h4v14h-4z" : "M4 2l12 7-12 7z");
  }
  function stop() { if (timer) { clearInterval(timer); timer = null; playLabel(); } }
  function step() {
    if (year >= +slider.max) { stop(); return; }
    setYear(year + 1);
  }
  play.addEventListener("click", function () {
    if (timer) { stop(); return; }
    if (calm.matches) { step(); return; }
    if (year >= +slider.max) { setYear(+slider.min); }
    timer = setInterval(step, 450);
    playLabel();
  });

  // ---- card
  function facts(pairs) {
    var list = el("dl");
    pairs.forEach(function (pair) {
      if (pair[1] !== undefined && pair[1] !== null && pair[1] !== "") {
        list.append(el("dt", {}, bi(pair[0])), el("dd", {}, pair[1]));
      }
    });
    return list;
  }
  function unit(value, text) { return value === undefined ? null : value.toLocaleString("en") + "\u00a0" + text; }
  function accuracy(properties) {
    return [bi(label("accuracy", properties.accuracy_class)), " ±" + properties.accuracy_m.toLocaleString("en") + "\u00a0m"].flat();
  }
  function sourceList(keys) {
    var found = (keys || []).filter(function (key) { return geo.own(sources, key); });
    return found.length ? [el("h3", {}, bi(ui.sources)), el("ul", {"class": "sources"}, found.map(function (key) {
      var source = sources[key], more = source.slice(1, 3).filter(Boolean).join(", ");
      var title = source[3] ? el("a", {href: source[3], target: "_blank", rel: "noopener noreferrer"}, source[0])
        : el("span", {}, source[0]);
      return el("li", {"data-original": true}, title, more ? el("small", {}, " · " + more) : null);
    }))] : [];
  }
  function unique(list) { return Array.from(new Set(list)); }

  function cardHead(title, chips) {
    var close = el("button", {type: "button", "class": "close", "data-l10n": "aria-label", "data-zh": ui.close[0],
      "data-en": ui.close[1], "aria-label": geo.pick(ui.close), on: {click: function () { select(null); }}}, "×");
    return [close, el("h2", {"data-original": true}, el("span", {lang: "zh-CN"}, title[0]),
      title[0] === title[1] ? null : el("small", {lang: "en"}, title[1])),
    el("div", {"class": "chips"}, chips.filter(Boolean))];
  }
  function chip(text, color) {
    return el("span", {"class": "chip", style: color ? "background:" + color : null}, text);
  }

  function sectionFacts(section) {
    var p = section.properties, shared = lines.sections[p.shares];
    return [el("h3", {}, bi(ui.section), " ", el("span", {"class": "zh", lang: "zh-CN"}, p.name_zh)),
      facts([[ui.section, bi(ends(p))], [ui.status, stageMark(section)],
        [ui.started, p.started], [ui.opened, p.opened], [ui.expected, p.expected && !p.opened ? String(p.expected) : null],
        [ui.published, unit(p.length_km, "km")], [ui.geometry, unit(p.geometry_km, "km")],
        [ui.speed, unit(p.design_speed_kmh, "km/h")], [ui.operating, unit(p.operating_speed_kmh, "km/h")],
        [ui.lanes, p.lanes && String(p.lanes)], [ui.tracks, p.tracks && String(p.tracks)],
        [ui.shares, shared ? bi(routeName(shared.properties.route_id)) : p.shares],
        [ui.accuracy, accuracy(p)], [ui.confidence, bi(label("confidence", p.confidence))]]),
      p.accuracy_class === "sketch" ? el("p", {"class": "warn"}, bi(ui.sketch)) : null];
  }

  function when(p) {
    var text = p.opened || (p.expected ? "(" + p.expected + ")" : "");
    return text ? el("small", {"class": "when"}, " " + text) : null;
  }

  function routeCard(id, sectionId) {
    var route = routes[id], section = lines.sections[sectionId];
    var color = (lines.sections[route.sections[0]] || {group: {}}).group.color;
    var parts = cardHead(routeName(id), [chip(bi(label("class", route["class"])), color),
      route.ref ? chip(route.ref) : null, chip(bi(label("group", route.group)))]);
    parts.push(facts([[ui.published, unit(route.length_km, "km")], [ui.geometry, unit(route.geometry_km, "km")],
      [ui.accuracy, accuracy(route)]]));
    var drawn = route.sections.map(function (key) { return lines.sections[key]; });
    var profile = geo.profile(drawn, function (other) { return stageNames[letter(other)]; }, ui);
    if (profile) { parts.push(el("h3", {}, bi(ui.profile)), el("div", {"class": "profile"}, profile)); }
    if (section) { parts = parts.concat(sectionFacts(section)); }
    if (route.sections.length > 1 || !section) {
      parts.push(el("h3", {}, bi(ui.sections)), el("ul", {}, route.sections.map(function (key) {
        var other = lines.sections[key];
        return el("li", {"aria-current": key === sectionId}, el("button", {type: "button", "class": "link",
          on: {click: function () { select({route: id, section: key}); }}}, bi(ends(other.properties))), " ", stageMark(other), when(other.properties));
      })));
    }
    return parts.concat(sourceList(unique((route.source || []).concat(section ? section.properties.source || [] : []))));
  }

  function placeCard(feature, spec) {
    var p = feature.properties;
    return cardHead([p.name_zh, p.name_en], [chip(bi(label("kind", spec.key)))]).concat([
      facts([[ui.accuracy, p.accuracy_m ? "±" + p.accuracy_m + " m" : null],
        [ui.confidence, bi(label("confidence", p.confidence))]]),
      (p.routes || []).length ? el("h3", {}, bi(ui.routes)) : null,
      el("ul", {}, (p.routes || []).filter(function (id) { return geo.own(routes, id); }).map(function (id) {
        return el("li", {}, el("button", {type: "button", "class": "link",
          on: {click: function () { select({route: id}, true); }}}, bi(routeName(id))));
      }))], sourceList(p.source));
  }

  function fillCard() {
    var parts = chosen.place ? placeCard(chosen.place, chosen.spec) : routeCard(chosen.route, chosen.section);
    card.replaceChildren.apply(card, parts.filter(Boolean));
  }
  function select(what, zoom) {
    chosen = what || {};
    card.hidden = !what;
    card.classList.toggle("up", !!what);
    if (what) { fillCard(); card.scrollTop = 0; sheets(what && "sheet-card"); }
    var ids = chosen.section ? [chosen.section] : chosen.route ? routes[chosen.route].sections : [];
    lines.highlight(ids);
    geo.setState({route: chosen.route || null, section: chosen.section || null});
    if (zoom && ids.length) {
      var bounds = L.latLngBounds([]);
      ids.forEach(function (id) { bounds.extend(lines.sections[id].bounds); });
      fit(bounds);
    }
  }
  function home() {
    var bounds = L.latLngBounds([]);
    lines.list.forEach(function (section) {
      if (section.properties.weight > section.group.weight * 0.95) { bounds.extend(section.bounds); }
    });
    var wide = map.getSize().x > 900;
    if (bounds.isValid()) {
      map.fitBounds(bounds, {animate: false, paddingTopLeft: [wide ? 262 : 4, 8], paddingBottomRight: [wide ? 262 : 4, wide ? 84 : 4]});
    }
  }
  function fit(bounds) {
    var wide = map.getSize().x > 900;
    map.fitBounds(bounds, {maxZoom: 11, animate: !calm.matches, paddingTopLeft: [wide ? 300 : 24, 60],
      paddingBottomRight: [wide ? 300 : 24, wide ? 120 : map.getSize().y * 0.5]});
  }

  // ---- pointing at lines
  lines.list.forEach(function (section) {
    section.hit.bindTooltip(function () {
      return el("div", {}, el("b", {}, bi(routeName(section.properties.route_id))), el("br"), stageMark(section));
    }, {sticky: true, direction: "top", offset: [0, -6]});
    section.hit.on("click", function () { select({route: section.properties.route_id, section: section.id}); });
  });
  map.on("click", function () { if (!card.hidden) { select(null); } });
  points.forEach(function (spec) {
    places[spec.key] = geo.points(map, spec, function (feature) { select({place: feature, spec: spec}); },
      function (p) { return el("b", {}, bi([p.name_zh, p.name_en])); });
  });
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-section]");
    if (!button) { return; }
    var id = button.dataset.section;
    one(".stage-area").scrollIntoView();
    select({route: lines.sections[id].properties.route_id, section: id}, true);
    card.focus({preventScroll: true});
  });

  // ---- search
  var input = one("#search"), found = one("#found"), entries = [], hits = [], at = -1;
  function fold(text) { return text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f'’\s–-]/g, ""); }
  Object.keys(routes).forEach(function (id) {
    var route = routes[id];
    entries.push({names: [route.name_zh, route.name_en], more: route.ref || "", text: [route.name_zh, route.name_en,
      route.ref || "", id].concat(route.pinyin).map(fold), color: lines.sections[route.sections[0]].group.color,
    go: function () { select({route: id}, true); }});
  });
  cities.forEach(function (city) {
    entries.push({names: [city.zh, city.en], more: bi(label("kind", "city")), text: [city.zh, city.en, city.id].concat(city.pinyin).map(fold),
      go: function () { map.setView(city.at, 10, {animate: !calm.matches}); }});
  });
  points.forEach(function (spec) {
    spec.layer.eachLayer(function (marker) {
      var p = marker.feature.properties;
      entries.push({rank: 0.5, names: [p.name_zh, p.name_en], more: bi(label("kind", spec.key)),
        text: [p.name_zh, p.name_en, marker.feature.id].concat(p.pinyin).map(fold), go: function () {
          map.setView(marker.getLatLng(), 12, {animate: !calm.matches});
          select({place: marker.feature, spec: spec});
        }});
    });
  });
  function score(entry, wanted) {
    var best = 9;
    entry.text.forEach(function (text, i) {
      var where = text.indexOf(wanted);
      if (where >= 0) { best = Math.min(best, (where === 0 ? 0 : 1) + (text === wanted ? -1 : 0) + i * 0.1); }
    });
    return best + (entry.rank || 0);
  }
  function search() {
    var wanted = fold(input.value.trim());
    hits = wanted ? entries.map(function (entry, i) { return [score(entry, wanted), i, entry]; })
      .filter(function (hit) { return hit[0] < 8; })
      .sort(function (a, b) { return a[0] - b[0] || a[1] - b[1]; })
      .slice(0, 12).map(function (hit) { return hit[2]; }) : [];
    at = hits.length ? 0 : -1;
    found.replaceChildren.apply(found, hits.length || !wanted ? hits.map(function (entry, i) {
      return el("li", {id: "hit-" + i, role: "option", "aria-selected": i === at ? "true" : "false",
        on: {mousedown: function (event) { event.preventDefault(); choose(i); }}},
      el("span", {"class": "chip", style: "background:" + (entry.color || "#9aa5ae")}),
      el("span", {"class": "both", "data-original": true}, geo.pick(entry.names), el("small", {}, entry.names[geo.english() ? 0 : 1])),
      el("small", {}, entry.more));
    }) : [el("li", {role: "option", "aria-disabled": "true"}, el("span"), el("span", {}, bi(ui.none)))]);
    found.hidden = !wanted;
    input.setAttribute("aria-expanded", String(!!wanted));
    input.setAttribute("aria-activedescendant", at >= 0 ? "hit-0" : "");
  }
  function closeSearch() { found.hidden = true; input.setAttribute("aria-expanded", "false"); }
  function choose(i) {
    if (!hits[i]) { return; }
    var entry = hits[i];
    input.value = geo.pick(entry.names);
    closeSearch();
    one("#sheet-search").classList.remove("up");
    sheets(null);
    entry.go();
  }
  function move(by) {
    if (!hits.length) { return; }
    at = (at + by + hits.length) % hits.length;
    Array.from(found.children).forEach(function (li, i) { li.setAttribute("aria-selected", String(i === at)); });
    input.setAttribute("aria-activedescendant", "hit-" + at);
    found.children[at].scrollIntoView({block: "nearest"});
  }
  ["input", "compositionend", "focus"].forEach(function (type) { input.addEventListener(type, search); });
  input.addEventListener("blur", closeSearch);
  input.addEventListener("keydown", function (event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !event.isComposing) { choose(at); }
  });

  // ---- panels on small screens
  function sheets(open) {
    all("[data-sheet]").forEach(function (button) {
      var mine = button.dataset.sheet === open;
      button.setAttribute("aria-expanded", String(mine));
      document.getElementById(button.dataset.sheet).classList.toggle("up", mine);
    });
    card.classList.toggle("up", open === "sheet-card");
  }
  all("[data-sheet]").forEach(function (button) {
    button.addEventListener("click", function () {
      var open = button.getAttribute("aria-expanded") === "true" ? null : button.dataset.sheet;
      sheets(open);
      if (open === "sheet-search") { input.focus(); }
    });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    if (!found.hidden) { closeSearch(); } else if (!card.hidden) { select(null); } else { sheets(null); }
  });

  // ---- language and state
  function translate() {
    input.placeholder = input.getAttribute("aria-label");
    playLabel();
    if (!found.hidden) { search(); }
  }
  document.addEventListener("geo:language", translate);
  function restore() {
    var state = geo.state(), wanted = (state.get("layers") || "").split(",");
    switches.forEach(function (box) {
      var value = wanted.indexOf(box.dataset.toggle) >= 0 ? !box.defaultChecked : box.defaultChecked;
      if (value !== box.checked) { box.checked = value; toggle(box.dataset.toggle, value); }
    });
    setYear(/^\d{4}$/.test(state.get("year") || "") ? +state.get("year") : time.start, true);
    var section = lines.sections[state.get("section")] ? state.get("section") : undefined;
    var route = section ? lines.sections[section].properties.route_id : state.get("route");
    if (geo.own(routes, route)) { select({route: route, section: section}, true); }
  }
  window.addEventListener("hashchange", restore);
  translate();
  home();
  restore();
  document.documentElement.dataset.ready = "true";
};
