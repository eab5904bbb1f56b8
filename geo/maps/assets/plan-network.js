// The edges that are open on a day, as `geo.network.network` has it.
import { Services } from "./plan-services.js";
import { openSections } from "./plan-status.js";

/** How fast traffic is over a section: cars, ships, and the fastest trains between stops. */
function speedOver(section, services, parameters) {
  if (section.mode === "water") return section.operating ?? parameters.water_speed;
  if (section.mode === "rail") {
    return Math.max(...Array.from(services.on(section).values(), ({ kmh }) => kmh));
  }
  if (section.operating !== null) return section.operating * parameters.road_factor_posted;
  const speed = section.design ?? parameters.road_default;
  const slow = speed <= parameters.road_slow_kmh;
  return speed * (slow ? parameters.road_factor_slow : parameters.road_factor);
}

/** The edges that are open on a day, each track or carriageway once. */
export function openEdges(tables, day) {
  const services = new Services(tables, day);
  return openSections(tables, day).flatMap((cells) => {
    const kmh = speedOver(cells, services, tables.parameters);
    const { route, mode, assumed } = cells;
    return cells.edges.map((edge) => {
      const min = (60 * edge.km) / kmh;
      return { ...edge, section: cells.id, cells, route, mode, class: cells.class, min, assumed };
    });
  });
}
