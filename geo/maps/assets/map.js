// Shared by the maps: credits, panes, route lines with white casing, labels that never collide.
"use strict";
geo.prepare = function (map, settings) {
  map.attributionControl.setPrefix("Leaflet");
  var credit = document.createElement("i");
  credit.textContent = settings.attribution;            // escapes the text
  if (settings.attribution) { map.attributionControl.addAttribution(credit.innerHTML); }
  L.control.scale({metric: true, imperial: false, position: "bottomleft"}).addTo(map);
  var zoom = L.control.zoom({position: "bottomright", zoomInTitle: "", zoomOutTitle: ""}).addTo(map);
  function translate() {
    [["in", "放大", "Zoom in"], ["out", "缩小", "Zoom out"]].forEach(function (item) {
      var button = zoom.getContainer().querySelector(".leaflet-control-zoom-" + item[0]);
      button.setAttribute("aria-label", geo.pick(item.slice(1)));
      button.title = geo.pick(item.slice(1));
    });
    map.getContainer().setAttribute("aria-label", geo.pick(settings.mapLabel));
  }
  map.getContainer().setAttribute("role", "region");
  document.addEventListener("geo:language", translate);
  translate();
  matchMedia("print").addEventListener("change", function () { map.invalidateSize({animate: false}); });
  document.querySelectorAll(".panel, .timebar, .sheets").forEach(function (panel) {
    L.DomEvent.disableClickPropagation(panel);
    L.DomEvent.disableScrollPropagation(panel);
  });
};

// Lines are thicker the nearer one looks.
geo.zoomFactor = function (zoom) { return Math.max(0.75, Math.min(1.7, 1 + (zoom - 8) * 0.16)); };

