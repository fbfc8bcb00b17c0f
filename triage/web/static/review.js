/* The review lane: a key presses its button, and the next post is there before the server answers.
   Without this file the buttons still work. */
"use strict";
(() => {
  const one = (selector, from = document) => from.querySelector(selector);
  const answer = one("#answer"), takeBack = one("#take-back"), card = one("#card"), upcoming = one("#upcoming");
  const shown = (place) => one("[data-post]", place)?.dataset.post;
  let busy = false;
  let pending = null; // a button that was pressed for the post on the screen, while another travels

  function advance() {
    if (!shown(upcoming)) return;
    card.replaceChildren(...upcoming.childNodes);
  }

  function onConfigure(event) {
    if (event.detail.elt !== answer) return;
    const next = shown(upcoming);
    if (next) event.detail.parameters.upcoming = next;
  }

  /* What is sent has been read from the form already: show the next post. */
  function onSend(event) {
    if (![answer, takeBack].includes(event.detail.elt)) return;
    busy = true;
    if (event.detail.elt !== answer) return;
    if (shown(upcoming)) advance();
    else card.replaceChildren();
  }

  function onAnswered(event) {
    if (![answer, takeBack].includes(event.detail.elt)) return;
    busy = false;
    if (!shown(card)) advance();
    if (!shown(card) && event.detail.successful) location.reload(); // says what to do when all is read
    const button = pending;
    pending = null;
    if (button && shown(card)) button.click();
  }

  function onClick(event) {
    const button = event.target.closest("button");
    if (!button?.form || ![answer, takeBack].includes(button.form)) return;
    if (!busy && (button.form === takeBack || shown(card))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (busy && shown(card) && !pending) pending = button;
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest?.("input, textarea, select, dialog")) return;
    if (localStorage.getItem("keys") === "off") return;
    const button = one(`[data-lane-key="${CSS.escape(event.key)}"]`);
    if (!button) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // the same letters mean other things on other pages
    button.click();
  }

  document.addEventListener("keydown", onKey, true);
  document.addEventListener("click", onClick, true);
  document.addEventListener("htmx:configRequest", onConfigure);
  document.addEventListener("htmx:beforeSend", onSend);
  document.addEventListener("htmx:afterRequest", onAnswered);
})();
