// The flame graph of a trace: the same spans, time and marks as the waterfall, all at a glance. Drag to zoom, click to open.
window.vedetteFlame = function (data, stretches, page) {
  "use strict";
  const HEIGHT = 15, MOST = 60, TALLEST = 182, LABEL = 46;
  const box = document.getElementById("flame"), canvas = box.querySelector("canvas"), tip = box.querySelector(".tip");
  const pen = canvas.getContext("2d");
  const order = [...data.id.keys()].sort((a, b) => data.from[a] - data.from[b] || a - b);
  const lanes = laneOf();
  const deepest = Math.min(lanes.reduce((most, lane) => Math.max(most, lane), 0) + 1, MOST);
  let state = { from: 0, to: Math.max(data.duration, 1), current: -1, critical: false, matches: null };
  let width = 0, marked = null;

  // A lane below its parent's, free of what runs at the same time.
  function laneOf() {
    const parents = [], parent = new Int32Array(data.id.length);
    for (let n = 0; n < data.id.length; n++) { parent[n] = data.depth[n] ? parents[data.depth[n] - 1] : -1; parents[data.depth[n]] = n; }
    const ends = [], lane = new Int32Array(data.id.length).fill(-1);
    for (const n of order) {
      let free = parent[n] >= 0 ? Math.max(lane[parent[n]] + 1, 0) : 0;
      while (free < MOST - 1 && ends[free] > data.from[n]) free++;
      lane[n] = free;
      ends[free] = Math.max(ends[free] || 0, data.from[n] + data.took[n]);
    }
    return lane;
  }

  const x = (ns) => ((ns - state.from) / (state.to - state.from)) * width;
  const ns = (at) => state.from + (at / width) * (state.to - state.from);

  function resize() {
    if (box.hidden) return;
    width = box.clientWidth;
    const scale = devicePixelRatio || 1, height = deepest * HEIGHT + 2;
    box.style.height = Math.min(height + 6, TALLEST) + "px";
    canvas.width = width * scale;
    canvas.height = height * scale;
    canvas.style.width = width + "px";
    canvas.style.height = height + "px";
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    draw(state);
  }

  function draw(now) {
    state = now;
    if (box.hidden || !width) return;
    const look = getComputedStyle(document.documentElement), colour = (name) => look.getPropertyValue(name).trim();
    const colours = data.colours.map((n) => colour("--c" + n));
    const error = colour("--error"), attack = colour("--attack"), ink = colour("--on-bar"), text = colour("--text"), accent = colour("--accent");
    pen.clearRect(0, 0, width, deepest * HEIGHT + 2);
    pen.font = "10.5px " + getComputedStyle(document.body).fontFamily;
    pen.textBaseline = "middle";
    const reached = new Float64Array(MOST).fill(-1);
    for (const n of order) {
      const left = x(data.from[n]), right = x(data.from[n] + data.took[n]), lane = lanes[n];
      if (right < 0 || left > width || lane >= MOST) continue;
      const marks = data.marks[n] & 3;
      if (right < reached[lane] + 0.5 && !marks && n !== state.current) continue;  // nothing of it would be seen
      reached[lane] = Math.max(reached[lane], right);
      const from = Math.max(left, 0), wide = Math.max(Math.min(right, width) - from, 1);
      const aside = (state.matches && !state.matches.has(n)) || (state.critical && !stretches.has(n));
      pen.globalAlpha = aside ? 0.22 : 1;
      pen.fillStyle = marks & 2 ? attack : marks & 1 ? error : colours[data.service[n]];
      pen.fillRect(from, lane * HEIGHT + 1, Math.max(wide - 0.5, 0.8), HEIGHT - 1);
      if (wide > LABEL) {
        pen.fillStyle = ink;
        pen.save();
        pen.beginPath();
        pen.rect(from, lane * HEIGHT, wide - 4, HEIGHT);
        pen.clip();
        pen.fillText(data.name[n] + (data.resource[n] ? "  " + data.resource[n] : ""), from + 5, lane * HEIGHT + HEIGHT / 2 + 1);
        pen.restore();
      }
      if (n === state.current) { pen.strokeStyle = text; pen.lineWidth = 2; pen.strokeRect(from + 1, lane * HEIGHT + 1.5, Math.max(wide - 2, 1), HEIGHT - 2); }
    }
    pen.globalAlpha = 1;
    if (marked) { pen.fillStyle = accent; pen.globalAlpha = 0.2; pen.fillRect(Math.min(...marked), 0, Math.abs(marked[1] - marked[0]), deepest * HEIGHT); pen.globalAlpha = 1; }
  }

  function at(event) {
    const box = canvas.getBoundingClientRect(), where = event.clientX - box.left, lane = Math.floor((event.clientY - box.top) / HEIGHT), moment = ns(where);
    const reach = (2 / width) * (state.to - state.from);
    let found = -1;
    for (let n = 0; n < data.id.length; n++) if (lanes[n] === lane && data.from[n] - reach <= moment && moment <= data.from[n] + data.took[n] + reach) found = n;
    return found;
  }

  canvas.addEventListener("pointerdown", (event) => {
    const start = event.offsetX;
    canvas.setPointerCapture(event.pointerId);
    const drag = (now) => { marked = [start, now.offsetX]; draw(state); };
    const end = (now) => {
      canvas.removeEventListener("pointermove", drag);
      const ends = marked;
      marked = null;
      if (ends && Math.abs(ends[1] - ends[0]) > 5) page.show(ns(Math.max(Math.min(...ends), 0)), ns(Math.min(Math.max(...ends), width)));
      else { draw(state); const n = at(now); if (n >= 0) page.open(n); }
    };
    canvas.addEventListener("pointermove", drag);
    canvas.addEventListener("pointerup", end, { once: true });
  });
  canvas.addEventListener("dblclick", () => page.show(0, data.duration));
  canvas.addEventListener("pointermove", (event) => {
    const n = marked ? -1 : at(event);
    tip.hidden = n < 0;
    if (n < 0) return;
    tip.textContent = data.services[data.service[n]] + " · " + data.name[n] + (data.resource[n] ? " · " + data.resource[n] : "") + " · " + page.told(data.took[n]);
    tip.style.left = Math.min(event.offsetX + 12, Math.max(width - tip.offsetWidth - 8, 0)) + "px";
    tip.style.top = Math.min(event.offsetY + 14, 150) + "px";
  });
  canvas.addEventListener("pointerleave", () => { tip.hidden = true; });
  resize();
  return { draw, resize };
};
