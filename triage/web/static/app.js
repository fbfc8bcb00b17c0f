/* What the pages do beyond links and forms. Without this file everything still works. */
"use strict";
(() => {
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const narrow = matchMedia("(max-width: 48rem)");
  document.documentElement.classList.add("js");

  /* ---- the list: which entry is open, how long each has waited, the number in the title ---- */

  function markOpen() {
    const open = one("#item")?.dataset.item;
    for (const link of all(".rows .row")) {
      const current = open && link.parentElement.dataset.item === open;
      if (current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  function age(seconds) {
    if (seconds < 60) return "now";
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
    if (seconds < 2 * 86400) return `${Math.floor(seconds / 3600)} h`;
    return `${Math.floor(seconds / 86400)} d`;
  }

  function tellAges() {
    for (const time of all("time[data-age]")) {
      const words = age((Date.now() - Date.parse(time.dateTime)) / 1000);
      if (time.textContent !== words) time.textContent = words;
    }
  }

  function countInTitle() {
    const shown = all(".list").map((list) => one(`#n-${list.dataset.queue}`)?.textContent.trim() ?? "");
    const number = shown.reduce((sum, each) => sum + (parseInt(each, 10) || 0), 0);
    const more = shown.some((each) => each.endsWith("+")) ? "+" : "";
    const words = document.title.replace(/^\([^)]*\) /, "");
    document.title = number ? `(${number}${more}) ${words}` : words;
  }

  /* Entries that changed come in aside; those that the list has take their places. */
  function placeChanged() {
    for (const fresh of all("#changed > li")) {
      const old = one(`.rows > li[data-item="${fresh.dataset.item}"]`);
      if (!old) { fresh.remove(); continue; }
      const focused = old.contains(document.activeElement);
      // Ticked stays ticked, in the version that was looked at: what has changed since is not swept.
      const [was, box] = [one("input[name=item]:checked", old), one("input[name=item]", fresh)];
      if (was && box) Object.assign(box, { checked: true, value: was.value });
      old.replaceWith(fresh);
      if (focused) one("a", fresh).focus({ preventScroll: true });
    }
    markOpen();
  }

  let shown = ""; // the item whose answer was scrolled to; nothing that is read moves afterwards

  function showAnswer() {
    if (shown === one("#item")?.dataset.item) return;
    shown = one("#item")?.dataset.item ?? "";
    const panel = one("#item .panel:not([hidden])");
    if (panel) return panel.scrollIntoView({ block: "nearest" });
    const posts = all(".post.answer");
    if (posts.length && all(".post").length > 3) posts[0].scrollIntoView({ block: "nearest" });
  }

  /* ---- moving and acting with keys ---- */

  /* The list that one is in, as the keys see it: the lane that has the focus, or the open item. */
  const lane = () => document.activeElement.closest(".list") ?? one(".row[aria-current]")?.closest(".list") ?? one("#list");
  const links = () => lane() ? all(".row, .onward a", lane()) : [];

  function changeLane() {
    const other = all(".list").find((list) => list !== lane());
    if (!other) return;
    if (!other.checkVisibility()) location.assign(other.dataset.address);
    else (one(".row[aria-current]", other) ?? one(".row", other) ?? one(".tabs a", other)).focus();
  }

  function nextTo(step) {
    const list = links();
    const from = list.includes(document.activeElement)
      ? document.activeElement
      : list.find((link) => link.hasAttribute("aria-current"));
    return from ? list[list.indexOf(from) + step] : list[step > 0 ? 0 : -1];
  }

  let wanted = null; // a key that was faster than the item it is meant for

  function act(key) {
    const focused = document.activeElement;
    const entry = focused.closest(".rows > li")?.dataset.item;
    const item = one("#item");
    if (!entry || entry === item?.dataset.item) press(key);
    // A key must never act on another item than the one that is looked at.
    else if (item.matches(".htmx-request")) wanted = { key, entry };
    else focused.click();
  }

  function press(key) {
    one(`#item [data-key="${key}"]`)?.click();
  }

  function pressWanted() {
    const { key, entry } = wanted ?? {};
    wanted = null;
    if (key && entry === one("#item").dataset.item) press(key);
  }

  /* A panel opens and closes in place. One that is empty is fetched first. */
  function openPanel(link) {
    const panel = one("#" + link.dataset.opens);
    if (!panel) return false;
    if (panel.hidden) for (const other of all("#item [data-opens][aria-expanded=true]")) show(other, false);
    show(link, panel.hidden);
    if (panel.hidden) link.focus();
    else if (panel.dataset.fetch && !panel.firstElementChild) fetchPanel(panel);
    else enter(panel);
    return true;
  }

  function show(link, open) {
    one("#" + link.dataset.opens).hidden = !open;
    link.setAttribute("aria-expanded", String(open));
    if (link.dataset.opens === "note" && one("#reply")) one("#reply").hidden = open;
  }

  function fetchPanel(panel) {
    htmx.ajax("GET", panel.dataset.fetch, { target: panel, swap: "innerHTML" }).then(() => enter(panel));
  }

  /* Into the first field that still waits for something; into the first button where there is none. */
  function enter(panel) {
    const fields = all("select, textarea, input:not([type=hidden])", panel).filter((f) => f.checkVisibility());
    const buttons = all("button", panel);
    const first = panel.id === "snooze" ? buttons[0] : fields.find((f) => !f.value) ?? fields[0] ?? buttons[0];
    first?.focus();
  }

  /* Without this file it is a link to a page with the panel open; with it, it is a button. */
  function dressOpeners() {
    for (const link of all("[data-opens]")) {
      link.setAttribute("role", "button");
      link.setAttribute("aria-expanded", String(!one("#" + link.dataset.opens)?.hidden));
    }
  }

  const keysOn = () => localStorage.getItem("keys") !== "off";
  const here = (key) => () => act(key);
  const keys = {
    j: () => nextTo(1)?.focus(),
    k: () => nextTo(-1)?.focus(),
    l: changeLane,
    n: () => (one("#item [data-key=n]") ?? one("[data-key=n]"))?.click(),
    z: () => (one("#undo [data-key=z]") ?? one("#item [data-key=z]") ?? one("[data-key=z]"))?.click(),
    r: () => (one("#reply")?.hidden ? one("[data-opens=note]")?.click() : null, one("#reply-text")?.focus()),
    "/": () => all("input[type=search]").find((field) => field.checkVisibility({ visibilityProperty: true }))?.focus(),
    ...Object.fromEntries([..."chesmtiy+0-"].map((key) => [key, here(key)])),
    b: () => one("#item [data-focus=b]")?.focus(),
    "?": () => one("#keys")?.showModal(),
    Escape: closePanels,
  };

  function closePanels() {
    for (const link of all("#item [data-opens][aria-expanded=true]")) {
      show(link, false);
      link.focus();
    }
  }

  function onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const field = event.target.closest?.("input:not([name=item]), textarea, select, dialog");
    const inside = event.key === "Escape" && event.target.closest?.("#item .panel");
    if (field || inside) {
      if (event.key === "Escape") leave(event.target);
      return;
    }
    if (event.key === " " && event.target.matches("a[role=button]")) {
      event.preventDefault();
      event.target.click();
      return;
    }
    const action = Object.hasOwn(keys, event.key) && keys[event.key];
    if (!action || (!keysOn() && event.key !== "?")) return;
    event.preventDefault();
    action();
  }

  function leave(field) {
    const panel = field.closest("#item [id]:is(.panel, .tagging, .note)");
    const opener = panel && one(`[data-opens="${panel.id}"]`);
    if (opener) openPanel(opener);
    else if (!field.closest("dialog")) field.blur();
  }

  /* ---- clicks ---- */

  /* On a phone, and for a new tab, an entry is an ordinary link: going back finds the list as it was. */
  function plainLink(event) {
    const link = event.target.closest?.(".rows .row");
    const aside = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
    if (link && (narrow.matches || aside)) event.stopPropagation();
  }

  function onClick(event) {
    const opener = event.target.closest("[data-opens]");
    if (opener && openPanel(opener)) event.preventDefault();
    if (event.target.closest("[data-keys]")) one("#keys").showModal();
    const onward = event.target.closest("[data-next]");
    if (onward && !narrow.matches) goOn(event);
  }

  function goOn(event) {
    const list = links();
    const at = list.findIndex((link) => link.hasAttribute("aria-current"));
    const next = list.slice(at + 1).find((link) => !link.closest(".gone"));
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.click();
  }

  /* ---- talking to the server ---- */

  function cookie(name) {
    return document.cookie.split("; ").find((part) => part.startsWith(name + "="))?.slice(name.length + 1);
  }

  /* The cookie is newer than the field after signing in again in another tab. */
  function sendToken(event) {
    const token = cookie("csrftoken");
    if (event.detail.verb === "get" || !token) return;
    event.detail.headers["X-CSRFToken"] = token;
    delete event.detail.parameters.csrfmiddlewaretoken;
  }

  function say(words, signIn = false) {
    const toast = one("#toast");
    one("span", toast).textContent = words;
    one("a", toast).hidden = !signIn;
    toast.hidden = false;
  }

  function onFailure(event) {
    const status = event.detail.xhr?.status;
    const asked = event.detail.requestConfig?.verb !== "get";
    if (status === 401) say("You are signed out. What you typed is still here.", true);
    else if (status === 404) say("This is no longer here.");
    else if (asked) say("Nothing was saved. The server sent an unexpected answer. Try again.");
    else say("The server is not responding. Still trying…");
  }

  function onSwap(event) {
    if (event.detail.target.id === "changed") placeChanged();
  }

  function onSettled(event) {
    const target = event.detail.target;
    countInTitle();
    if (target.matches(".list")) one(".row", one("#" + target.id))?.focus({ preventScroll: true });
    if (target.id !== "item") return;
    document.body.classList.replace("at-list", "at-item");
    markOpen();
    dressOpeners();
    showAnswer();
    if (document.activeElement === document.body) one("#item h2")?.focus({ preventScroll: true });
    pressWanted();
    tellReading();
  }

  /* Colleagues see at once who has opened an item. */
  const tellReading = () => one("#item[data-item]") && htmx.trigger("#pulse", "now");

  document.addEventListener("click", plainLink, true);
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("htmx:configRequest", sendToken);
  document.addEventListener("htmx:responseError", onFailure);
  document.addEventListener("htmx:sendError", onFailure);
  document.addEventListener("htmx:timeout", onFailure);
  document.addEventListener("htmx:oobAfterSwap", onSwap);
  document.addEventListener("htmx:afterSettle", onSettled);
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) one("#toast").hidden = true;
  });
  const box = one("#keys-on");
  if (box) {
    box.checked = keysOn();
    box.addEventListener("change", () => localStorage.setItem("keys", box.checked ? "on" : "off"));
  }
  one(".rows [aria-current]")?.scrollIntoView({ block: "nearest" });
  dressOpeners();
  showAnswer();
  setInterval(tellAges, 30000);
  addEventListener("load", tellReading);
})();
