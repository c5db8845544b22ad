// The tree of a trace: open and close branches, open a span beside it, all by mouse or keys.
(function () {
  "use strict";
  const list = document.getElementById("spans");
  const detail = document.getElementById("detail");
  const rows = [...list.children];
  const place = new Map(rows.map((row, n) => [row, n]));

  const below = (row) => Number(row.dataset.n || 0);
  const link = (row) => row.querySelector("a");
  const isClosed = (row) => row.classList.contains("closed");
  const current = () => list.querySelector("li.open");

  function setClosed(row, closed) {
    if (!below(row)) return;
    row.classList.toggle("closed", closed);
    row.querySelector(".toggle").setAttribute("aria-expanded", String(!closed));
    const first = place.get(row) + 1;
    for (let n = first; n < first + below(row); n++) {
      rows[n].hidden = closed;
      if (!closed && isClosed(rows[n])) n += below(rows[n]);  // a branch closed before stays closed
    }
  }

  function mark(row) {
    const before = current();
    if (before) { before.classList.remove("open"); link(before).removeAttribute("aria-current"); }
    if (!row) return;
    row.classList.add("open");
    link(row).setAttribute("aria-current", "true");
    link(row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function open(row) {
    if (!row) return;
    mark(row);
    document.body.classList.add("with-span");
    const id = link(row).id.slice(1);
    history.replaceState(null, "", "?span=" + id);
    htmx.ajax("GET", "/trace/" + list.dataset.trace + "/span/" + id + "?start=" + list.dataset.start, { target: detail, swap: "innerHTML" });
  }

  function close() {
    mark(null);
    document.body.classList.remove("with-span");
    detail.replaceChildren();
    history.replaceState(null, "", location.pathname);
  }

  function move(step) {
    const from = current();
    let n = from ? place.get(from) + step : 0;
    while (rows[n] && rows[n].hidden) n += step;
    open(rows[n]);
  }

  list.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;  // a new tab, as for any link
    const row = event.target.closest("li");
    if (!row) return;
    event.preventDefault();
    if (event.target.closest(".toggle")) setClosed(row, !isClosed(row));
    else open(row);
  });
  detail.addEventListener("click", (event) => { if (event.target.closest("#close")) close(); });

  const keys = {
    j: () => move(1), ArrowDown: () => move(1),
    k: () => move(-1), ArrowUp: () => move(-1),
    ArrowLeft: () => current() && setClosed(current(), true),
    ArrowRight: () => current() && setClosed(current(), false),
    Escape: () => (current() ? close() : document.getElementById("back").click()),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("#detail pre")) return;
    const action = keys[event.key];
    if (action) { event.preventDefault(); action(); }
  });

  const shown = detail.querySelector("[data-span]");
  if (shown) mark(rows.find((row) => link(row).id === "s" + shown.dataset.span));
})();
