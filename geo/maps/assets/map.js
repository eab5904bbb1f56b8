// What all maps share: credits, controls, panes, how they follow language and print.
import { getState, onAddressChange, setState } from "./address.js";
import { all, button, icon, one } from "./dom.js";
import { onLanguageChange, pick, translatedName } from "./language.js";

export const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

/** An unseen line over a drawn one: so far around it still counts as on it, more for a finger. */
export const HIT_LINE = {
  color: "#000",
  opacity: 0,
  weight: matchMedia("(pointer: coarse)").matches ? 26 : 14,
  interactive: true,
  bubblingMouseEvents: false,
  className: "route-hit",
};

/** @type {L.Map[]} The maps of the page, for the console and for tests. */
export const maps = [];

/**
 * @param {L.Map} map
 * @param {any} settings
 * @param {() => void} [goHome] shows what the map shows at first
 */
export function prepareMap(map, settings, goHome) {
  maps.push(map);
  leaveTabOrder(map);
  addCredits(map, settings.attribution);
  L.control.scale({ metric: true, imperial: false, position: "bottomleft" }).addTo(map);
  const zoom = L.control.zoom({ position: "bottomright", zoomInTitle: "", zoomOutTitle: "" });
  zoom.addTo(map);
  if (maps.length === 1) {
    keepPosition(map);
    addViewButtons(map, goHome ?? (() => map.setView(map.options.center, map.options.zoom)));
  }
  const translate = () => nameControls(map, zoom, settings.mapLabel);
  map.getContainer().setAttribute("role", "region");
  onLanguageChange(translate);
  translate();
  matchMedia("print").addEventListener("change", () => map.invalidateSize({ animate: false }));
  for (const panel of all(".panel, .timebar, .sheets")) {
    L.DomEvent.disableClickPropagation(panel);
    L.DomEvent.disableScrollPropagation(panel);
  }
}

/** The middle and the zoom of a map, as the address has them. */
export function positionOf(map) {
  const { lat, lng } = map.getCenter();
  return [lat.toFixed(4), lng.toFixed(4), map.getZoom()].join(",");
}

/** Where a reader moved the map stands in the address: a link shows this very view. */
function keepPosition(map) {
  let isOwn = false; // of the reader, not of the page
  const begin = () => {
    isOwn = true;
  };
  map.on("dragstart", begin);
  for (const type of ["wheel", "dblclick", "keydown"]) {
    map.getContainer().addEventListener(type, begin, { passive: true });
  }
  for (const button of all(".leaflet-control-zoom a", map.getContainer())) {
    button.addEventListener("click", begin, { capture: true });
  }
  map.on("moveend", () => {
    if (isOwn || getState().has("at")) setState({ at: isOwn ? positionOf(map) : null });
    isOwn = false;
  });
  const show = (wanted) => {
    const [lat, lng, zoom] = (wanted ?? "").split(",").map(Number);
    if (zoom && Number.isFinite(lat + lng + zoom)) {
      isOwn = true;
      map.setView([lat, lng], zoom, { animate: false });
    }
  };
  // the page shows what was chosen, which may move the map; the place in the address comes last
  const first = getState().get("at");
  queueMicrotask(() => show(first));
  onAddressChange(() => {
    const wanted = getState().get("at");
    setTimeout(() => show(wanted));
  });
}

const BUTTONS = {
  home: [["全图", "Whole map"], "M2 9 9 2.5 16 9M4 7.5V15.5H14V7.5"],
  full: [["全屏", "Full screen"], "M2 6V2H6M12 2H16V6M16 12V16H12M6 16H2V12"],
};

function viewButton(name, onClick) {
  const [label, path] = BUTTONS[name];
  return button(icon(path), onClick, { class: name, ...translatedName(label) });
}

/** The whole map again, and the map as large as the screen. */
function addViewButtons(map, goHome) {
  const bar = one(".leaflet-control-zoom", map.getContainer());
  const home = () => {
    goHome();
    setState({ at: null });
  };
  bar.append(viewButton("home", home));
  const area = one(".stage-area");
  if (document.fullscreenEnabled && area) {
    const toggle = () =>
      document.fullscreenElement ? document.exitFullscreen() : area.requestFullscreen();
    bar.append(viewButton("full", toggle));
  }
}

/** The map is one stop of the keyboard: search and tables reach what is drawn on it. */
function leaveTabOrder(map) {
  map.on("layeradd", ({ layer }) => layer.getElement?.()?.setAttribute("tabindex", "-1"));
}

function addCredits(map, attribution) {
  map.attributionControl.setPrefix("Leaflet");
  const credit = document.createElement("i");
  credit.textContent = attribution; // Leaflet takes HTML: this escapes the text
  if (attribution) map.attributionControl.addAttribution(credit.innerHTML);
}

function nameControls(map, zoom, mapLabel) {
  const labels = { in: ["放大", "Zoom in"], out: ["缩小", "Zoom out"] };
  for (const [key, label] of Object.entries(labels)) {
    const button = one(`.leaflet-control-zoom-${key}`, zoom.getContainer());
    button.setAttribute("aria-label", pick(label));
    button.title = pick(label);
  }
  map.getContainer().setAttribute("aria-label", pick(mapLabel));
}

/** Panes by name, with the height each lies at; only those in `clickable` take clicks. */
export function createPanes(map, heights, clickable) {
  for (const [name, height] of Object.entries(heights)) {
    const pane = map.createPane(name);
    pane.style.zIndex = height;
    if (name !== clickable) pane.style.pointerEvents = "none";
  }
}

/** The colour of text, for outlines on maps and in legends. */
export const INK = "#1d2a35";

/** Lines are thicker the nearer one looks. */
export const zoomFactor = (zoom) => Math.max(0.75, Math.min(1.7, 1 + (zoom - 8) * 0.16));
