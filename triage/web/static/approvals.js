/* The approvals page: keys walk from answer to answer, and act on the one that has the focus.
   Without this file the buttons still work. */
"use strict";
(() => {
  const one = (selector, from = document) => from.querySelector(selector);
  const cards = [...document.querySelectorAll(".asked")];
  const current = () => document.activeElement.closest(".asked");

  function walk(step) {
    const at = cards.indexOf(current());
    (cards[at < 0 ? 0 : at + step] ?? cards[at])?.focus();
  }

  /* A key acts on nothing but what is looked at. */
  const keys = {
    j: () => walk(1),
    k: () => walk(-1),
    y: (card) => card ? one("[data-key=y]", card).click() : walk(1),
    r: (card) => one("textarea", card ?? cards[0])?.focus(),
    b: (card) => one("[data-focus=b]", card ?? cards[0])?.focus(),
    z: () => one("main [data-key=z]")?.click(),
  };

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const field = event.target.closest?.("input, textarea, select, dialog");
    if (field) {
      if (event.key === "Escape") current()?.focus();
      return;
    }
    if (localStorage.getItem("keys") === "off" || !Object.hasOwn(keys, event.key) || !cards.length) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // the same letters mean other things on other pages
    keys[event.key](current());
  }

  document.addEventListener("keydown", onKey, true);
  cards[0]?.focus({ preventScroll: true });
})();
