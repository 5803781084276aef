// Draws each table of a page's charts as stacked columns, with uPlot. The tables
// stay, for those who cannot see the charts.
"use strict";

(() => {
  const light = ["#3457d5", "#0f9d76", "#d9822b", "#a348c7", "#d6455d", "#1f8fc4", "#7a8a1e", "#7b6f66"];
  const dark = ["#7f9bff", "#43c59a", "#f0a556", "#c98be6", "#f27d90", "#5bb8e6", "#b5c24d", "#b3a79d"];
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function read(table) {
    const names = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent);
    const rows = [...table.tBodies[0].rows];
    const days = rows.map((row) => Date.parse(row.cells[0].textContent + "T00:00:00Z") / 1000);
    const values = names.map((_, i) => rows.map((row) => Number(row.cells[i + 1].textContent)));
    return { names, days, values };
  }

  // Each series stands on those before it; the tallest is drawn first.
  function stacked(values) {
    const sums = [];
    return values.map((series) => series.map((value, day) => (sums[day] = (sums[day] ?? 0) + value)));
  }

  // As the server shows amounts: rounded down, with fewer places the larger they
  // are. Sums of fractions are off by less than the billionth that amounts have.
  function exact(value) {
    const places = value < 1 ? 6 : value < 1000 ? 4 : 2;
    const cut = Math.floor(Math.round(value * 1e9) / 10 ** (9 - places));
    return (cut / 10 ** places).toLocaleString("en", { maximumFractionDigits: places });
  }
  const short = (value) => (value === 0 ? "0" : value >= 1 ? value.toLocaleString("en", { maximumFractionDigits: 2 }) : value.toPrecision(2).replace(/\.?0+$/, ""));

  function draw(section) {
    const { names, days, values } = read(section.querySelector("[data-series]"));
    const place = section.querySelector(".plot");
    const legend = section.querySelector(".plot-legend");
    const colours = scheme.matches ? dark : light;
    const tops = stacked(values).reverse();
    const axis = { stroke: style("--muted"), grid: { stroke: style("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    const items = names.map((name, i) => {
      const item = document.createElement("li");
      const box = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const fill = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      for (const [key, value] of Object.entries({ width: "100%", height: "100%", fill: colours[i % colours.length] })) fill.setAttribute(key, value);
      box.append(fill);
      const text = document.createElement("span");
      text.textContent = name;
      item.append(box, text);
      return { item, text };
    });
    const when = document.createElement("li");
    legend.replaceChildren(when, ...items.map(({ item }) => item));
    const total = values.map((series) => series.reduce((sum, value) => sum + value, 0));
    const show = (day) => {
      when.textContent = day == null ? "" : new Date(days[day] * 1000).toLocaleDateString("en", { timeZone: "UTC", day: "numeric", month: "short" });
      when.hidden = day == null;
      items.forEach(({ text }, i) => { text.textContent = `${names[i]}: ${exact(day == null ? total[i] : values[i][day])}`; });
    };
    show(null);
    const bars = uPlot.paths.bars({ size: [0.7, 48], radius: 0.08 });
    place.replaceChildren();
    return new uPlot({
      width: Math.max(place.clientWidth, 240), height: 220, legend: { show: false }, tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } }, padding: [10, 6, 0, 0],
      scales: { x: { range: () => [days[0] - 50000, days.at(-1) + 50000] }, y: { range: (_, low, high) => [0, high > 0 ? high * 1.08 : 1] } },
      axes: [
        { ...axis, grid: { show: false }, size: 28, space: 56, values: (_, ticks) => ticks.map((at) => new Date(at * 1000).toLocaleDateString("en", { timeZone: "UTC", day: "numeric", month: "short" })), incrs: [86400, 2 * 86400, 7 * 86400, 14 * 86400, 28 * 86400] },
        { ...axis, size: 58, values: (_, ticks) => ticks.map(short) },
      ],
      series: [{}, ...tops.map((_, i) => ({ fill: colours[(names.length - 1 - i) % colours.length], width: 0, paths: bars, points: { show: false } }))],
      hooks: { setCursor: [(plot) => show(plot.cursor.idx)] },
    }, [days, ...tops], place);
  }

  const sections = [...document.querySelectorAll(".chart")].filter((section) => section.querySelector("[data-series]"));
  let plots = sections.map(draw);
  const again = () => { plots.forEach((plot) => plot.destroy()); plots = sections.map(draw); };
  scheme.addEventListener("change", again);
  let timer;
  addEventListener("resize", () => { clearTimeout(timer); timer = setTimeout(again, 150); });
})();
