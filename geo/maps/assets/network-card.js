// The card of a route, a section or a place.
import { bilingual, button, element, ownValue } from "./dom.js";
import { closeButton } from "./language.js";
import { endsOf, namesOf } from "./names.js";
import { grouped } from "./numbers.js";
import { speedProfile } from "./profile.js";
import { statusMark, statusOf } from "./status.js";

const NBSP = "\u00a0";

const isKnown = (value) => value !== undefined && value !== null && value !== "";

const quantity = (value, unit) => (value === undefined ? null : grouped(value) + NBSP + unit);

const chip = (text, color) =>
  element("span", { class: "chip", style: color ? `background:${color}` : null }, text);

const linkButton = (label, onClick) => button(bilingual(label), onClick, { class: "link" });

/** A list of names and values; what is not known is left out. */
function facts(pairs) {
  const known = pairs.filter(([, value]) => isKnown(value));
  const rows = known.map(([name, value]) => [
    element("dt", {}, bilingual(name)),
    element("dd", {}, value),
  ]);
  return element("dl", {}, ...rows);
}

function openingYear(properties) {
  const expected = properties.expected ? `(${properties.expected})` : "";
  const text = properties.opened || expected;
  return text ? element("small", { class: "when" }, ` ${text}`) : null;
}

export class NetworkCard {
  /**
   * @param {any} data `routes, sources, labels` of the page
   * @param {import("./route-lines.js").RouteLines} lines
   * @param {{codeOf: (section: any) => string, select: (what: any, zoom?: boolean) => void}} page
   */
  constructor({ routes, sources, labels }, lines, { codeOf, select }) {
    this.routes = routes;
    this.sources = sources;
    this.labels = labels;
    this.texts = labels.ui;
    this.lines = lines;
    this.codeOf = codeOf;
    this.select = select;
  }

  label(kind, key) {
    return ownValue(this.labels[kind], key) || [key, key];
  }

  /** Children of the card of what is chosen: a route, one of its sections, or a place. */
  content({ route, section, place, spec }) {
    const parts = place ? this.placeParts(place, spec) : this.routeParts(route, section);
    return parts.filter(Boolean);
  }

  head(title, chips) {
    const second = title[0] === title[1] ? null : element("small", { lang: "en" }, title[1]);
    const first = element("span", { lang: "zh-CN" }, title[0]);
    return [
      closeButton(this.texts.close, () => this.select(null)),
      element("h2", { "data-original": true }, first, second),
      element("div", { class: "chips" }, chips.filter(Boolean)),
    ];
  }

  accuracy(properties) {
    const class_ = bilingual(this.label("accuracy", properties.accuracy_class));
    return [...class_, ` ±${grouped(properties.accuracy_m)}${NBSP}m`];
  }

  routeParts(id, sectionId) {
    const route = this.routes[id];
    const section = this.lines.sections[sectionId];
    const keys = [...(route.source || []), ...(section?.properties.source || [])];
    return [
      ...this.head(namesOf(route), this.routeChips(route)),
      this.routeFacts(route),
      ...this.profile(route),
      ...(section ? this.sectionParts(section) : []),
      ...(route.sections.length > 1 || !section ? this.sectionList(id, sectionId) : []),
      ...this.sourceList([...new Set(keys)]),
    ];
  }

  routeChips(route) {
    const color = this.lines.sections[route.sections[0]]?.group.color;
    return [
      chip(bilingual(this.label("class", route.class)), color),
      route.ref ? chip(route.ref) : null,
      chip(bilingual(this.label("group", route.group))),
    ];
  }

  routeFacts(route) {
    return facts([
      [this.texts.published, quantity(route.length_km, "km")],
      [this.texts.geometry, quantity(route.geometry_km, "km")],
      [this.texts.accuracy, this.accuracy(route)],
    ]);
  }

