// Line charts by uPlot. Each `[data-chart]` names the JSON that it shows. Dragging marks a period and goes there.
(function () {
  "use strict";
  const HEIGHT = 190;
  const shown = new Map();
  const cursor = uPlot.sync("time");

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const KINDS = { calls: "--accent", error: "--error", p50: "--c1", p95: "--c2", p99: "--c3", attack: "--attack" };

  function told(unit, value) {
    if (value == null) return "–";
    if (unit === "per_second") return value >= 1 || !value ? +value.toPrecision(3) + "/s" : +(value * 60).toPrecision(3) + "/min";
    if (unit === "ms") return value >= 1000 ? +(value / 1000).toPrecision(3) + " s" : value >= 1 || !value ? +value.toPrecision(3) + " ms" : +(value * 1000).toPrecision(3) + " µs";
    if (unit === "bytes") return value >= 1e6 ? +(value / 1e6).toPrecision(3) + " MB" : +(value / 1e3).toPrecision(3) + " kB";
    return String(+value.toPrecision(4));
  }

  function zoom(plot) {
    if (plot.select.width < 6) return;
    const at = (x) => Math.round(plot.posToVal(x, "x") * 1000);
    const address = new URL(location.href);
    for (const name of ["t", "page"]) address.searchParams.delete(name);
    address.searchParams.set("from", at(plot.select.left));
    address.searchParams.set("to", at(plot.select.left + plot.select.width));
    location.assign(address);
  }

  function moments(plot, splits, axis, space, step) {
    const form = step >= 86400 ? { month: "short", day: "numeric" } : { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(step < 60 ? { second: "2-digit" } : {}) };
    const midnight = (at) => at.getHours() + at.getMinutes() + at.getSeconds() === 0;
    return splits.map((at) => new Date(at * 1000)).map((at) => at.toLocaleString([], midnight(at) ? { month: "short", day: "numeric" } : form));
  }

  // A value between two gaps has no line to either side: only a point can show it.
  function lonely(plot, series) {
    const values = plot.data[series];
    const found = [];
    values.forEach((value, n) => { if (value != null && values[n - 1] == null && values[n + 1] == null) found.push(n); });
    return found;
  }

  function options(data, unit, width) {
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line-soft"), width: 1 }, ticks: { show: false }, font: "11px " + getComputedStyle(document.body).fontFamily };
    return {
      width, height: HEIGHT - 30,
      cursor: { sync: { key: cursor.key }, drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
      hooks: { setSelect: [zoom] },
      scales: { y: { range: (plot, low, high) => [0, (high || 1) * 1.08] } },
      axes: [{ ...axis, size: 26, space: 76, values: moments }, { ...axis, size: 58, values: (plot, values) => values.map((value) => told(unit, value)) }],
      series: [
        { value: (plot, at) => (at == null ? "" : new Date(at * 1000).toLocaleTimeString([], { hour12: false })) , label: "at" },
        ...data.series.map((line) => ({
          label: line.name, stroke: colour(KINDS[line.kind] || "--accent"), width: 1.6, spanGaps: true,
          fill: line.kind === "calls" ? colour("--accent-soft") : undefined, points: { show: data.times.length < 200, size: 4, filter: lonely },
          value: (plot, value) => told(unit, value),
        })),
      ],
    };
  }

  function draw(element) {
    const source = document.getElementById(element.dataset.chart);
    if (!source || !element.clientWidth) return;
    const data = JSON.parse(source.textContent);
    shown.get(element)?.destroy();
    element.replaceChildren();
    shown.set(element, new uPlot(options(data, element.dataset.unit, element.clientWidth), [data.times, ...data.series.map((line) => line.values)], element));
  }

  function drawAll() { document.querySelectorAll("[data-chart]").forEach(draw); }

  // Other parts of a page come and go without disturbing a chart that somebody may be dragging over.
  function drawNew() {
    for (const [element, plot] of shown) if (!element.isConnected) { plot.destroy(); shown.delete(element); }
    document.querySelectorAll("[data-chart]").forEach((element) => { if (!shown.has(element)) draw(element); });
  }

  drawAll();
  document.addEventListener("htmx:afterSettle", drawNew);
  document.addEventListener("vedette:theme", drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  let waiting = 0;
  addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(drawAll, 120); });
})();
