// Shared by all pages: language, bilingual text, state in the address, sortable tables.
"use strict";
var geo = (function () {
  var root = document.documentElement;

  function data(id) {
    var block = document.getElementById(id);
    return block ? JSON.parse(block.textContent) : null;
  }

  // An element from a tag, its attributes and children; text never becomes HTML.
  function el(tag, attributes) {
    var node = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (key) {
      var value = attributes[key];
      if (key === "on") {
        Object.keys(value).forEach(function (type) { node.addEventListener(type, value[type]); });
      } else if (value !== null && value !== undefined && value !== false) {
        node.setAttribute(key, value === true ? "" : value);
      }
    });
    Array.prototype.slice.call(arguments, 2).flat().forEach(function (child) {
      if (child !== null && child !== undefined) { node.append(child); }
    });
    return node;
  }

  // Both languages of a text; the style sheet shows one.
  function bi(label) {
    return [el("span", {"class": "zh"}, label[0]), el("span", {"class": "en"}, label[1])];
  }

  // What an object holds itself, not what every object inherits.
  function own(object, key) { return object && Object.prototype.hasOwnProperty.call(object, key) ? object[key] : undefined; }

  function english() { return root.lang === "en"; }
  function pick(label) { return label[english() ? 1 : 0]; }

  function setLanguage(lang) {
    root.lang = lang === "en" ? "en" : "zh-CN";
    document.title = english() ? root.dataset.titleEn : root.dataset.titleZh;
    document.querySelectorAll("[data-l10n]").forEach(function (node) {
      node.setAttribute(node.dataset.l10n, english() ? node.dataset.en : node.dataset.zh);
    });
    document.querySelectorAll(".top nav a").forEach(function (link) {
      link.setAttribute("href", link.getAttribute("href").split("#")[0] + (english() ? "#lang=en" : ""));
    });
    document.dispatchEvent(new Event("geo:language"));
  }

  // State in the part of the address after "#". A page in a cell of a notebook has no address of
  // its own: its state is kept here, and it has no other pages to lead to.
  var framed = location.protocol === "about:", memory = "";
  if (framed) { document.querySelectorAll(".top nav").forEach(function (nav) { nav.style.display = "none"; }); }
  function hash() { return framed ? memory : location.hash; }
  function setHash(text) {
    if (framed) { memory = text; } else {
      history.replaceState(null, "", text || location.pathname + location.search);
    }
  }
  function state() { return new URLSearchParams(hash().slice(1)); }

  function setState(changes) {
    var values = state();
    Object.keys(changes).forEach(function (key) {
      if (changes[key] === null || changes[key] === "") { values.delete(key); } else {
        values.set(key, changes[key]);
      }
    });
    var text = values.toString();
    setHash(text ? "#" + text : "");
  }

  function order(row, column) {
    var cell = row.cells[column], value = cell.dataset.order;
    if (value === undefined) {
      value = (cell.querySelector(english() ? ".en" : ".zh") || cell).textContent;
    }
    return value;
  }

  function sortBy(button) {
    var head = button.closest("th"), table = button.closest("table"), body = table.tBodies[0];
    var up = head.getAttribute("aria-sort") !== "ascending", column = head.cellIndex;
    var rows = Array.from(body.rows).map(function (row) { return [order(row, column), row]; });
    var numeric = rows.every(function (pair) { return pair[0] === "" || !isNaN(pair[0]); });
    var compare = new Intl.Collator(english() ? "en" : "zh-CN", {numeric: true}).compare;
    rows.sort(function (a, b) {
      if (a[0] === "" || b[0] === "") { return (a[0] === "") - (b[0] === ""); }   // unknown last
      return (numeric ? a[0] - b[0] : compare(a[0], b[0])) * (up ? 1 : -1);
    });
    table.querySelectorAll("th").forEach(function (other) { other.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    rows.forEach(function (pair) { body.append(pair[1]); });
  }

  document.addEventListener("click", function (event) {
    var sort = event.target.closest("[data-sort]");
    var jump = event.target.closest("[data-jump]");
    if (sort) { sortBy(sort); }
    if (event.target.closest("[data-switch-language]")) {
      setLanguage(english() ? "zh-CN" : "en");
      setState({lang: english() ? "en" : "zh"});
    }
    if (jump) {                                       // keep the state in the address
      var target = document.querySelector(jump.getAttribute("href"));
      event.preventDefault();
      if (target) { target.closest("section").scrollIntoView(); target.closest("[tabindex]").focus(); }
    }
  });
  setLanguage(state().get("lang"));
  window.addEventListener("hashchange", function () {
    var lang = state().get("lang");
    if (lang && (lang === "en") !== english()) { setLanguage(lang); }
  });
  return {data: data, own: own, el: el, bi: bi, pick: pick, english: english, setLanguage: setLanguage,
    state: state, setState: setState, hash: hash, setHash: setHash};
}());
