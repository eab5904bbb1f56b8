// What opens in a year, as a caption of the slider: the main routes by name, the others counted.
import { statusOf } from "./status.js";

const MOST_NAMES = 2;
const RANK = ["hsr", "intercity", "expressway", "conventional", "waterway"];

/**
 * The routes of which sections open in a year, the most important first.
 * @param {any[]} sections
 * @param {Record<string, any>} routes
 * @param {string[]} named groups of the named corridors
 * @param {number} index of the year in the codes of status
 */
export function openingsIn(sections, routes, named, index) {
  const found = new Map();
  if (index < 1) return [];
  const isOpen = (section, at) => statusOf(section.properties.stages[at])?.stage === "open";
  for (const section of sections) {
    if (!isOpen(section, index) || isOpen(section, index - 1)) continue;
    const { route_id: id, running_km: km } = section.properties;
    const row = found.get(id) ?? { id, km: 0, route: routes[id], assumed: false };
    row.km += km;
    row.assumed ||= statusOf(section.properties.stages[index]).assumed;
    found.set(id, row);
  }
  const rank = ({ route }) =>
    2 * ((RANK.indexOf(route.class) + 9) % 9) + (named.includes(route.group) ? 0 : 1);
  return [...found.values()].sort((a, b) => rank(a) - rank(b) || b.km - a.km);
}

/** @param {any[]} openings @returns {import("./dom.js").Label} empty where nothing opens */
export function openingsText(openings) {
  if (!openings.length) return ["", ""];
  const names = openings.slice(0, MOST_NAMES).map(({ route }) => [route.name, route.name_en]);
  const rest = openings.length - names.length;
  const assumed = openings.some((row) => row.assumed);
  const [zh, en] = [names.map(([name]) => name).join("、"), names.map(([, name]) => name)];
  const more = rest ? [...en, `${rest} more`] : en;
  const listed = more.length > 1 ? `${more.slice(0, -1).join(", ")} and ${more.at(-1)}` : more[0];
  return [
    `${zh}${rest ? `等 ${openings.length} 条` : ""}${assumed ? "预计" : ""}通车`,
    `${listed} ${assumed ? "expected to open" : "opened"}`,
  ];
}
