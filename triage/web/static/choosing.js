/* Choosing several entries of a list: ticks, ranges, keys that act on all that is ticked. */
"use strict";
(() => {
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const boxes = () => all("input[name=item][type=checkbox]").filter((box) => box.checkVisibility());
  const ticked = () => all("input[name=item][type=checkbox]:checked");
  const keysOn = () => localStorage.getItem("keys") !== "off";
  let last = null; // where a range begins

  function tell() {
    const sweep = one("#sweep");
    if (!sweep) return;
    const number = ticked().length;
    const every = one("#choose-all");
    sweep.classList.toggle("chosen", number > 0);
    every.checked = number > 0 && number === boxes().length;
    every.indeterminate = number > 0 && !every.checked;
    const words = number ? `${number} selected` : "Select all";
    if (one("#chosen").textContent !== words) one("#chosen").textContent = words;
    for (const box of boxes()) box.closest("li").classList.toggle("chosen", box.checked);
  }

  function set(box, on) {
    box.checked = on;
  }

  /* From where one ticked last to here, in the order of the list; all as the last one is now. */
  function range(to) {
    const list = boxes();
    const [a, b] = [list.indexOf(last), list.indexOf(to)];
    if (a < 0 || b < 0) return;
    for (const box of list.slice(Math.min(a, b), Math.max(a, b) + 1)) set(box, to.checked);
  }

  function onClick(event) {
    const box = event.target.closest?.("input[name=item][type=checkbox]");
    if (!box) return;
    if (event.shiftKey && last) range(box);
    last = box;
    tell();
  }

  /* A label that is clicked with Shift held would mark its text, and tick nothing in Firefox. */
  function onDown(event) {
    if (event.shiftKey && event.target.closest?.(".pick")) event.preventDefault();
  }

  function here() {
    const entry = document.activeElement.closest(".rows > li") ?? one(".row[aria-current]")?.parentElement;
    return entry && one("input[name=item]", entry);
  }

  function tick(withRange) {
    const box = here();
    if (!box) return false;
    set(box, !box.checked);
    if (withRange && last) range(box);
    last = box;
    tell();
    return true;
  }

  function everything(on) {
    for (const box of boxes()) set(box, on);
    last = null;
    tell();
    return true;
  }

  /* A key acts on what is ticked: a button at once, a field by going there. */
  function act(key) {
    const found = one(`#sweep [data-sweep="${key}"]`);
    if (found?.matches("button")) { found.click(); return true; }
    const more = one("#sweep-more");
    if (!more || !"hstm".includes(key)) return false;
    more.open = true;
    wanted = key;
    enter();
    return true;
  }

  let wanted = "";

  function enter() {
    const field = wanted && one(`#sweep [data-sweep="${wanted}"]`);
    if (!field) return;
    wanted = "";
    field.focus();
  }

  function onKey(event) {
    const field = event.target;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (field.matches?.("#sweep input:not([type=checkbox])") && event.key === "Enter") {
      event.preventDefault();
      one("button", field.closest(".foot"))?.click();
      return;
    }
    if (field.matches?.("#sweep-more :is(input, select)") && event.key === "Escape") {
      one("#sweep-more").open = false;
      one("#sweep-more summary").focus();
      return;
    }
    if (field.closest?.("input:not([type=checkbox]), textarea, select, dialog") || !one("#sweep") || !keysOn()) return;
    if (pressed(event)) event.preventDefault();
  }

  function pressed(event) {
    if (event.key === "x" || event.key === "X") return tick(event.key === "X");
    if (event.key === "a") return everything(ticked().length !== boxes().length);
    if (!ticked().length) return false;
    if (event.key === "Escape" && !one("#item [data-opens][aria-expanded=true]")) return everything(false);
    return event.key.length === 1 && act(event.key);
  }

  /* A list that is drawn anew keeps its ticks; each with the version that was looked at. */
  let kept = [];

  function keep(event) {
    if (event.detail.target.matches(".list")) kept = ticked().map((box) => box.value);
  }

  function putBack(event) {
    for (const value of event.detail.target.matches?.(".list") ? kept : []) {
      const box = one(`input[name=item][value^="${value.split("~")[0]}~"]`);
      if (box && !box.checked) { box.checked = true; box.value = value; }
    }
    tell();
    enter();
  }

  document.addEventListener("click", onClick);
  document.addEventListener("mousedown", onDown);
  document.addEventListener("keydown", onKey);
  document.addEventListener("change", (event) => {
    if (event.target.id === "choose-all") everything(event.target.checked);
  });
  document.addEventListener("htmx:beforeSwap", keep);
  document.addEventListener("htmx:afterSettle", putBack);
  addEventListener("pageshow", tell);
})();
