// The page of the crossings: numbered markers, and rows that show them.
"use strict";
geo.crossings = function (map, groups, points, looks, settings) {
  var labels = geo.data("data-labels"), routes = geo.data("data-routes"), el = geo.el, bi = geo.bi;
  var stages = {o: "open", a: "open", c: "construction", p: "planned"};
  var rows = Array.from(document.querySelectorAll("[data-crossing]")), markers = {}, hidden = {}, boxes = [];
  var calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

  geo.prepare(map, settings);
  var lines = geo.drawLines(map, groups, looks);
  map.createPane("numbers").style.zIndex = 620;

  function stageName(status, assumed) { return assumed && status === "open" ? labels.assumed : labels.stage[status]; }

  if (points) {
    points.eachLayer(function (point) {
      var p = point.feature.properties;
      var face = el("span", {"class": "number " + p.mode + (p.status === "open" ? "" : " hollow"),
        style: "--mode:" + p.color}, p.number);
      var whole = el("div", {}, el("span", {"class": "leader"}), el("span", {"class": "at"}), face);
      var marker = L.marker(point.getLatLng(), {pane: "numbers", keyboard: true,
        icon: L.divIcon({html: whole, className: "crossing", iconSize: [24, 24]})});
      marker.bindTooltip(function () {
        return el("div", {}, el("b", {}, bi([p.name_zh, p.name_en])), el("br"), bi([p.place_zh, p.place_en]), el("br"),
          el("span", {"class": "stage " + p.status}, bi(stageName(p.status, p.assumed))));
      }, {direction: "top", offset: [0, -10]});
      marker.on("click", function () { choose(p.number, true); });
      marker.on("keypress", function (event) {
        if (event.originalEvent.key === "Enter") { choose(p.number, true); }
      });
      marker.properties = p;
      markers[p.number] = marker;
    });
  }
  lines.list.forEach(function (section) {
    section.hit.bindTooltip(function () {
      var mark = section.properties.stages;
      return el("div", {}, el("b", {}, bi(routes[section.properties.route_id])), el("br"),
        el("span", {"class": "stage " + stages[mark]}, bi(stageName(stages[mark], mark === "a"))));
    }, {sticky: true, direction: "top"});
  });

  function modeOf(section) {
    return Object.keys(markers).reduce(function (mode, key) {
      return markers[key].properties.sections.indexOf(section.id) >= 0 ? markers[key].properties.mode : mode;
    }, "");
  }
  function redraw() {
    lines.redraw(function (section) { return hidden[modeOf(section)] ? "" : stages[section.properties.stages]; });
    Object.keys(markers).forEach(function (key) {
      var marker = markers[key];
      if (hidden[marker.properties.mode]) { marker.remove(); } else if (!map.hasLayer(marker)) {
        marker.addTo(map);
        marker.getElement().setAttribute("aria-label", key + " " + marker.properties.name_zh + " " + marker.properties.name_en);
      }
    });
    spread();
  }

  // Push numbers that lie on each other apart; a thin line leads to the place.
  function spread() {
    var items = Object.keys(markers).filter(function (key) { return map.hasLayer(markers[key]); }).map(function (key) {
      var at = map.latLngToLayerPoint(markers[key].getLatLng());
      return {marker: markers[key], at: at, x: at.x, y: at.y, width: key.length > 2 ? 34 : 27};
    });
    for (var round = 0, moved = true; moved && round < 80; round += 1) {
      moved = false;
      items.forEach(function (a, i) {
        items.slice(i + 1).forEach(function (b) {
          var dx = b.x - a.x, dy = b.y - a.y, need = Math.max(26, (a.width + b.width) / 2);
          var distance = Math.hypot(dx, dy);
          if (distance >= need) { return; }
          if (distance < 0.5) { dx = Math.cos(i); dy = Math.sin(i); distance = 1; }
          var push = (need - distance) / 2 / distance;
          a.x -= dx * push; a.y -= dy * push;
          b.x += dx * push; b.y += dy * push;
          moved = true;
        });
      });
    }
    boxes = items.map(function (item) { return [item.x - 15, item.y - 13, item.x + 15, item.y + 13]; });
    items.forEach(function (item) {
      var dx = item.x - item.at.x, dy = item.y - item.at.y, far = Math.hypot(dx, dy);
      var node = item.marker.getElement(), face = node.querySelector(".number"), leader = node.querySelector(".leader");
      face.style.setProperty("--dx", dx.toFixed(1) + "px");
      face.style.setProperty("--dy", dy.toFixed(1) + "px");
      leader.style.width = far.toFixed(1) + "px";
      leader.style.transform = "rotate(" + Math.atan2(dy, dx).toFixed(3) + "rad)";
    });
  }
  map.on("zoomend", spread);
  document.querySelectorAll("[data-mode]").forEach(function (box) {
    box.addEventListener("change", function () { hidden[box.dataset.mode] = !box.checked; redraw(); });
  });

  function choose(number, fromMap) {
    var marker = markers[number];
    rows.forEach(function (row) { row.classList.toggle("chosen", row.dataset.crossing === number); });
    document.querySelectorAll(".crossing.chosen").forEach(function (node) { node.classList.remove("chosen"); });
    if (!marker) { lines.highlight([]); geo.setState({crossing: null}); return; }
    lines.highlight(marker.properties.sections);
    if (marker.getElement()) { marker.getElement().classList.add("chosen"); }
    geo.setState({crossing: number});
    if (fromMap) {
      rows.find(function (row) { return row.dataset.crossing === number; })
        .scrollIntoView({block: "nearest", behavior: calm ? "auto" : "smooth"});
    } else { map.setView(marker.getLatLng(), Math.max(map.getZoom(), 9.5), {animate: !calm}); }
  }
  rows.forEach(function (row) {
    row.addEventListener("click", function () {
      choose(row.dataset.crossing, false);
      if (innerWidth <= 900) { document.querySelector(".stage-area").scrollIntoView(); }
    });
  });
  map.on("click", function () { choose(null); });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") { choose(null); } });

  function home() {
    var bounds = L.latLngBounds(Object.keys(markers).map(function (key) { return markers[key].getLatLng(); }));
    if (bounds.isValid()) { map.fitBounds(bounds, {animate: false, paddingTopLeft: [40, 90], paddingBottomRight: [40, 40], maxZoom: 9}); }
  }
  function restore() {
    var wanted = geo.state().get("crossing");
    if (geo.own(markers, wanted)) { choose(wanted, false); }
  }
  home();
  redraw();
  geo.labels(map, geo.data("data-cities").concat(geo.data("data-areas")), function () { return boxes; });
  restore();
  window.addEventListener("hashchange", restore);
  document.documentElement.dataset.ready = "true";
};
