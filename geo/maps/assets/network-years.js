// The year slider with its play button.
import { bilingual, element, one } from "./dom.js";
import { pick } from "./language.js";
import { reducedMotion } from "./map.js";

const ICONS = { play: "M4 2l12 7-12 7z", pause: "M4 2h4v14H4zM10 2h4v14h-4z" };
const STEP_MS = 700;

export class YearBar {
  /**
   * @param {any} time `years, start, day` of the page
   * @param {any} texts
   * @param {(year: number) => void} onChange hears what the reader chooses
   */
  constructor(time, texts, onChange) {
    this.time = time;
    this.texts = texts;
    this.onChange = onChange;
    this.year = time.start;
    this.timer = null;
    this.slider = one("#year");
    this.caption = element("p", { class: "year-caption", "aria-live": "polite" });
    one(".timebar").append(this.caption);
    this.button = one(".play");
    this.slider.addEventListener("input", () => {
      this.stop();
      onChange(Number(this.slider.value));
    });
    this.button.addEventListener("click", () => this.toggle());
  }

  /** Position of the year in what has one value a year. */
  get index() {
    return this.time.years.indexOf(this.year);
  }

  set(value) {
    const { years } = this.time;
    this.year = Math.max(years[0], Math.min(years.at(-1), value));
    this.slider.value = this.year;
    this.slider.setAttribute("aria-valuetext", `${this.year}年 / year ${this.year}`);
    one(".year output").textContent = this.year;
    one(".year-note").replaceChildren(...bilingual(this.note()));
  }

  /** What opens in the year, in words; nothing for nothing. */
  tell(text) {
    const label = text[0] ? text.map((part, i) => `${this.year}${i ? ": " : "："}${part}`) : null;
    this.caption.replaceChildren(...(label ? bilingual(label) : []));
  }

  /** A year means its end, that of the page its day. */
  note() {
    const { day } = this.time;
    const isDayOfPage = String(this.year) === day.slice(0, 4);
    return isDayOfPage ? [`截至 ${day.slice(5)}`, `on ${day.slice(5)}`] : this.texts.yearend;
  }

  toggle() {
    if (this.timer) this.stop();
    else if (reducedMotion.matches) this.step();
    else this.play();
  }

  play() {
    if (this.year >= Number(this.slider.max)) this.onChange(Number(this.slider.min));
    this.timer = setInterval(() => this.step(), STEP_MS);
    this.label();
  }

  stop() {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
    this.label();
  }

  step() {
    if (this.year >= Number(this.slider.max)) this.stop();
    else this.onChange(this.year + 1);
  }

  label() {
    const { pause, play, step } = this.texts;
    const idle = reducedMotion.matches ? step : play;
    const text = this.timer ? pause : idle;
    [this.button.dataset.zh, this.button.dataset.en] = text;
    this.button.setAttribute("aria-label", pick(text));
    one("path", this.button).setAttribute("d", this.timer ? ICONS.pause : ICONS.play);
  }
}
