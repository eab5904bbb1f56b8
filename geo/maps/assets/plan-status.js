// Which sections are open on a day, at which speeds: as `geo.layers.status` has it.

const DAY_MS = 86_400_000;

/** Days since 1970 of the last day that a year, a month or a date may mean. */
export function lastDay(text) {
  const [year, month = 12, day] = String(text).split("-").map(Number);
  const end = day === undefined ? Date.UTC(year, month, 0) : Date.UTC(year, month - 1, day);
  return end / DAY_MS;
}

/** Whether a row of a table counts on a day. */
const holds = (row, day) =>
  (!row.from || lastDay(row.from) <= day) && (!row.to || day <= lastDay(row.to));

const daysApart = (row, day) =>
  Math.max(row.from ? lastDay(row.from) - day : 0, row.to ? day - lastDay(row.to) : 0, 0);

/** The row of a day; of days that no row holds, the next one in time stands in. */
export function nearestPeriod(rows, day) {
  let best = rows[0];
  if (rows.length === 1) return best;
  let least = rank(best, day);
  for (const row of rows.slice(1)) {
    const own = rank(row, day);
    if (own < least) [best, least] = [row, own];
  }
  return best;
}

const rank = (row, day) => (holds(row, day) ? 0 : 1 + daysApart(row, day));

/** @returns {"open" | "assumed" | ""} */
export function statusOn({ status, opened, expected }, day, asOf) {
  if (status === "open" && (!opened || lastDay(opened) <= day || day >= asOf)) return "open";
  const reached = day > asOf && expected !== null && lastDay(expected) <= day;
  return reached ? "assumed" : "";
}

/**
 * The sections open on a day, each track or carriageway once, with the lanes and the speed of
 * widenings.
 */
export function openSections(tables, day) {
  const open = [];
  for (const section of tables.sections) {
    const status = statusOn(section, day, tables.asOf);
    if (status) open.push({ ...section, assumed: status === "assumed" });
  }
  const here = new Map(open.map((section) => [section.id, section]));
  widen(open, here, tables);
  const isOwn = ({ shared }) => !shared.length || !shared.every((id) => here.has(id));
  return open.filter(isOwn);
}

/** Give a road the lanes and the speed of a later section on its carriageway. */
function widen(open, here, tables) {
  for (const wider of open) {
    if (tables.route.get(wider.route).group !== "expansion") continue;
    for (const id of wider.shared) {
      const owner = here.get(id);
      if (!owner) continue;
      owner.design = larger(owner.design, wider.design);
      owner.lanes = larger(owner.lanes, wider.lanes);
    }
  }
}

const larger = (a, b) => (a === null || (b !== null && b > a) ? b : a);

/** Operating speeds in a period around a day, by section; before the first one that of it. */
export function speedsOn(rows, day) {
  const sorted = rows.toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  const speeds = new Map();
  for (const row of sorted.toReversed()) speeds.set(row.section, row);
  for (const [section, { from, kmh }] of speeds) {
    if (from && day < lastDay(from)) speeds.set(section, kmh);
    else speeds.delete(section);
  }
  for (const row of sorted) if (holds(row, day)) speeds.set(row.section, row.kmh);
  return speeds;
}
