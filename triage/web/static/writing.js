/* Writing an answer: counting, sending, saved replies, and keeping what is typed through every swap. */
"use strict";
(() => {
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  /* ---- counting, as the server does; the server's count replaces this one a moment later ---- */

  const graphemes = (text) => {
    if (!Intl.Segmenter) return [...text].length;
    return [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)].length;
  };
  const LINK = /https?:\/\/[^\s<>"]+/gi;
  const LIGHT = /[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]/;
  const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u;

  function weighted(text) {
    const plain = text.normalize("NFC").replace(LINK, "x".repeat(23));
    const parts = Intl.Segmenter
      ? [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(plain)].map((part) => part.segment)
      : [...plain];
    const each = (part) => [...part].reduce((sum, sign) => sum + (LIGHT.test(sign) ? 1 : 2), 0);
    return parts.reduce((sum, part) => sum + (EMOJI.test(part) ? 2 : each(part)), 0);
  }

  const countings = {
    characters: (text) => [...text].length,
    utf16: (text) => text.length,
    graphemes,
    mastodon: (text) => graphemes(text.replace(LINK, "x".repeat(23)).replace(/(?<![=/\w])@(\w+)@[\w.-]+/g, "@$1")),
    weighted,
  };

  function tellCount(field) {
    const count = one("#count");
    if (!count) return;
    const length = (countings[count.dataset.counting] ?? countings.characters)(field.value.trim());
    const longest = count.dataset.longest;
    const number = one("[data-number]", count);
    number.textContent = longest ? `${length} of ${longest}` : String(length);
    number.classList.toggle("late", Boolean(longest) && length > Number(longest));
  }

  /* ---- others see that somebody types; the first word is told at once ---- */

  let quiet = 0;

  function tellTyping() {
    const flag = one("#seen [name=typing]");
    if (!flag) return;
    clearTimeout(quiet);
    quiet = setTimeout(() => { flag.value = ""; }, 10000);
    if (flag.value) return;
    flag.value = "1";
    htmx.trigger("#pulse", "now");
  }

  /* ---- sending, and the seconds that are left to undo it ---- */

  function send(event) {
    const form = event.target.closest("#reply, #note");
    if (!form || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    const button = form.id === "reply" ? one("#send") : one("button", form);
    if (button) form.requestSubmit(button);
    else one("#go-on")?.focus();
  }

  function tellLeft() {
    for (const time of all("time[data-left]")) {
      const left = Math.max(0, Math.ceil((Date.parse(time.dateTime) - Date.now()) / 1000));
      const words = left ? ` in ${left} s` : " now";
      if (time.textContent !== words) time.textContent = words;
    }
  }

  /* ---- saved replies ---- */

  function toggleSaved(open) {
    const box = one("#saved");
    const button = one("#open-saved");
    if (!box || !button) return;
    box.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (!open) one("#reply-text").focus();
    else htmx.ajax("GET", button.dataset.saved, { target: box, swap: "innerHTML" }).then(() => one("#saved-filter")?.focus());
  }

  function filterSaved(field) {
    const wanted = field.value.toLowerCase();
    for (const entry of all("#saved li")) entry.hidden = !entry.textContent.toLowerCase().includes(wanted);
  }

  function use(button) {
    const field = one("#reply-text");
    const cursor = [...field.value.slice(0, field.selectionStart)].length;
    const values = { saved: button.dataset.use, cursor };
    const address = one("#reply").action.replace(/reply\/$/, "use-saved/");
    focusNext = "reply-text";
    htmx.ajax("POST", address, { source: "#reply", values, target: "#item", swap: "outerHTML" });
  }

  function onKey(event) {
    const field = event.target;
    send(event);
    if (field.id === "reply-text" && event.key === "/" && !event.ctrlKey && !event.metaKey) {
      const before = field.value.slice(0, field.selectionStart);
      if (before && !/\s$/.test(before)) return; // part of a word or an address
      event.preventDefault();
      toggleSaved(true);
    } else if (field.closest?.("#saved") && event.key === "Escape") {
      event.preventDefault();
      toggleSaved(false);
    } else if (field.id === "saved-filter" && event.key === "Enter") {
      event.preventDefault();
      one("#saved li:not([hidden]) button")?.click();
    } else if (event.key === "Escape" && field.closest?.("details.menu")) {
      field.closest("details.menu").open = false;
    }
  }

  function onClick(event) {
    const saved = event.target.closest("#open-saved");
    const chosen = event.target.closest("[data-use]");
    if (saved) toggleSaved(one("#saved").hidden);
    if (chosen) use(chosen);
    for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  }

  /* ---- the item is drawn anew after every act: what is typed, open and read stays where it was ---- */

  let kept = null;
  let focusNext = "";

  function keep(event) {
    if (event.detail.target.id !== "item") return;
    const item = one("#item");
    const sender = event.detail.requestConfig.elt.closest("form:not(.acts)");
    const done = event.detail.xhr.status < 400;
    const fields = all("textarea, input:not([type=hidden]), select", item).filter((f) => f.id);
    const typed = fields.filter((f) => !(done && sender?.contains(f)) && f.value);
    kept = {
      item: item.dataset.item,
      typed: typed.map((f) => [f.id, f.value]),
      open: all("[data-opens][aria-expanded=true]", item)
        .map((link) => link.dataset.opens)
        .filter((id) => !(done && (sender?.id === id || id === "others"))),
      scrolls: [item.scrollTop, one(".read", item)?.scrollTop ?? 0],
      focus: item.contains(document.activeElement) ? document.activeElement : null,
    };
  }

  function putBack(event) {
    if (event.detail.target.id !== "item" || !kept) return;
    const item = one("#item");
    if (kept.item === item.dataset.item) {
      for (const [id, value] of kept.typed) {
        const field = document.getElementById(id);
        if (field && field.value !== value) field.value = value;
      }
      for (const id of kept.open) reopen(id);
      refocus(kept.focus);
      item.scrollTop = kept.scrolls[0];
      if (one(".read", item)) one(".read", item).scrollTop = kept.scrolls[1];
    }
    kept = null;
    tellLeft();
    if (event.detail.requestConfig?.elt?.id === "reply") one(".post.leaving")?.scrollIntoView({ block: "nearest" });
    const field = focusNext && document.getElementById(focusNext);
    focusNext = "";
    if (!field) return;
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }

  /* In the same breath as the swap, so that no key goes astray. */
  function refocus(old) {
    const field = old?.id && document.getElementById(old.id);
    if (!field || field === document.activeElement) return;
    field.focus({ preventScroll: true });
    if (field.matches("textarea")) field.setSelectionRange(old.selectionStart, old.selectionEnd);
  }

  let fading = 0;

  function fadeUndo(event) {
    if (event.detail.target.id !== "undo") return;
    clearTimeout(fading);
    fading = setTimeout(() => one("#undo").replaceChildren(), 30000);
  }

  function endUndo(event) {
    if (event.detail.successful && one("#undo")?.contains(event.detail.elt)) one("#undo").replaceChildren();
  }

  function reopen(id) {
    const panel = document.getElementById(id);
    const link = one(`[data-opens="${id}"]`);
    if (!panel || !link || (panel.dataset.fetch && !panel.firstElementChild)) return;
    panel.hidden = false;
    link.setAttribute("aria-expanded", "true");
    if (id === "note" && one("#reply")) one("#reply").hidden = true;
  }

  /* A page that is closed in the middle of a word still saves it. */
  function saveLast() {
    const field = one("#reply-text");
    if (!field || field.value === field.defaultValue) return;
    const address = field.getAttribute("hx-post");
    navigator.sendBeacon(address, new URLSearchParams(new FormData(field.form)));
  }

  document.addEventListener("input", (event) => {
    if (event.target.id === "reply-text") { tellCount(event.target); tellTyping(); }
    if (event.target.id === "saved-filter") filterSaved(event.target);
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  document.addEventListener("htmx:beforeSwap", keep);
  document.addEventListener("htmx:afterSwap", putBack);
  document.addEventListener("htmx:oobAfterSwap", fadeUndo);
  document.addEventListener("htmx:afterRequest", endUndo);
  addEventListener("pagehide", saveLast);
  setInterval(tellLeft, 500);
})();
