// Edits of a plan in words.
import { joined } from "./names.js";

/** The names of the routes of some sections, with how many sections where these are not all. */
function subject(ids, { legs, catalogue }) {
  const routes = [...new Set(ids.map((id) => legs.sections.get(id)?.route))];
  const names = routes.map((route) => legs.routes.get(route)?.name ?? ["?", "?"]);
  const [zh, en] = joined(names.slice(0, 2));
  const total = catalogue.sections.filter(({ route }) => routes.includes(route)).length;
  if (ids.length === total || routes.length > 1) return [zh, en];
  if (ids.length > 1) return [`${zh}（${ids.length} 段）`, `${en} (${ids.length} sections)`];
  const section = legs.sections.get(ids[0]);
  const [from, to] = [section?.from, section?.to].map((id) => legs.places.get(id) ?? ["?", "?"]);
  return [`${zh}（${from[0]}–${to[0]}）`, `${en} (${from[1]}–${to[1]})`];
}

const WORDS = {
  remove: (_, [zh, en]) => [`不建：${zh}`, `Not built: ${en}`],
  open: ({ year }, [zh, en]) => [`${year} 年通车：${zh}`, `Opens in ${year}: ${en}`],
  speed: ({ kmh }, [zh, en]) => [`${kmh} km/h：${zh}`, `${kmh} km/h: ${en}`],
  lanes: ({ lanes }, [zh, en]) => [`${lanes} 车道：${zh}`, `${lanes} lanes: ${en}`],
  trains: ({ trains }, [zh, en]) => [`每天 ${trains} 班：${zh}`, `${trains} trains a day: ${en}`],
  close: (_, [zh, en]) => [`关闭：${zh}`, `Closed: ${en}`],
};

/** @returns {[string, string]} */
export function describeEdit(edit, page) {
  if (edit.do === "draw") {
    const { name, name_en: english, year, stops } = edit;
    return [
      `新线：${name}（${stops.length} 站，${year} 年）`,
      `New line: ${english} (${stops.length} stops, ${year})`,
    ];
  }
  if (edit.do === "close_area") {
    const at = `${edit.lat.toFixed(2)}°, ${edit.lon.toFixed(2)}°`;
    return [`关闭 ${edit.km} km 内：${at}`, `Closed within ${edit.km} km of ${at}`];
  }
  const ids = edit.sections ?? edit.edges.map((id) => id.split(":")[0]);
  return WORDS[edit.do](edit, subject(ids, page));
}
