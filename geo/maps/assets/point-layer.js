// Points of one kind, drawn from the zoom at which there is room for them.

export class PointLayer {
  /**
   * @param {L.Map} map
   * @param {any} spec `key, layer, color, fill, radius, zoom`
   * @param {{onClick: (feature: any) => void, tooltip: (properties: any) => any}} actions
   */
  constructor(map, spec, { onClick, tooltip }) {
    this.map = map;
    this.zoom = spec.zoom;
    this.visible = true;
    this.circles = L.layerGroup();
    /** @type {any[]} */
    this.all = [];
    if (!map.getPane("points")) map.createPane("points").style.zIndex = "460";
    spec.layer.eachLayer((marker) => {
      const circle = L.circleMarker(marker.getLatLng(), styleOf(spec));
      circle.feature = marker.feature;
      circle.bindTooltip(() => tooltip(marker.feature.properties), { direction: "top" });
      circle.on("click", () => onClick(marker.feature));
      this.all.push(circle);
      this.circles.addLayer(circle);
    });
    map.on("zoomend", () => this.update());
    this.update();
  }

  /** Shows the places of which a test holds. */
  keep(isThere) {
    for (const circle of this.all) {
      if (isThere(circle.feature)) this.circles.addLayer(circle);
      else this.circles.removeLayer(circle);
    }
  }

  show(visible) {
    this.visible = visible;
    this.update();
  }

  update() {
    const visible = this.visible && this.map.getZoom() >= this.zoom;
    if (visible === this.map.hasLayer(this.circles)) return;
    if (visible) this.circles.addTo(this.map);
    else this.circles.remove();
  }
}

const styleOf = (spec) => ({
  pane: "points",
  radius: spec.radius,
  weight: 1.8,
  color: spec.color,
  fillColor: spec.fill,
  fillOpacity: 1,
  bubblingMouseEvents: false,
  className: `place ${spec.key}`,
});