  profile(route) {
    const sections = route.sections.map((key) => this.lines.sections[key]);
    const stageOf = (section) => statusOf(this.codeOf(section)).stage;
    const drawing = speedProfile(sections, stageOf, this.texts.profile);
    if (!drawing) return [];
    const title = element("h3", {}, bilingual(this.texts.profile));
    return [title, element("div", { class: "profile" }, drawing)];
  }

  sectionParts(section) {
    const { texts } = this;
    const { properties } = section;
    const name = element("span", { class: "zh", lang: "zh-CN" }, properties.name);
    const isSketch = properties.accuracy_class === "sketch";
    return [
      element("h3", {}, bilingual(texts.section), " ", name),
      facts(this.sectionFacts(section)),
      isSketch ? element("p", { class: "warn" }, bilingual(texts.sketch)) : null,
    ];
  }

  sectionFacts(section) {
    const { texts } = this;
    const p = section.properties;
    return [
      [texts.section, bilingual(endsOf(p))],
      [texts.status, statusMark(this.codeOf(section))],
      [texts.started, p.started],
      [texts.opened, p.opened],
      [texts.expected, p.expected && !p.opened ? String(p.expected) : null],
      [texts.published, quantity(p.length_km, "km")],
      [texts.geometry, quantity(p.geometry_km, "km")],
      [texts.speed, quantity(p.design_speed_kmh, "km/h")],
      [texts.operating, quantity(p.operating_speed_kmh, "km/h")],
      [texts.lanes, p.lanes && String(p.lanes)],
      [texts.tracks, p.tracks && String(p.tracks)],
      [texts.shares, this.sharedRoute(p.shares)],
      [texts.accuracy, this.accuracy(p)],
      [texts.confidence, bilingual(this.label("confidence", p.confidence))],
    ];
  }

  /** The name of the route whose track a section uses; its id where the section is unknown. */
  sharedRoute(id) {
    const shared = this.lines.sections[id];
    return shared ? bilingual(namesOf(this.routes[shared.properties.route_id])) : id;
  }

  sectionList(routeId, sectionId) {
    const rows = this.routes[routeId].sections.map((key) => {
      const section = this.lines.sections[key];
      const show = () => this.select({ route: routeId, section: key });
      return element(
        "li",
        { "aria-current": key === sectionId },
        linkButton(endsOf(section.properties), show),
        " ",
        statusMark(this.codeOf(section)),
        openingYear(section.properties),
      );
    });
    return [element("h3", {}, bilingual(this.texts.sections)), element("ul", {}, rows)];
  }

  placeParts(feature, spec) {
    const { texts } = this;
    const p = feature.properties;
    const ids = (p.routes || []).filter((id) => ownValue(this.routes, id));
    const rows = ids.map((id) => {
      const show = () => this.select({ route: id }, true);
      return element("li", {}, linkButton(namesOf(this.routes[id]), show));
    });
    return [
      ...this.head(namesOf(p), [chip(bilingual(this.label("kind", spec.key)))]),
      facts([
        [texts.accuracy, p.accuracy_m ? `±${p.accuracy_m} m` : null],
        [texts.confidence, bilingual(this.label("confidence", p.confidence))],
      ]),
      p.routes?.length ? element("h3", {}, bilingual(texts.routes)) : null,
      element("ul", {}, rows),
      ...this.sourceList(p.source),
    ];
  }

  sourceList(keys) {
    const sources = (keys || []).map((key) => ownValue(this.sources, key)).filter(Boolean);
    if (!sources.length) return [];
    const rows = sources.map(([title, publisher, date, url]) => {
      const more = [publisher, date].filter(Boolean).join(", ");
      const link = { href: url, target: "_blank", rel: "noopener noreferrer" };
      const name = url ? element("a", link, title) : element("span", {}, title);
      const note = more ? element("small", {}, ` · ${more}`) : null;
      return element("li", { "data-original": true }, name, note);
    });
    const list = element("ul", { class: "sources" }, rows);
    return [element("h3", {}, bilingual(this.texts.sources)), list];
  }
}
