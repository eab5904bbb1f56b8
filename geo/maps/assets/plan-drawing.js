// Drawing a new line: stops by clicks or by name, joined to the network where they snap to it.
import { bilingual, button, element, one } from "./dom.js";
import { geodesicKm } from "./geodesy.js";
import { pick, translatedName } from "./language.js";
import { sameInBoth } from "./numbers.js";
import { EndField } from "./plan-fields.js";
import { canJoin } from "./plan-file.js";
import { toLatLngs } from "./plan-map.js";

/** Pixels within which a click joins a place. */
const SNAP = 14;
const SPEEDS = {
  hsr: 350,
  intercity: 200,
  conventional: 120,
  expressway: 100,
  trunk: 60,
  waterway: 20,
};

export class Drawing {
  /** @param {any} page @param {HTMLElement} box */
  constructor(page, box) {
    this.page = page;
    this.box = box;
    this.isOn = false;
    this.stops = [];
    this.sketch = L.layerGroup();
    const { classes, labels } = page.settings;
    this.kinds = Object.entries(classes).flatMap(([mode, keys]) =>
      keys.map((key) => ({ mode, key, label: labels.class[key] })),
    );
    this.values = { kind: this.kinds[0].key, kmh: SPEEDS[this.kinds[0].key], trains: 40, name: "" };
    page.map.on("mousemove", ({ latlng }) => this.isOn && this.point(latlng));
  }

  get mode() {
    return this.kinds.find(({ key }) => key === this.values.kind).mode;
  }

  start() {
    this.isOn = true;
    this.stops = [];
    this.values.year ??= Math.max(
      Number(this.page.date.slice(0, 4)),
      Number(this.page.catalogue.as_of.slice(0, 4)) + 1,
    );
    this.sketch.addTo(this.page.map);
    this.page.frame.classList.add("drawing");
    this.fill();
    this.box.scrollIntoView({ block: "nearest" });
  }

  stop() {
    if (!this.isOn) return;
    this.isOn = false;
    this.sketch.clearLayers().remove();
    this.page.frame.classList.remove("drawing");
    this.fill();
  }

  // ---- stops

  /** The place that a point on the map joins, if one is near. */
  nearest(latlng) {
    const { map, catalogue } = this.page;
    const at = map.latLngToContainerPoint(latlng);
    let [found, least] = [null, SNAP];
    for (const place of catalogue.places) {
      if (!canJoin(place, this.mode)) continue;
      const distance = at.distanceTo(map.latLngToContainerPoint([place.lat, place.lon]));
      if (distance < least) [found, least] = [place, distance];
    }
    return found;
  }

  point(latlng) {
    this.near = this.nearest(latlng);
    this.drawSketch(latlng);
  }

  click(latlng) {
    const place = this.nearest(latlng);
    const { lat, lng } = latlng;
    this.add(place ? { place } : { lon: Number(lng.toFixed(5)), lat: Number(lat.toFixed(5)) });
  }

  add(stop) {
    const isHere = (other) => geodesicKm(...Drawing.at(other), ...Drawing.at(stop)) < 0.1;
    if (this.stops.some(isHere)) return;
    this.stops.push(stop);
    this.fill();
    this.drawSketch();
  }

  static at({ place, lon, lat }) {
    return place ? [place.lon, place.lat] : [lon, lat];
  }

  drawSketch(pointer) {
    this.sketch.clearLayers();
    const { styles } = this.page.settings;
    const { color } = styles[this.values.kind];
    /** @type {any[]} */
    const points = toLatLngs(this.stops.map((stop) => Drawing.at(stop)));
    /** @type {any} */
    const near = this.near && pointer ? [this.near.lat, this.near.lon] : null;
    const line = pointer && points.length ? [...points, near ?? pointer] : points;
    const quiet = { pane: "snap", interactive: false };
    this.sketch.addLayer(L.polyline(line, { ...quiet, color, weight: 4, dashArray: "8 6" }));
    for (const [i, at] of points.entries()) {
      const fillColor = this.stops[i].place ? color : "#fff";
      this.sketch.addLayer(
        L.circleMarker(at, { ...quiet, radius: 6, color, weight: 3, fillColor, fillOpacity: 1 }),
      );
    }
    if (!near) return;
    const ring = L.circleMarker(near, {
      ...quiet,
      radius: 12,
      color: "#e69f00",
      weight: 4,
      fillOpacity: 0.15,
    });
    const name = bilingual(this.near.name);
    ring.bindTooltip(element("b", {}, name), {
      permanent: true,
      className: "snap-name",
      direction: "top",
      offset: [0, -10],
    });
    this.sketch.addLayer(ring);
  }

  // ---- the form

