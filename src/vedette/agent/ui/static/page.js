// What every page does: times in the reader's zone, theme, copying, keys; and on the list, the beat that refreshes it.
(function () {
  "use strict";
  const body = document.body;
  let paused = false;

  function localTimes(root) {
    root.querySelectorAll("time[datetime]").forEach((element) => {
      const at = new Date(element.dateTime);
      if (isNaN(at)) return;
      if ("short" in element.dataset) { element.textContent = at.toLocaleDateString() + " " + at.toLocaleTimeString([], { hour12: false }); return; }
      if ("ago" in element.dataset) { element.textContent = ago(at); element.title = at.toLocaleString(); return; }
      const time = at.toLocaleTimeString([], { hour12: false }) + "." + String(at.getMilliseconds()).padStart(3, "0");
      element.textContent = "full" in element.dataset ? at.toLocaleDateString() + " " + time : time;
    });
  }

  function ago(at) {
    const seconds = Math.max((Date.now() - at) / 1000, 0);
    const told = (count, unit) => `${Math.floor(count)} ${unit} ago`;
    if (seconds < 60) return told(seconds, "s");
    if (seconds < 3600) return told(seconds / 60, "min");
    return seconds < 86400 ? told(seconds / 3600, "h") : at.toLocaleString([], { dateStyle: "short", timeStyle: "short" });
  }

  function toggleMenu(open) {
    const places = document.getElementById("places"), button = document.getElementById("menu");
    const now = open === undefined ? !places.classList.contains("open") : open;
    places.classList.toggle("open", now);
    button.setAttribute("aria-expanded", String(now));
    if (now) places.querySelector("a").focus();
  }

  function switchTheme() {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const now = document.documentElement.dataset.theme || (dark ? "dark" : "light");
    const next = now === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try { localStorage.setItem("theme", next); } catch (error) { /* then it lasts until the next page */ }
    document.dispatchEvent(new Event("vedette:theme"));
  }

  function pause() {
    paused = !paused;
    showPause();
  }

  function showPause() {
    const button = document.getElementById("pause");
    if (!button) return;
    button.setAttribute("aria-pressed", String(paused));
    button.querySelector("span").textContent = paused ? "Paused" : "Live";
  }

  function copy(button) {
    const label = button.querySelector("span") || button;
    const before = label.textContent;
    const done = (text) => { label.textContent = text; setTimeout(() => { label.textContent = before; }, 1200); };
    const clipboard = navigator.clipboard;  // only there on loopback and https
    if (clipboard) clipboard.writeText(button.dataset.copy).then(() => done("Copied"), () => done("Not allowed"));
  }

  // Reading disturbs nobody: no refresh while text is selected, further down, or in another tab.
  function mayRefresh() {
    return !paused && document.visibilityState === "visible" && getSelection().isCollapsed && scrollY < 240;
  }

  function moveInList(step) {
    const links = [...document.querySelectorAll(".list .what a, .grid td.main a")];
    const at = links.indexOf(document.activeElement);
    const next = links[Math.min(Math.max(at + step, 0), links.length - 1)];
    if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
  }

  const keys = {
    "/": () => { const q = document.getElementById("q"); if (q) { q.focus(); q.select(); } },
    t: switchTheme,
    p: pause,
    g: () => { going = Date.now(); },
    "?": () => document.getElementById("shortcuts").click(),
    j: () => moveInList(1),
    k: () => moveInList(-1),
  };

  // `g` and a letter: to a place.
  let going = 0;
  function goTo(key) {
    const link = Date.now() - going < 1500 && [...document.querySelectorAll("[data-go]")].find((a) => a.dataset.go === key);
    going = 0;
    if (link) link.click();
    return Boolean(link);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, textarea")) {
      if (event.key === "Escape") {
        event.preventDefault();  // a search field would empty itself
        event.target.blur();
      }
      return;
    }
    if (event.target.matches("select")) return;
    if (event.key === "Escape" && document.querySelector(".places.open")) { toggleMenu(false); document.getElementById("menu").focus(); return; }
    if (goTo(event.key)) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    if (body.classList.contains("with-trace") && "jk".includes(event.key)) return;
    const action = keys[event.key];
    if (action) { event.preventDefault(); action(); }
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button && button.id === "theme") switchTheme();
    else if (button && button.id === "pause") pause();
    else if (button && button.id === "menu") toggleMenu();
    else if (button && button.dataset.copy) copy(button);
    else openRow(event);
  });

  // The whole row leads where its link leads, unless somebody selects text in it.
  function openRow(event) {
    if (document.querySelector(".places.open") && !event.target.closest(".places")) { toggleMenu(false); return; }
    const row = event.target.closest(".list tbody tr");
    if (row && !event.target.closest("a") && getSelection().isCollapsed) row.querySelector("a").click();
  }

  // Coming back from a trace leads to the same search.
  const back = document.getElementById("back");
  if (back) {
    const from = sessionStorage.getItem("list");
    if (from) back.href = from;
  }
  function rememberList() {
    if (document.getElementById("traces")) sessionStorage.setItem("list", location.pathname + location.search);
  }

  // A screen reader hears how many traces came, at most each ten seconds.
  const newest = () => [...document.querySelectorAll("#traces .what a")].map((link) => link.id);
  let told = newest(), toldAt = 0;
  function tellNews() {
    const news = document.getElementById("news"), now = newest();
    if (!news || Date.now() - toldAt < 10000) return;
    const count = now.filter((id) => !told.includes(id)).length;
    if (count) { news.textContent = count + (count === 1 ? " new trace" : " new traces"); toldAt = Date.now(); }
    told = now;
  }

  // A page that takes its time shows that it is on its way.
  let leaving = 0;
  addEventListener("beforeunload", () => {
    leaving = setTimeout(() => { body.classList.add("busy"); setTimeout(() => body.classList.remove("busy"), 20000); }, 300);
  });
  addEventListener("pageshow", () => { clearTimeout(leaving); body.classList.remove("busy"); });

  document.addEventListener("htmx:afterSettle", (event) => {
    tellNews();
    localTimes(event.detail.elt.isConnected ? event.detail.elt : body);
    showPause();
    rememberList();
  });
  rememberList();
  localTimes(body);
  // `tick`: the live list; `beat`: panels whose numbers move with time.
  if (document.getElementById("traces")) {
    setInterval(() => { if (mayRefresh()) htmx.trigger(body, "tick"); }, 1000);
  }
  if (document.getElementById("panel")) {
    setInterval(() => { if (mayRefresh() && !document.activeElement.closest("#panel form")) htmx.trigger(body, "beat"); }, 5000);
  }
})();
