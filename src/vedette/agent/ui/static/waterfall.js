// The spans of a trace as a tree beside a time line. Only the rows in sight exist: ten thousand spans scroll as ten do.
// Everything a span says gets in by textContent; places are set through the style object, which the policy allows.
(function () {
  "use strict";
  const ROW = 26, MARGIN = 6, ERROR = 1, ATTACK = 2, BLOCKED = 4, ORPHAN = 8, INDENT = 14, DEEPEST = 24;
  const data = JSON.parse(document.getElementById("trace").textContent);
  const count = data.id.length;
  const list = document.getElementById("spans"), space = list.firstElementChild;
  const detail = document.getElementById("detail"), ticks = document.getElementById("ticks");
  const state = { current: -1, closed: new Set(), from: 0, to: Math.max(data.duration, 1), critical: false, matches: null };
  const stretches = new Map();
  for (const [row, from, took] of data.critical) stretches.set(row, [...(stretches.get(row) || []), [from, took]]);
  const place = new Map(data.id.map((id, n) => [id, n]));
  let visible = [];
  const drawn = new Map();

  function told(ns) {
    for (const [unit, size] of [["s", 1e9], ["ms", 1e6], ["µs", 1e3]]) if (ns >= size * 0.9995) return +(ns / size).toPrecision(3) + " " + unit;
    return Math.round(ns) + " ns";
  }

  function element(kind, name, text) {
    const made = document.createElement(kind);
    if (name) made.className = name;
    if (text) made.textContent = text;
    return made;
  }

  function shape(name, marked) {
    const template = document.getElementById("icon-" + name + (marked ? "-full" : ""));
    return template.content.firstElementChild.cloneNode(true);
  }

  const share = (ns) => ((ns - state.from) / (state.to - state.from)) * 100;

  // What the tree shows: all but what is below a closed branch.
  function arrange() {
    visible = [];
    for (let n = 0; n < count; n++) {
      visible.push(n);
      if (state.closed.has(n)) n += data.below[n];
    }
    space.style.height = visible.length * ROW + "px";
    list.setAttribute("aria-rowcount", visible.length);
  }

  function bar(n) {
    const time = element("div", "time"), left = share(data.from[n]), right = share(data.from[n] + data.took[n]);
    time.setAttribute("role", "gridcell");
    if (right >= -0.1 && left <= 100.1) {
      const box = element("i", "span-bar c" + data.colours[data.service[n]]);
      const from = Math.max(left, 0), width = Math.max(Math.min(right, 100) - from, 0.15);
      box.style.left = Math.min(from, 99.85) + "%";
      box.style.width = width + "%";
      time.append(box);
      if (state.critical) for (const [start, took] of stretches.get(n) || []) {
        const mark = element("i", "critical-bar");
        mark.style.left = Math.max(share(start), 0) + "%";
        mark.style.width = Math.max(Math.min(share(start + took), 100) - Math.max(share(start), 0), 0.15) + "%";
        time.append(mark);
      }
      const label = element("span", "took", told(data.took[n]));
      const own = data.own[n] < data.took[n];
      if (right <= (own ? 76 : 88)) label.style.left = "calc(" + Math.max(right, 0) + "% + 6px)";
      else if (left >= (own ? 24 : 12)) label.style.right = "calc(" + (100 - left) + "% + 6px)";
      else { label.style.left = "calc(" + from + "% + 6px)"; label.classList.add("inside"); }
      if (own) label.append(element("small", "", " " + told(data.own[n]) + " own"));
      time.append(label);
    }
    return time;
  }

  function row(n, at) {
    const marks = data.marks[n], made = element("div", "row");
    made.id = "s" + data.id[n];
    made.dataset.row = n;
    made.setAttribute("role", "row");
    made.setAttribute("aria-level", data.depth[n] + 1);
    made.setAttribute("aria-rowindex", at + 1);
    made.style.transform = "translateY(" + at * ROW + "px)";
    if (marks & ERROR) made.classList.add("error");
    if (marks & ATTACK) made.classList.add("attack");
    if (state.critical && !stretches.has(n)) made.classList.add("aside");
    if (state.matches && !state.matches.has(n)) made.classList.add("aside");
    const indent = Math.min(data.depth[n], DEEPEST) * INDENT;
    const cell = element("div", "cell");
    cell.setAttribute("role", "gridcell");
    const tree = element("a", "tree");
    tree.href = "?span=" + data.id[n];
    tree.tabIndex = -1;
    tree.style.paddingLeft = indent + 26 + "px";
    const dot = element("i", "dot c" + data.colours[data.service[n]]);
    dot.title = data.services[data.service[n]];
    tree.append(dot, element("span", "unseen", data.services[data.service[n]]));
    if (marks & ATTACK) { const mark = element("span", "mark attack"); mark.append(shape("attack", marks & BLOCKED), element("span", "unseen", marks & BLOCKED ? "attack, blocked" : "attack")); tree.append(mark); }
    if (marks & ERROR) { const mark = element("span", "mark error"); mark.append(shape("error"), element("span", "unseen", "error")); tree.append(mark); }
    tree.append(element("b", "", data.name[n]), element("small", "", data.resource[n]));
    if (marks & ORPHAN) { const note = element("em", "", "parent missing"); note.title = "Its parent span is not here (yet)"; tree.append(note); }
    cell.append(tree);
    if (data.below[n]) {
      const toggle = element("button", "toggle");
      const closed = state.closed.has(n);
      toggle.type = "button";
      toggle.tabIndex = -1;
      toggle.setAttribute("aria-label", (closed ? "Open " : "Close ") + data.below[n] + " spans below");
      toggle.style.left = indent + 4 + "px";
      toggle.append(shape("chevron"));
      made.setAttribute("aria-expanded", String(!closed));
      made.classList.toggle("closed", closed);
      if (closed) tree.append(element("small", "hidden-below", "+" + data.below[n]));
      cell.append(toggle);
    }
    made.append(cell, bar(n));
    if (n === state.current) select(made, true);
    return made;
  }

  function select(made, on) {
    made.classList.toggle("open", on);
    made.setAttribute("aria-selected", String(on));
  }

  // Rows in sight, and a few beyond; `anew` after anything but scrolling.
  function draw(anew) {
    if (anew) { space.replaceChildren(); drawn.clear(); }
    const first = Math.max(Math.floor(list.scrollTop / ROW) - MARGIN, 0);
    const last = Math.min(Math.ceil((list.scrollTop + list.clientHeight) / ROW) + MARGIN, visible.length);
    for (const [at, made] of drawn) if (at < first || at >= last) { made.remove(); drawn.delete(at); }
    const fresh = document.createDocumentFragment();
    for (let at = first; at < last; at++) {
      if (drawn.has(at)) continue;
      const made = row(visible[at], at);
      drawn.set(at, made);
      fresh.append(made);
    }
    space.append(fresh);
  }

  function drawTicks() {
    ticks.replaceChildren();
    for (let n = 0; n < 5; n++) {
      const at = state.from + ((state.to - state.from) * n) / 5, tick = element("span", "", n || state.from ? told(at) : "0");
      tick.style.left = n * 20 + "%";
      ticks.append(tick);
    }
  }

  function show(from, to) {
    state.from = Math.max(from, 0);
    state.to = Math.min(Math.max(to, state.from + 1), Math.max(data.duration, 1));
    document.getElementById("whole").hidden = state.from === 0 && state.to >= data.duration;
    drawTicks();
    draw(true);
    flame.draw(state);
  }

  function reveal(n) {
    for (let above = n - 1, depth = data.depth[n]; above >= 0 && depth > 0; above--) {
      if (data.depth[above] < depth) { depth = data.depth[above]; state.closed.delete(above); }
    }
    arrange();
    const at = visible.indexOf(n) * ROW;
    if (at < list.scrollTop) list.scrollTop = at;
    else if (at + ROW > list.scrollTop + list.clientHeight) list.scrollTop = at + ROW - list.clientHeight;
  }

  function mark(n) {
    state.current = n;
    if (n < 0) list.removeAttribute("aria-activedescendant");
    else { reveal(n); list.setAttribute("aria-activedescendant", "s" + data.id[n]); }
    draw(true);
    flame.draw(state);
  }

  let asked = 0;
  function open(n) {
    if (n === undefined || n < 0 || n >= count) return;
    document.body.classList.add("with-span");
    mark(n);
    history.replaceState(null, "", "?span=" + data.id[n]);
    clearTimeout(asked);  // holding an arrow key asks once, at the end
    asked = setTimeout(() => htmx.ajax("GET", "/trace/" + data.trace + "/span/" + data.id[n] + "?start=" + data.start, { target: detail, swap: "innerHTML" }), 60);
  }

  function close() {
    clearTimeout(asked);
    document.body.classList.remove("with-span");
    detail.replaceChildren();
    history.replaceState(null, "", location.pathname);
    mark(-1);
    flame.resize();
  }

  function showLogs() {
    mark(-1);
    document.body.classList.add("with-span");
    htmx.ajax("GET", "/trace/" + data.trace + "/logs?start=" + data.start, { target: detail, swap: "innerHTML" });
  }

  function setClosed(n, closed) {
    if (n < 0 || !data.below[n]) return;
    if (closed) state.closed.add(n); else state.closed.delete(n);
    arrange();
    draw(true);
  }

  function move(step) {
    const at = visible.indexOf(state.current);
    open(visible[state.current < 0 ? 0 : Math.min(Math.max(at + step, 0), visible.length - 1)]);
  }

  function next(wanted) {
    for (let step = 1; step <= count; step++) {
      const n = (state.current + step + count) % count;
      if (wanted(n)) { open(n); return; }
    }
  }

  function find(text) {
    const wanted = text.trim().toLowerCase();
    state.matches = wanted ? new Set(data.id.keys()) : null;
    for (let n = 0; wanted && n < count; n++) {
      if (![data.name[n], data.resource[n], data.services[data.service[n]]].some((value) => value.toLowerCase().includes(wanted))) state.matches.delete(n);
    }
    document.getElementById("found").textContent = wanted ? state.matches.size + (state.matches.size === 1 ? " span" : " spans") : "";
    draw(true);
    flame.draw(state);
  }

  function toggleCritical() {
    state.critical = !state.critical;
    document.getElementById("critical").setAttribute("aria-pressed", String(state.critical));
    draw(true);
    flame.draw(state);
  }

  function toggleFlame() {
    const box = document.getElementById("flame");
    box.hidden = !box.hidden;
    document.getElementById("flame-switch").setAttribute("aria-pressed", String(!box.hidden));
    try { localStorage.setItem("flame", box.hidden ? "off" : "on"); } catch (error) { /* then it is forgotten */ }
    flame.resize();
    draw(true);
  }

  list.addEventListener("scroll", () => draw(false), { passive: true });
  list.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;  // a new tab, as for any link
    const found = event.target.closest(".row");
    if (!found) return;
    event.preventDefault();
    const n = Number(found.dataset.row);
    if (event.target.closest(".toggle")) setClosed(n, !state.closed.has(n));
    else open(n);
    list.focus({ preventScroll: true });
  });
  detail.addEventListener("click", (event) => { if (event.target.closest("#close")) { close(); list.focus(); } });
  document.addEventListener("click", (event) => {
    const hint = event.target.closest("[data-span-of]"), button = event.target.closest("button");
    if (hint && place.has(hint.dataset.spanOf)) { event.preventDefault(); open(place.get(hint.dataset.spanOf)); }
    else if (button && button.id === "critical") toggleCritical();
    else if (button && button.id === "flame-switch") toggleFlame();
    else if (button && button.id === "logs") showLogs();
    else if (button && button.id === "whole") show(0, data.duration);
  });
  const finder = document.getElementById("find");
  finder.addEventListener("input", () => find(finder.value));
  finder.addEventListener("keydown", (event) => { if (event.key === "Enter" && state.matches) next((n) => state.matches.has(n)); });

  const keys = {
    j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1),
    PageDown: () => move(15), PageUp: () => move(-15),
    Home: () => open(0), End: () => open(visible[visible.length - 1]),
    ArrowLeft: () => setClosed(state.current, true), ArrowRight: () => setClosed(state.current, false),
    n: () => next((n) => data.marks[n] & (ERROR | ATTACK)), f: toggleFlame, c: toggleCritical, "/": () => finder.focus(),
    Escape: () => (detail.firstElementChild ? close() : document.getElementById("back").click()),
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("#detail pre, input, select, .places")) return;
    if (event.key.startsWith("Arrow") && event.target.closest("#detail")) return;
    const action = keys[event.key];
    if (action) { event.preventDefault(); action(); }
  });

  try { if (localStorage.getItem("flame") === "off") document.getElementById("flame").hidden = true; } catch (error) { /* shown then */ }
  document.getElementById("flame-switch").setAttribute("aria-pressed", String(!document.getElementById("flame").hidden));
  const flame = window.vedetteFlame(data, stretches, { open, show, told });
  arrange();
  drawTicks();
  const shown = detail.querySelector("[data-span]");
  mark(shown ? place.get(shown.dataset.span) ?? -1 : -1);
  new ResizeObserver(() => { flame.resize(); draw(false); }).observe(list);
  document.addEventListener("vedette:theme", () => flame.draw(state));
  document.documentElement.dataset.drawn = String(Math.round(performance.now()));
})();
