// Ends of journeys: cities, counties, stations, any point; found by name, kept in the address.
import { onLanguageChange, pick } from "./language.js";
import { SearchBox, searchEntry } from "./search-box.js";

const KINDS = {
  city: { color: "#17344c", rank: 0, note: { zh: "城市", en: "city" } },
  station: { color: "#B34E00", rank: 0.2, note: { zh: "车站", en: "station" } },
  zone: { color: "#6a737c", rank: 0.3, note: { zh: "区县", en: "county" } },
  interchange: { color: "#0072B2", rank: 0.5, note: { zh: "互通", en: "interchange" } },
  port: { color: "#00734F", rank: 0.4, note: { zh: "港口", en: "port" } },
  airport: { color: "#93447A", rank: 0.4, note: { zh: "机场", en: "airport" } },
};
/** Digits of degrees that a point keeps. */
const DIGITS = 4;

/**
 * @typedef {Object} Place
 * @property {string} key what stands in the address
 * @property {any} end what the engine takes
 * @property {[string, string]} name
 * @property {[number, number]} at latitude and longitude
 */

/** @returns {Place} */
export function pointPlace({ lat, lng }) {
  const [lon, shownLat] = [Number(lng.toFixed(DIGITS)), Number(lat.toFixed(DIGITS))];
  const text = `${shownLat.toFixed(3)}°, ${lon.toFixed(3)}°`;
  const end = { lon, lat: shownLat };
  const name = /** @type {[string, string]} */ ([`地图上 ${text}`, `Point ${text}`]);
  return { key: `at:${lon},${shownLat}`, end, name, at: [shownLat, lon] };
}

export class Places {
  /** @param {any} catalogue of the engine */
  constructor({ cities, zones, places }, pinyin) {
    this.pinyin = pinyin;
    this.byKey = new Map();
    const twice = new Set(cities.map((city) => `${city.lon},${city.lat}`));
    for (const city of cities) this.add("city", "city", city);
    for (const zone of zones) {
      if (zone.node.startsWith("zone:"))
        this.add("zone", "zone", zone, twice.has(`${zone.lon},${zone.lat}`));
    }
    for (const place of places) if (KINDS[place.kind]) this.add("place", place.kind, place);
  }

  /** @param {boolean} isHidden whether it is found by its key alone: a city stands in the same place */
  add(type, kind, { id, name, lon, lat }, isHidden = false) {
    const key = `${type}:${id}`;
    this.byKey.set(key, { key, kind, isHidden, end: { [type]: id }, name, at: [lat, lon] });
  }

  /** @returns {Place | null} what a key of the address stands for */
  find(key) {
    const [lon, lat] = key?.startsWith("at:") ? key.slice(3).split(",").map(Number) : [];
    if (lat !== undefined && Math.abs(lat) <= 90 && Math.abs(lon) <= 180) {
      return pointPlace({ lat, lng: lon });
    }
    return this.byKey.get(key) ?? null;
  }

  entries() {
    const shown = [...this.byKey.values()].filter(({ isHidden }) => !isHidden);
    return shown.map((place) => {
      const { color, rank, note } = KINDS[place.kind];
      const keys = [...place.name, ...(this.pinyin[place.name[0]] ?? "").split(" "), place.key];
      const found = keys.filter(Boolean);
      return searchEntry(place.name, found, { color, rank, note: pick([note.zh, note.en]), place });
    });
  }
}

export class EndField {
  /**
   * @param {string} id of the field
   * @param {Places} places
   * @param {(place: Place) => void} onChoose
   */
  constructor(id, places, onChoose) {
    /** @type {Place | null} */
    this.place = null;
    const none = /** @type {[string, string]} */ (["没有找到", "Nothing found"]);
    this.box = new SearchBox(places.entries(), none, ({ place }) => onChoose(place), false, id);
    this.box.input.addEventListener("focus", () => this.box.input.select());
    this.box.input.addEventListener("change", () => this.show(this.place));
    this.box.translate();
    onLanguageChange(() => {
      this.box.translate();
      this.box.entries = places.entries();
      this.show(this.place);
    });
  }

  /** @param {Place | null} place */
  show(place) {
    this.place = place;
    this.box.input.value = place ? pick(place.name) : "";
  }
}
