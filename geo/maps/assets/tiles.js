// Online tiles below everything we draw. Tiles in GCJ-02 are moved to where they belong.
"use strict";
(function () {
  var TEXT = {
    tiles: ["在线底图：", "Online tiles: "],
    failed: ["在线底图无法加载，显示自带底图。", "The tiles cannot be loaded; the built-in background is shown."]
  };

  // WGS-84 to GCJ-02: the formula of geo/datum.py, whose numbers a test compares.
  function sines(at, waves) {
    return waves.reduce(function (sum, wave) {
      return sum + wave[0] * Math.sin(2 * Math.PI * at / wave[1]) * 2 / 3;
    }, 0);
  }
  function gcj02(at) {
    if (at.lng < 72.004 || at.lng > 137.8347 || at.lat < 0.8293 || at.lat > 55.8271) { return at; }
    var x = at.lng - 105, y = at.lat - 35, root = Math.sqrt(Math.abs(x));
    var shared = sines(x, [[20, 1 / 3], [20, 1]]);
    var east = 300 + x + 2 * y + 0.1 * x * (x + y) + 0.1 * root + shared +
      sines(x, [[20, 2], [40, 6], [150, 24], [300, 60]]);
    var north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + shared +
      sines(y, [[20, 2], [40, 6], [160, 24], [320, 60]]);
    var axis = 6378245, e2 = 0.00669342162296594323, degree = Math.PI / 180;
    var w2 = 1 - e2 * Math.pow(Math.sin(at.lat * degree), 2);
    return L.latLng(at.lat + north / (axis * (1 - e2) / Math.pow(w2, 1.5) * degree),
      at.lng + east / (axis / Math.sqrt(w2) * Math.cos(at.lat * degree) * degree));
  }

  // Shows the tiles as if the middle of the view lay where GCJ-02 has it. The offset changes by
  // 4 m per km at most: the middle is exact, and 700 pixels from it tiles are off by 3 at most.
  var ShiftedTiles = L.TileLayer.extend({
    _getTiledPixelBounds: function (centre) {
      return L.TileLayer.prototype._getTiledPixelBounds.call(this, gcj02(centre));
    },
    _setZoomTransform: function (level, centre, zoom) {
      L.TileLayer.prototype._setZoomTransform.call(this, level, gcj02(centre), zoom);
    },
    _onMoveEnd: function () {                              // a drag moves the middle only
      L.TileLayer.prototype._onMoveEnd.call(this);
      if (this._map && !this._map._animatingZoom) {
        this._setZoomTransforms(this._map.getCenter(), this._map.getZoom());
      }
    }
  });

  function credit(text, href) {
    var node = document.createElement(href ? "a" : "span");
    node.textContent = text;
    if (href) { node.href = href; }
    return node.outerHTML;
  }

  // A layer per address; `report` hears whether the tiles of a view came.
  function layersOf(spec, report) {
    var Kind = spec.datum === "gcj02" ? ShiftedTiles : L.TileLayer;
    return spec.urls.map(function (url, index) {
      var came = 0, failed = 0;
      var layer = new Kind(url, {pane: "tiles", maxNativeZoom: 18, maxZoom: 20,
        attribution: index ? "" : credit(spec.credit[0], spec.credit[1]),
        referrerPolicy: "strict-origin-when-cross-origin"});
      layer.on("loading", function () { came = failed = 0; });
      layer.on("tileload", function () { came += 1; report(false); });
      layer.on("tileerror", function () { failed += 1; if (!came) { report(true); } });
      return layer;
    });
  }

  function add(map) {
    geo.gcj02 = gcj02;
    var spec = geo.data("data-tiles"), failed = false, box, line;
    map.createPane("tiles").style.zIndex = 205;            // above the relief, below the rivers
    map.setMaxZoom(16);
    function tell() { line.replaceChildren.apply(line, failed && box.checked ? geo.bi(TEXT.failed) : []); }
    var group = L.layerGroup(layersOf(spec, function (value) { failed = value; tell(); }));
    function show(on) {
      box.checked = on;
      if (on) { group.addTo(map); } else { group.remove(); }
      tell();
    }
    var control = L.control({position: "bottomright"});
    control.onAdd = function () {
      box = geo.el("input", {type: "checkbox", "data-toggle-tiles": true});
      line = geo.el("p", {role: "status"});
      var node = geo.el("div", {"class": "tiles-control"}, geo.el("label", {}, box,
        geo.el("span", {}, geo.bi([TEXT.tiles[0] + spec.label[0], TEXT.tiles[1] + spec.label[1]]))), line);
      L.DomEvent.disableClickPropagation(node);
      box.addEventListener("change", function () {
        show(box.checked);
        geo.setState({tiles: box.checked ? null : "off"});
      });
      return node;
    };
    control.addTo(map);
    function restore() { show(geo.state().get("tiles") !== "off"); }
    window.addEventListener("hashchange", restore);
    restore();
  }

  L.Map.addInitHook(function () {
    var map = this;
    document.addEventListener("DOMContentLoaded", function () { add(map); });
  });
}());
