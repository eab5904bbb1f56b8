// Online tiles below everything we draw. Tiles in GCJ-02 are moved to where they belong.
import { getState, onAddressChange, setState } from "./address.js";
import { bilingual, element, pageData } from "./dom.js";
import { toGcj02 } from "./gcj02.js";

const TILES = ["在线底图：", "Online tiles: "];
const FAILED = [
  "在线底图无法加载，显示自带底图。",
  "The tiles cannot be loaded; the built-in background is shown.",
];
/** @type {any} the methods are not public */
const leaflet = L.TileLayer.prototype;

// Shows the tiles as if the middle of the view lay where GCJ-02 has it. The offset changes by
// 4 m per km at most: the middle is exact, and 700 pixels from it tiles are off by 3 at most.
const ShiftedTiles = L.TileLayer.extend({
  _getTiledPixelBounds(centre) {
    return leaflet._getTiledPixelBounds.call(this, toGcj02(centre));
  },
  _setZoomTransform(level, centre, zoom) {
    leaflet._setZoomTransform.call(this, level, toGcj02(centre), zoom);
  },
  // a drag moves the middle, and Leaflet would not transform anew
  _onMoveEnd() {
    leaflet._onMoveEnd.call(this);
    if (this._map && !this._map._animatingZoom) {
      this._setZoomTransforms(this._map.getCenter(), this._map.getZoom());
    }
  },
});

/** Leaflet takes HTML: the element escapes the text. */
const credit = ([text, href]) => element(href ? "a" : "span", href ? { href } : {}, text).outerHTML;

/** A layer per address; `report` hears whether the tiles of a view failed. */
function tileLayers(spec, report) {
  const Kind = spec.datum === "gcj02" ? ShiftedTiles : L.TileLayer;
  return spec.urls.map((url, index) => {
    let loaded = 0;
    const layer = new Kind(url, {
      pane: "tiles",
      maxNativeZoom: 18,
      maxZoom: 20,
      attribution: index ? "" : credit(spec.credit),
      referrerPolicy: "strict-origin-when-cross-origin",
    });
    layer.on("loading", () => {
      loaded = 0;
    });
    layer.on("tileload", () => {
      loaded += 1;
      report(false);
    });
    layer.on("tileerror", () => {
      if (!loaded) report(true);
    });
    return layer;
  });
}

class TileSwitch {
  constructor(map, spec) {
    this.map = map;
    this.failed = false;
    this.layers = L.layerGroup(tileLayers(spec, (failed) => this.report(failed)));
    this.box = element("input", { type: "checkbox", "data-toggle-tiles": true });
    this.message = element("p", { role: "status" });
    const control = new L.Control({ position: "bottomright" });
    control.onAdd = () => this.panel(spec.label);
    control.addTo(map);
    onAddressChange(() => this.restore());
    this.restore();
  }

  panel(label) {
    const text = bilingual(TILES.map((start, i) => start + label[i]));
    const choice = element("label", {}, this.box, element("span", {}, text));
    const node = element("div", { class: "tiles-control" }, choice, this.message);
    L.DomEvent.disableClickPropagation(node);
    this.box.addEventListener("change", () => {
      this.show(this.box.checked);
      setState({ tiles: this.box.checked ? null : "off" });
    });
    return node;
  }

  report(failed) {
    this.failed = failed;
    this.message.replaceChildren(...(failed && this.box.checked ? bilingual(FAILED) : []));
  }

  show(on) {
    this.box.checked = on;
    if (on) this.layers.addTo(this.map);
    else this.layers.remove();
    this.report(this.failed);
  }

  restore() {
    this.show(getState().get("tiles") !== "off");
  }
}

/** Puts the tiles below every map that the page makes. */
export function tiles() {
  const spec = pageData("data-tiles");
  L.Map.addInitHook(function onInit() {
    document.addEventListener("DOMContentLoaded", () => {
      this.createPane("tiles").style.zIndex = "205"; // above the relief, below the rivers
      this.setMaxZoom(16);
      new TileSwitch(this, spec);
    });
  });
}
