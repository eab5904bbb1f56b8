// The counties as areas below the circles: mean time to the cities on a date, and its change.
import { isChange, lookOfChange, lookOfClass, UNCHANGED } from "./accessibility-circles.js";
import { decodePolyline } from "./decoding.js";
import { bilingual, tooltipOf } from "./dom.js";
import { classOf, fixed, signed } from "./numbers.js";

/** The indicator that counties have as well; it is in minutes. */
const INDICATOR = "mean";
const OPACITY = 0.66;

export class CountyMeans {
  /**
   * @param {L.Map} map
   * @param {import("./accessibility-data.js").AccessibilityData} data
   * @param {any} state what is shown
   */
  constructor(map, data, state) {
    this.data = data;
    this.state = state;
    this.layers = L.layerGroup().addTo(map);
    /** @type {[any, number][]} */
    this.areas = data.counties
      .map(([id], i) => [data.countyRings[id], i])
      .filter(([text]) => text)
      .map(([text, i]) => [this.area(text.split(" "), i), i]);
  }

  area(rings, i) {
    const points = rings.map((ring) => decodePolyline(ring, this.data.steps[0]));
    const style = { pane: "counties-reached", className: "county", weight: 0.6, color: "#fff" };
    const area = L.polygon(points, { ...style, fillOpacity: OPACITY, bubblingMouseEvents: true });
    return area.bindTooltip(() => this.tooltip(i), { sticky: true, direction: "top" });
  }

  /** Areas stand for themselves; where a city is chosen its isochrones take their place. */
  get isShown() {
    const { now, chosen } = this.state;
    return now.indicator === INDICATOR && chosen === null && this.areas.length > 0;
  }

  draw() {
    this.layers.clearLayers();
    if (!this.isShown) return;
    for (const [area, i] of this.areas) {
      const fill = this.fillOf(i);
      if (fill) this.layers.addLayer(area.setStyle({ fillColor: fill }));
    }
  }

  /** The colours of the circles mean the same. */
  fillOf(i) {
    const { view, mode } = this.state.now;
    const { dates, change } = this.data.countyMean(mode, i);
    const { breaks, steps } = this.data.modes[mode];
    if (view === "change") {
      if (change === null) return null;
      const limits = steps[INDICATOR];
      if (!isChange(change, 1)) return UNCHANGED.fill;
      return lookOfChange(classOf(Math.abs(change), limits), limits.length + 1, change < 0).fill;
    }
    const { value } = dates[view === "before" ? 0 : 1];
    const limits = breaks[INDICATOR];
    return value === null
      ? null
      : lookOfClass(classOf(value, limits), limits.length + 1, true).fill;
  }

  tooltip(i) {
    const [, zh, en] = this.data.counties[i];
    const { dates, change } = this.data.countyMean(this.state.now.mode, i);
    const rows = dates.map(({ value, low, high }, k) => {
      const text = value === null ? "–" : fixed(value, 0);
      const bounds = value === null ? "" : ` (${fixed(low, 0)}–${fixed(high, 0)})`;
      const when = this.data.dates[k];
      return bilingual([`${when[0]} ${text} 分钟${bounds}`, `${when[1]} ${text} min${bounds}`]);
    });
    const difference = [`差异 ${signed(change, 1)} 分钟`, `change ${signed(change, 1)} min`];
    return tooltipOf([zh, en], ...rows, change === null ? null : bilingual(difference));
  }
}