// Takes the sections out of the GeoJSON layers and draws them: casing, line, ticks, a wide
// invisible line to point at. `groups` = [{key, layer, color, ticks}] from top to bottom.
// `side`, a pane, keeps the panes of the lines together; `looks.scale` makes them thicker.
geo.drawLines = function (map, groups, looks, side) {
  var prefix = side ? side + "-" : "";
  var sections = Object.create(null), list = [], shown = L.layerGroup().addTo(map);
  var tolerance = matchMedia("(pointer: coarse)").matches ? 26 : 14;
  ["casing-low:400", "line-low:401", "halo:405", "casing:410", "line:411", "hit:450"].forEach(
    function (text) {
      var parts = text.split(":");
      map.createPane(prefix + parts[0], map.getPane(side)).style.zIndex = parts[1];
    });
  groups.slice().reverse().forEach(function (group) {
    group.layer.eachLayer(function (layer) {
      var feature = layer.feature, points = layer.getLatLngs();
      var known = feature.properties.accuracy_class;    // the casing tells: white, or a haze
      var low = feature.properties.weight < group.weight * 0.7 ? "-low" : "";
      function line(pane, options) {
        return L.polyline(points, Object.assign({pane: prefix + pane, interactive: false, fill: false,
          lineJoin: "round"}, options));
      }
      var section = {id: feature.id, group: group, properties: feature.properties,
        bounds: layer.getBounds(), stage: "", points: points,
        casing: line("casing" + low, {color: looks.casing[known], opacity: 0.92, lineCap: "butt"}),
        line: line("line" + low, {color: group.color, className: "route-line " + group.key}),
        ticks: group.ticks ? line("line" + low, {color: "#fff", lineCap: "butt"}) : null,
        hit: line("hit", {color: "#000", opacity: 0, weight: tolerance, interactive: true,
          bubblingMouseEvents: false, className: "route-hit"})};
      sections[section.id] = section;
      list.push(section);
    });
  });
  list.sort(function (a, b) { return a.properties.weight - b.properties.weight; });

  function style(section) {
    var factor = geo.zoomFactor(map.getZoom()) * (looks.scale || 1), stage = section.stage;
    var width = section.properties.weight * factor * (stage === "planned" ? 0.8 : 1);
    var dash = looks.dashes[stage].split(" ").filter(Boolean).map(function (n) {
      return +n > 1 ? n * factor * (section.properties.weight > 2.4 ? 1 : 0.7)
        : stage === "planned" ? 0.1 : n;
    });
    if (stage === "planned") { dash = [0.1, width * 2.2]; }
    section.line.setStyle({weight: width, opacity: looks.opacity[stage],
      dashArray: dash.length ? dash.join(" ") : null, lineCap: stage === "construction" ? "butt" : "round"});
    section.casing.setStyle({weight: width + looks.casingWidth[section.properties.accuracy_class]
      * (section.properties.weight > 2.4 ? 1 : 0.67)});
    if (section.ticks) {
      section.ticks.setStyle({weight: width * 0.5, dashArray: 6 * factor + " " + 6 * factor});
    }
  }

  // stageOf(section) answers "open", "construction", "planned", or "" for what is not drawn.
  function redraw(stageOf) {
    var changed = false;
    list.forEach(function (section) {
      var stage = stageOf(section);
      if (stage === section.stage) { return; }
      changed = true;
      section.stage = stage;
      var parts = {casing: stage !== "" && stage !== "planned", line: stage !== "",
        ticks: stage === "open", hit: stage !== ""};
      if (stage) { style(section); }
      Object.keys(parts).forEach(function (name) {
        var part = section[name];
        if (!part) { return; }
        if (parts[name]) { shown.addLayer(part); } else { shown.removeLayer(part); }
      });
    });
    if (changed) {
      list.forEach(function (section) {
        ["casing", "line", "ticks", "hit"].forEach(function (name) {
          if (section[name] && shown.hasLayer(section[name])) { section[name].bringToFront(); }
        });
      });
    }
  }

  var halo = L.layerGroup().addTo(map);
  function highlight(ids) {
    halo.clearLayers();
    (ids || []).forEach(function (id) {
      var section = sections[id];
      if (section) {
        halo.addLayer(L.polyline(section.points, {pane: prefix + "halo", interactive: false, color: "#ffc400",
          weight: section.properties.weight * geo.zoomFactor(map.getZoom()) + 11, opacity: 0.75,
          className: "route-halo"}));
      }
    });
  }
  function restyle() { list.forEach(function (section) { if (section.stage) { style(section); } }); }
  map.on("zoomend", restyle);
  return {sections: sections, list: list, redraw: redraw, restyle: restyle, highlight: highlight};
};

