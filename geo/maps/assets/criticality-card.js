// The card of the closed link: what it costs, and whom.
import { bilingual, element, fact } from "./dom.js";
import { closeButton } from "./language.js";
import { joined } from "./names.js";
import { fixed, fixedOrLess, MINUTES, people, withUnit } from "./numbers.js";

/** Values of `detour` that are no ratio. */
const NO_WAY = -1;
/** Minutes from which the mean extra time is printed bold. */
const MUCH = 0.5;
const NO_EFFECT = [
  "没有城市对的最快路线经过这一段：中断后最快时间不变。",
  "No fastest way between two cities runs here: its loss changes no time.",
];

const strong = (isStrong) => ({ class: isStrong ? "strong" : null });

function ratio(detour) {
  if (detour === NO_WAY) return bilingual(["无绕行", "none"]);
  return detour === null ? "–" : `×${fixed(detour, detour < 10 ? 2 : 0)}`;
}

/**
 * Children of the card.
 * @param {any} link
 * @param {import("./criticality-links.js").Links} links
 * @param {string} mode
 * @param {() => void} onClose
 */
export function linkCard(link, links, mode, onClose) {
  const loss = links.loss(link, mode);
  const parts = [...head(link, onClose), facts(loss)];
  if (!loss.pairs) return [...parts, element("p", {}, bilingual(NO_EFFECT))];
  const detail = links.detail(link, mode);
  if (!detail) return parts;
  const nameOf = (city) => links.cityName(city);
  if (detail.cutOff) parts.push(cutOffCities(detail.cutOff.map(nameOf)));
  if (detail.pair) parts.push(worstPair(detail.pair, nameOf));
  if (detail.losers.length) parts.push(...losers(detail.losers, nameOf));
  return parts;
}

function head(link, onClose) {
  const swatch = element("i", { class: "swatch", style: `--mode:${link.color}` });
  const minutes = bilingual(withUnit(Math.round(link.minutes) || "<1", MINUTES));
  const ends = bilingual(link.ends);
  return [
    closeButton(["恢复通行", "Reopen the link"], onClose),
    element("h2", {}, swatch, bilingual(link.name)),
    element("p", { class: "ends" }, ends, ` · ${link.km} km · `, minutes),
  ];
}

function facts({ extra, cutOff, efficiency, pairs, detour }) {
  const extraText = bilingual(withUnit(fixedOrLess(extra, 2), MINUTES));
  const lost = `${efficiency > 0 ? "−" : ""}${fixedOrLess(Math.max(efficiency, 0), 2)}%`;
  return element(
    "dl",
    { class: "costs" },
    fact(["平均多花", "Extra, mean"], extraText, strong(extra >= MUCH)),
    fact(["断联人口", "Cut off"], bilingual(people(cutOff)), strong(cutOff > 0)),
    fact(["效率损失", "Efficiency"], lost),
    fact(["绕行倍数", "Detour"], ratio(detour), strong(detour === NO_WAY)),
    fact(["影响城市对", "Pairs hit"], fixed(pairs, 0)),
  );
}

function cutOffCities(names) {
  const title = element("b", {}, bilingual(["断联城市：", "Cut off: "]));
  return element("p", { class: "off" }, title, bilingual(joined(names)));
}

function worstPair([from, to, before, after], nameOf) {
  const [a, b] = [nameOf(from), nameOf(to)];
  const times = `${fixed(before, 0)} → ${fixed(after, 0)}`;
  return element(
    "p",
    { class: "pair" },
    element("i", { class: "way-mark" }),
    element("b", {}, bilingual([`${a[0]} – ${b[0]}`, `${a[1]} – ${b[1]}`])),
    " ",
    bilingual(withUnit(times, MINUTES)),
    element("em", {}, `+${fixedOrLess(after - before, 1)}`),
  );
}

function losers(list, nameOf) {
  const most = list[0][1] || 1;
  const bars = list.map(([city, minutes]) =>
    element(
      "li",
      { style: `--share:${((100 * minutes) / most).toFixed(1)}%` },
      element("span", { class: "city" }, bilingual(nameOf(city))),
      element("span", { class: "bar" }),
      element("b", {}, `+${fixedOrLess(minutes, 1)}`),
    ),
  );
  const title = ["多花最多的城市（平均分钟）", "Cities that lose most (mean minutes)"];
  return [element("h3", {}, bilingual(title)), element("ol", { class: "bars" }, bars)];
}