  fill() {
    if (!this.isOn) {
      const label = bilingual(["✎ 画一条新线", "✎ Draw a new line"]);
      this.box.replaceChildren(button(label, () => this.start(), { class: "wide" }));
      return;
    }
    const text = [
      "在地图上逐站点击，或在下面按名称加站；靠近车站、互通时自动接入（橙色圈）。",
      "Click stop after stop on the map, or add stops by name; near a station or interchange the line joins it (orange ring).",
    ];
    this.box.replaceChildren(
      element(
        "div",
        { class: "card full" },
        element("h2", {}, bilingual(["新线", "New line"])),
        element("p", {}, bilingual(/** @type {any} */ (text))),
        this.stopList(),
        this.searchField(),
        this.form(),
        this.actions(),
      ),
    );
    this.field = new EndField("stop", this.page.places, (place) => this.addNamed(place));
  }

  addNamed({ key, at }) {
    const id = key.startsWith("place:") ? key.slice(6) : null;
    const place = id && this.page.catalogue.places.find((one) => one.id === id);
    const joins = place && canJoin(place, this.mode);
    this.add(joins ? { place } : { lon: at[1], lat: at[0] });
    one("#stop")?.focus();
  }

  searchField() {
    const name = translatedName(["按名称加一站", "Add a stop by name"]);
    const input = {
      type: "search",
      id: "stop",
      autocomplete: "off",
      role: "combobox",
      "aria-expanded": "false",
      "aria-controls": "stop-list",
      "aria-autocomplete": "list",
    };
    const list = element("ul", {
      id: "stop-list",
      role: "listbox",
      ...translatedName(["搜索结果", "Search results"]),
      hidden: true,
    });
    const field = element("input", { ...input, ...name });
    field.placeholder = field.getAttribute("aria-label");
    return element("div", { class: "search" }, field, list);
  }

  stopList() {
    const rows = this.stops.map((stop, i) => {
      const joins = stop.place ? ["接入 ", "joins "] : ["新点 ", "new point "];
      const at = () => sameInBoth(`${stop.lat.toFixed(3)}°, ${stop.lon.toFixed(3)}°`);
      const name = stop.place?.name ?? at();
      const remove = () => {
        this.stops.splice(i, 1);
        this.fill();
        this.drawSketch();
      };
      const label = translatedName(["去掉这一站", "Remove the stop"]);
      return element(
        "li",
        {},
        element("span", {}, element("small", {}, bilingual(joins)), bilingual(name)),
        button("×", remove, { class: "sign", ...label }),
      );
    });
    return element("ol", { class: "stops" }, rows);
  }

  form() {
    const first = Number(this.page.catalogue.as_of.slice(0, 4));
    const field = (label, input) => element("label", {}, bilingual(label), input);
    const number = (key, min, max) => this.input(key, { min, max });
    const trains = this.mode === "rail";
    return element(
      "div",
      { class: "fields" },
      field(["名称", "Name"], this.input("name", { type: "text" })),
      field(["类别", "Class"], this.kindField()),
      field(["设计速度 km/h", "Design speed, km/h"], number("kmh", 10, 500)),
      trains ? field(["每天每向班数", "Trains a day each way"], number("trains", 1, 500)) : null,
      field(["通车年份", "Opens in"], number("year", first, this.page.settings.years[1])),
    );
  }

  kindField() {
    const options = this.kinds.map(({ key, label }) =>
      element("option", { value: key, selected: key === this.values.kind }, pick(label)),
    );
    const kind = element("select", {}, options);
    kind.addEventListener("change", () => {
      this.values.kind = kind.value;
      this.values.kmh = SPEEDS[kind.value];
      this.fill();
      this.drawSketch();
    });
    return kind;
  }

  input(key, attributes) {
    const input = element("input", {
      type: "number",
      value: String(this.values[key] ?? ""),
      ...attributes,
    });
    input.addEventListener("change", () => {
      const isText = attributes.type === "text";
      const value = isText ? input.value.trim() : Number(input.value);
      const isValid = isText || (input.value && value >= attributes.min && value <= attributes.max);
      if (isValid) this.values[key] = value;
      else input.value = String(this.values[key]);
    });
    return input;
  }

  actions() {
    const done = bilingual(["完成，加入方案", "Done: add it to the plan"]);
    const isShort = this.stops.length < 2;
    return element(
      "div",
      { class: "row" },
      button(done, () => this.finish(), { class: "main", disabled: isShort }),
      button(bilingual(["取消", "Cancel"]), () => this.stop()),
    );
  }

  finish() {
    const { edits } = this.page.plan;
    const numbers = edits
      .filter((edit) => edit.do === "draw")
      .map((edit) => Number(edit.id.split("-")[1]) || 0);
    const number = Math.max(0, ...numbers) + 1;
    const { kind, kmh, trains, year, name } = this.values;
    const edit = {
      do: "draw",
      id: `plan-${number}`,
      name: name || `新线 ${number}`,
      name_en: name || `New line ${number}`,
      mode: this.mode,
      class: kind,
      design_speed_kmh: kmh,
      ...(this.mode === "rail" ? { trains_per_day: trains } : {}),
      year,
      stops: this.stops.map(({ place, lon, lat }) => (place ? { place: place.id } : { lon, lat })),
    };
    this.values.name = "";
    this.stop();
    if (Number(this.page.date.slice(0, 4)) < year) this.page.years.set(year);
    this.page.store.add(edit);
  }
}