// Labels in the order of their importance; one that would cover another waits for more room.
// `obstacles` answers with boxes, in pixels of the layer, that no label may cover, but one with
// `over` where there is no other room.
geo.labels = function (map, items, obstacles) {
  var pane = map.createPane("labels"), on = true;
  pane.style.zIndex = 480;
  pane.style.pointerEvents = "none";
  pane.classList.add("leaflet-zoom-hide");
  pane.setAttribute("aria-hidden", "true");
  var pen = document.createElement("canvas").getContext("2d");
  var family = getComputedStyle(document.body).fontFamily;
  var sizes = {metropolis: [17, 11.5], city: [13.5, 10.5], town: [12, 9.5], river: [11.5, 10],
    province: [15, 11], point: [11.5, 9.5]};

  function measure(item) {
    var size = sizes[item.kind], english = geo.english();
    var main = english ? item.en : item.zh, second = english ? item.zh : item.en;
    pen.font = "700 " + size[0] + "px " + family;
    var width = pen.measureText(main).width * (item.kind === "province" ? 1.35 : 1);
    pen.font = size[1] + "px " + family;
    if (item.kind !== "river") { width = Math.max(width, pen.measureText(second).width); }
    return {width: width + 4, height: size[0] + (item.kind === "river" ? 4 : size[1] + 5)};
  }

  // Offsets of the middle of the text from the place: right, left, above, below.
  function choices(item, box) {
    if (item.kind === "river" || item.kind === "province") { return [[0, 0]]; }
    var gap = item.gap || 8, x = box.width / 2 + gap, y = box.height / 2 + gap - 2;
    return [[x, 0], [-x, 0], [0, -y], [0, y], [x * 0.8, -y * 0.8], [-x * 0.8, y * 0.8]]
      .concat(item.gap ? [[x, y * 0.6], [x, -y * 0.6], [-x, y * 0.6], [-x, -y * 0.6],
        [x * 0.4, y], [x * 0.4, -y], [-x * 0.4, y], [-x * 0.4, -y]] : []);
  }

  function free(taken, box) {
    return !taken.some(function (other) {
      return box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3];
    });
  }

  function element(item, at, offset) {
    var turn = item.angle ? " rotate(" + item.angle + "deg)" : "";
    var text = geo.el("div", {"class": "text"}, geo.el("b", {lang: "zh-CN"}, item.zh),
      geo.el("i", {lang: "en"}, item.en));
    text.style.transform = "translate(-50%,-50%) translate(" + offset[0] + "px," + offset[1] + "px)" + turn;
    var node = geo.el("div", {"class": "label " + item.kind});
    if (item.kind === "metropolis" || item.kind === "city" || item.kind === "town") {
      node.append(geo.el("span", {"class": "dot"}));
    }
    node.append(text);
    L.DomUtil.setPosition(node, at);
    return node;
  }

  function place() {
    pane.textContent = "";
    if (!on) { return; }
    var zoom = map.getZoom(), view = map.getBounds().pad(0.05);
    var taken = obstacles ? obstacles().slice() : [], first = taken.length;
    items.forEach(function (item) {
      if (item.hidden || zoom < item.zoom || !view.contains(item.at)) { return; }
      var at = map.latLngToLayerPoint(item.at), box = measure(item);
      var spread = item.angle ? Math.abs(Math.sin(item.angle * Math.PI / 180)) : 0;
      var tall = box.height + spread * (box.width - box.height);
      function room(others) {
        return choices(item, box).find(function (offset) {
          var x = at.x + offset[0], y = at.y + offset[1], pad = 3;
          var frame = [x - box.width / 2 - pad, y - tall / 2 - pad, x + box.width / 2 + pad, y + tall / 2 + pad];
          if (!free(others, frame)) { return false; }
          taken.push(frame, [at.x - 6, at.y - 6, at.x + 6, at.y + 6]);
          return true;
        });
      }
      var found = room(taken) || (item.over && room(taken.slice(first)));
      if (found) { pane.append(element(item, at, found)); }
    });
  }

  map.on("zoomend moveend resize", place);
  document.addEventListener("geo:language", place);
  place();
  return {show: function (value) { on = value; place(); }, place: place};
};

// Points of one kind, drawn from the zoom at which there is room for them.
geo.points = function (map, spec, onClick, name) {
  if (!map.getPane("points")) { map.createPane("points").style.zIndex = 460; }
  var layer = L.layerGroup(), on = true;
  spec.layer.eachLayer(function (marker) {
    var circle = L.circleMarker(marker.getLatLng(), {pane: "points", radius: spec.radius, weight: 1.8,
      color: spec.color, fillColor: spec.fill, fillOpacity: 1, bubblingMouseEvents: false,
      className: "place " + spec.key});
    circle.feature = marker.feature;
    circle.bindTooltip(function () { return name(marker.feature.properties); }, {direction: "top"});
    circle.on("click", function () { onClick(marker.feature, spec); });
    layer.addLayer(circle);
  });
  function update() {
    var visible = on && map.getZoom() >= spec.zoom;
    if (visible !== map.hasLayer(layer)) { if (visible) { layer.addTo(map); } else { layer.remove(); } }
  }
  map.on("zoomend", update);
  update();
  return {show: function (value) { on = value; update(); }};
};
