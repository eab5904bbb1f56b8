// The publishing kit of a page: link, pictures, caption, tables and embedding of what is shown.
//
// One call, as soon as the page knows its state, adds the button and its panel:
//
//     addPublishing("plan", { caption: () => ["中文说明。", "English caption."] });
//
// `caption` says in both languages what the page shows now; dates, sources and credit are added.
// Where a page needs more, it also gives
//     title    () => [zh, en]    the heading of the picture; else that of the page
//     legend   () => Element     where the legend stands; else .key-list, .key-panel, #sheet-legend
//     drawing  () => SVGElement  what is drawn instead of a map
//     marks    (map, view) => [] shapes over the map of the picture (see PictureView)
// The picture itself is made of the maps that `prepareMap` knows.
import { getState, isFramed } from "./address.js";
import { all, bilingual, button, element, icon, one, pressButton } from "./dom.js";
import {
  closeButton,
  isEnglish,
  onLanguageChange,
  pageTitle,
  pick,
  textIn,
  translatedName,
} from "./language.js";
import { maps, positionOf } from "./map.js";
import { pageLegend, pictureOf, pngOf, SHAPES } from "./picture.js";
import { downloadFile, tablesOf, writeTable } from "./tables.js";

const NAME = ["发布", "Publish"];
const TITLE = ["发布这一视图", "Publish this view"];
const ICON = "M9 1v11M4.5 5.5 9 1l4.5 4.5M2 10v6h14v-6";

/** What the foot of the page says of dates and sources. */
const sourceLine = (language) =>
  all(".foot p")
    .slice(0, 2)
    .map((line) => textIn(line, language))
    .join(" ");

class Publishing {
  constructor(name, content) {
    this.name = name;
    this.content = { title: pageTitle, legend: pageLegend, ...content };
    this.shape = "16:9";
    this.picture = "";
    this.dialog = this.makeDialog();
    const face = [icon(ICON), element("span", {}, bilingual(NAME))];
    const attributes = { class: "publish", ...translatedName(TITLE) };
    one(".top .lang").before(button(face, () => this.open(), attributes));
    document.body.append(this.dialog);
    onLanguageChange(() => {
      if (this.dialog.open) this.fill();
    });
  }

  makeDialog() {
    const dialog = element("dialog", { class: "publishing", ...translatedName(TITLE) });
    this.body = element("div", {});
    this.message = element("p", { "aria-live": "polite", class: "said" });
    dialog.append(closeButton(["关闭", "Close"], () => dialog.close()));
    dialog.append(element("h2", {}, bilingual(TITLE)), this.body, this.message);
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
    return dialog;
  }

  open() {
    this.say(["", ""]);
    this.dialog.showModal();
    this.fill();
  }

  say(label) {
    this.message.replaceChildren(...bilingual(label));
  }

  fill() {
    this.preview = element("img", { class: "preview", alt: "" });
    const parts = [this.pictureParts(), this.captionParts(), this.tableParts()];
    if (!isFramed) parts.splice(2, 0, this.linkParts());
    this.body.replaceChildren(...parts);
    this.draw();
  }

  // ---- pictures

  pictureParts() {
    const shapes = Object.keys(SHAPES).map((shape) =>
      button(shape, () => this.setShape(shape), {
        "data-shape": shape,
        "aria-pressed": String(shape === this.shape),
      }),
    );
    const group = { class: "shapes", role: "group", ...translatedName(["形状", "Shape"]) };
    return element(
      "section",
      {},
      element("h3", {}, bilingual(["图片", "Picture"])),
      this.preview,
      element(
        "div",
        { class: "row" },
        element("div", group, shapes),
        button(bilingual(["下载 PNG", "PNG"]), () => this.savePng(), { "data-save": "png" }),
        button(bilingual(["下载 SVG", "SVG"]), () => this.saveSvg(), { "data-save": "svg" }),
      ),
    );
  }

  setShape(shape) {
    this.shape = shape;
    pressButton("shape", shape, this.dialog);
    this.draw();
  }

