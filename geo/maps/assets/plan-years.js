// The year looked at: a slider and a button for today.
import { one } from "./dom.js";
import { isEnglish, onLanguageChange } from "./language.js";

/** Changes follow each other by at least so many milliseconds while the slider moves. */
const PAUSE = 150;

export class YearControl {
  /**
   * @param {{day: string, years: number[]}} settings
   * @param {(year: number) => void} onChange hears 0 for the day of the page
   */
  constructor({ day, years }, onChange) {
    this.day = day;
    this.years = years;
    this.slider = one("#year");
    this.button = one("[data-today]");
    this.year = 0;
    let timer;
    this.slider.addEventListener("input", () => {
      this.set(Number(this.slider.value));
      clearTimeout(timer);
      timer = setTimeout(() => onChange(this.year), PAUSE);
    });
    this.button.addEventListener("click", () => {
      this.set(0);
      onChange(0);
    });
    onLanguageChange(() => this.set(this.year));
    this.set(0);
  }

  get date() {
    return this.year ? `${this.year}-12-31` : this.day;
  }

  /** The date in words. */
  get label() {
    return this.year ? [`${this.year} 年底`, `end of ${this.year}`] : [this.day, this.day];
  }

  set(year) {
    const [first, last] = this.years;
    this.year = year ? Math.max(first, Math.min(last, year)) : 0;
    this.slider.value = String(this.year || Number(this.day.slice(0, 4)));
    const [zh, en] = this.label;
    const text = isEnglish() ? en : zh;
    one(".years output").textContent = text;
    this.slider.setAttribute("aria-valuetext", text);
    this.button.setAttribute("aria-pressed", String(!this.year));
  }
}
