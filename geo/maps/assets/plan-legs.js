// A journey in words: its minutes, what they consist of, and its legs one below the other.
import { bilingual, element } from "./dom.js";
import { fixed, MINUTES, sameInBoth, withUnit } from "./numbers.js";

/** Minutes as hours and minutes from three hours on. */
export function duration(minutes) {
  const whole = Math.round(minutes);
  if (whole < 180) return withUnit(String(whole), MINUTES);
  const [hours, rest] = [Math.floor(whole / 60), whole % 60];
  return [`${hours} 小时 ${rest} 分`, `${hours} h ${rest} min`];
}

/**
 * The 90 % interval of a time, in minutes or hours as the time itself.
 * @returns {[string, string]}
 */
export function interval({ low, high, min }) {
  const [from, to] = [low, high].map((bound) =>
    Math.round(min) < 180 ? sameInBoth(fixed(bound, 0)) : duration(bound),
  );
  return [`90% 区间 ${from[0]}–${to[0]}`, `90 % interval ${from[1]}–${to[1]}`];
}

/** What the minutes of a journey are spent on, as a bar with a line of words below. */
export function breakdown(way) {
  const parts = [
    ["ride", way.in_vehicle_min, ["乘车", "riding"]],
    ["wait", way.wait_min, ["候车换乘", "waiting"]],
    ["access", way.access_min, ["两端与站内", "getting there"]],
  ].filter(([, minutes]) => /** @type {number} */ (minutes) >= 0.5);
  const bars = parts.map(([key, minutes]) =>
    element("i", {
      class: key,
      style: `flex-grow:${Math.max(1, /** @type {number} */ (minutes))}`,
    }),
  );
  const words = parts.map(([key, minutes, label]) =>
    element("span", { class: key }, element("i"), bilingual(label), ` ${fixed(minutes, 0)}`),
  );
  const changes = way.changes
    ? [`换乘 ${way.changes} 次`, `${way.changes} change${way.changes > 1 ? "s" : ""}`]
    : null;
  return element(
    "div",
    { class: "spent" },
    element("div", { class: "spent-bar", "aria-hidden": "true" }, bars),
    element("p", {}, words, changes ? element("span", {}, bilingual(changes)) : null),
  );
}

export class Legs {
  /** @param {any} settings of the page @param {any} catalogue of the engine */
  constructor(settings, catalogue) {
    this.settings = settings;
    this.routes = new Map(catalogue.routes.map((route) => [route.id, route]));
    this.sections = new Map(catalogue.sections.map((section) => [section.id, section]));
    this.places = new Map(catalogue.places.map((place) => [place.id, place.name]));
    for (const list of [catalogue.cities, catalogue.zones]) {
      for (const { id, name } of list) this.places.set(id, name);
    }
  }

  /** What a leg is called; in a station by whether a train follows. */
  titleOf(leg, next) {
    const route = this.routes.get(leg.route);
    if (route ?? leg.name) return route?.name ?? leg.name;
    if (leg.mode !== "station") return ["普通公路", "Ordinary roads"];
    const [zh, en] = leg.from_name ?? leg.to_name ?? ["", ""];
    return next?.route
      ? [`${zh}：进站`, `${en}: into the station`]
      : [`${zh}：出站`, `${en}: out of the station`];
  }

  /** The legs as a list that reads from the first end to the second. */
  list(way, from, to) {
    const last = way.legs.length - 1;
    const rows = way.legs.map((leg, i) =>
      this.row(leg, i ? leg.from_name : from, i === last ? to : leg.to_name, way.legs[i + 1]),
    );
    return element("ol", { class: "legs" }, rows);
  }

  row(leg, start, end, next) {
    const color = leg.route ? this.settings.colors[leg.mode] : "#8d99a4";
    const ends =
      start && end && leg.mode !== "station"
        ? [`${start[0]} → ${end[0]}`, `${start[1]} → ${end[1]}`]
        : null;
    return element(
      "li",
      { class: leg.route ? "ride" : "ground", style: `--leg:${color}` },
      element("b", {}, bilingual(this.titleOf(leg, next))),
      element("span", { class: "time" }, bilingual(duration(leg.min))),
      ends ? element("small", {}, bilingual(ends)) : null,
      element("small", { class: "facts" }, this.facts(leg)),
    );
  }

  facts(leg) {
    const speed =
      leg.route && leg.min > 0 ? (60 * leg.km) / Math.max(leg.min - (leg.wait_min ?? 0), 1) : null;
    const parts = [
      leg.km >= 0.05 ? sameInBoth(`${fixed(leg.km, leg.km < 10 ? 1 : 0)} km`) : null,
      speed ? [`平均 ${fixed(speed, 0)} km/h`, `${fixed(speed, 0)} km/h on average`] : null,
      leg.wait_min >= 0.5
        ? [`候车 ${fixed(leg.wait_min, 0)} 分钟`, `${fixed(leg.wait_min, 0)} min wait`]
        : null,
      leg.trains
        ? [`每天约 ${fixed(leg.trains, 0)} 班`, `about ${fixed(leg.trains, 0)} trains a day`]
        : null,
    ].filter(Boolean);
    return parts.map((part) => element("span", {}, bilingual(part)));
  }

  /** Why a number is what it is: the sections of the legs with speed, and the sources. */
  reasons(way) {
    const ids = [...new Set(way.legs.flatMap((leg) => leg.sections ?? []))];
    const known = ids.map((id) => this.sections.get(id)).filter(Boolean);
    const rows = known.map((section) => this.reason(section));
    const keys = new Set(ids.flatMap((id) => this.settings.sourcesOf[id] ?? []));
    const sources = [...keys]
      .filter((key) => this.settings.sources[key])
      .map((key) => this.source(key));
    return element(
      "details",
      { class: "why" },
      element("summary", {}, bilingual(["为什么是这个数", "Why this number"])),
      element("ul", {}, rows),
      sources.length ? element("h2", {}, bilingual(["来源", "Sources"])) : null,
      element("ul", { class: "sources" }, sources),
    );
  }

  reason(section) {
    const route = this.routes.get(section.route);
    const [from, to] = [section.from, section.to].map((id) => this.places.get(id) ?? ["?", "?"]);
    const speed = section.speed
      ? [`${fixed(section.speed, 0)} km/h`, `${fixed(section.speed, 0)} km/h`]
      : ["速度不详", "speed not known"];
    const since = section.opened || (section.expected ? `(${section.expected})` : "");
    const name = route?.name ?? ["", ""];
    return element(
      "li",
      {},
      bilingual([`${name[0]}：${from[0]}–${to[0]}`, `${name[1]}: ${from[1]}–${to[1]}`]),
      element(
        "small",
        {},
        ` ${fixed(section.km, 0)} km · `,
        bilingual(speed),
        since ? ` · ${since}` : "",
      ),
    );
  }

  source(key) {
    const [title, publisher, date, url] = this.settings.sources[key];
    const name = url ? element("a", { href: url, rel: "noreferrer" }, title) : title;
    const rest = [publisher, date].filter(Boolean).join(", ");
    return element("li", { "data-original": true }, name, rest ? ` (${rest})` : "");
  }
}