  draw() {
    this.picture = pictureOf(
      { ...this.content, caption: () => this.content.caption() },
      this.shape,
    );
    URL.revokeObjectURL(this.preview.src);
    this.preview.src = URL.createObjectURL(new Blob([this.picture], { type: "image/svg+xml" }));
    this.preview.alt = `${pick(this.content.title())}. ${pick(this.content.caption())}`;
  }

  get file() {
    return `${this.name}-${this.shape.replace(":", "x")}`;
  }

  async savePng() {
    downloadFile(`${this.file}.png`, await pngOf(this.picture, this.shape));
  }

  saveSvg() {
    downloadFile(`${this.file}.svg`, new Blob([this.picture], { type: "image/svg+xml" }));
  }

  // ---- words

  captionParts() {
    const texts = this.content.caption().map((text, i) => `${text} ${sourceLine(i ? "en" : "zh")}`);
    return element(
      "section",
      {},
      element("h3", {}, bilingual(["图注", "Caption"])),
      this.copyField("caption-zh", ["中文图注", "Caption in Chinese"], texts[0], "zh-CN"),
      this.copyField("caption-en", ["英文图注", "Caption in English"], texts[1], "en"),
    );
  }

  linkParts() {
    const link = linkToView();
    const source = location.protocol === "file:" ? link.slice(link.lastIndexOf("/") + 1) : link;
    const title = pick(this.content.title()).replaceAll('"', "&quot;");
    const frame = `<iframe src="${source.replaceAll("&", "&amp;")}" title="${title}" width="100%" height="640" style="border:0" loading="lazy" allowfullscreen></iframe>`;
    const note = [
      "嵌入时把本页文件放在同一网站，或改为它的网址。",
      "To embed, put the file of this page on your site, or write its address.",
    ];
    return element(
      "section",
      {},
      element("h3", {}, bilingual(["链接与嵌入", "Link and embedding"])),
      this.copyField("link", ["链接到这一视图", "Link to this view"], link),
      this.copyField("embed", ["嵌入代码", "Embed code"], frame),
      element("p", { class: "note" }, bilingual(note)),
    );
  }

  copyField(key, label, text, language) {
    const field = element(
      "textarea",
      {
        readonly: true,
        rows: key === "link" ? 2 : 5,
        "data-text": key,
        lang: language ?? null,
        ...translatedName(label),
      },
      text,
    );
    const name = [`复制${label[0]}`, `Copy: ${label[1]}`];
    const word = bilingual(["复制", "Copy"]);
    const copy = button(word, () => this.copy(field), translatedName(name));
    return element("div", { class: "field" }, element("b", {}, bilingual(label)), copy, field);
  }

  async copy(field) {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy"); // where the page may not reach the clipboard itself
    }
    this.say(["已复制。", "Copied."]);
  }

  // ---- tables

  tableParts() {
    const rows = tablesOf().map(({ table, name, file }) =>
      element(
        "li",
        {},
        button(bilingual(name), () => writeTable(table, file), { "data-table": file }),
      ),
    );
    if (!rows.length) return element("section", {});
    const heading = element("h3", {}, bilingual(["表格（CSV）", "Tables (CSV)"]));
    return element("section", {}, heading, element("ul", { class: "files" }, rows));
  }
}

/** The address of what is shown, with the place of the map and the language. */
export function linkToView() {
  const state = getState();
  if (maps.length) state.set("at", positionOf(maps[0]));
  state.set("lang", isEnglish() ? "en" : "zh");
  state.delete("theme");
  const page = location.href.split("#")[0];
  return `${page}#${state.toString().replaceAll("%2C", ",")}`;
}

/**
 * Adds the kit to a page.
 * @param {string} name of the page, for its files
 * @param {{caption: () => import("./dom.js").Label, title?: () => import("./dom.js").Label, legend?: () => any, drawing?: () => any, marks?: (map: L.Map, view: any) => any[]}} content
 */
export const addPublishing = (name, content) => new Publishing(name, content);
