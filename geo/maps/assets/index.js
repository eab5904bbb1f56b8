// The front page: a map that follows the story, scene by scene.
import { all, bilingual, markReady, one } from "./dom.js";
import { textsOf } from "./language.js";
import { startPage } from "./page.js";
import { addPublishing } from "./publish.js";

/** A scene is told when it crosses the middle of the window. */
const MIDDLE = { rootMargin: "-45% 0px -45% 0px" };

class Story {
  constructor(figure, scenes) {
    this.groups = [...figure.querySelectorAll("[data-first]")];
    this.caption = figure.querySelector(".shown");
    this.scenes = scenes;
    this.figure = figure;
    const seen = new IntersectionObserver((entries) => {
      const entry = entries.findLast(({ isIntersecting }) => isIntersecting);
      if (entry) this.tell(entry.target);
    }, MIDDLE);
    for (const scene of scenes) {
      seen.observe(scene);
      scene.addEventListener("focusin", () => this.tell(scene));
    }
    figure.classList.add("staged");
    this.tell(scenes.find((scene) => scene.dataset.now) ?? scenes.at(-1));
  }

  /** Show what is open in a scene; what was open in the one before fades. */
  tell(scene) {
    const at = Number(scene.dataset.scene);
    for (const other of this.scenes) other.classList.toggle("told", other === scene);
    for (const group of this.groups) {
      const first = Number(group.dataset.first);
      group.classList.toggle("later", first > at);
      group.classList.toggle("before", first < at);
    }
    const when = scene.querySelector(".when").textContent;
    this.caption.replaceChildren(...bilingual([`通车线路，${when}`, `Open lines, ${when}`]));
  }
}

/** The lead of the page, and the scene that the map shows. @returns {import("./dom.js").Label} */
function caption() {
  const parts = [one(".lead"), one(".scene.told p:not(.when)"), one(".shown")];
  const texts = parts.filter(Boolean).map(textsOf);
  return [
    texts.map(([zh]) => (zh.endsWith("。") ? zh : `${zh}。`)).join(""),
    texts.map(([, en]) => (en.endsWith(".") ? en : `${en}.`)).join(" "),
  ];
}

export function index() {
  startPage();
  const scenes = all(".scene");
  const figure = one(".story .overview-figure");
  if (scenes.length > 1 && figure) new Story(figure, scenes);
  addPublishing("index", {
    caption,
    drawing: () => one("svg.overview"),
    legend: () => one(".overview-figure figcaption"),
  });
  markReady();
}
