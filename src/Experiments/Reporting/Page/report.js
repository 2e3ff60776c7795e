"use strict";
(() => {
  const report = JSON.parse(document.getElementById("charts").textContent);
  const hues = [["#1f6fb5", "#6db3f2"], ["#c2570c", "#ffa061"], ["#2b7d3c", "#72cf86"], ["#8a3fa8", "#d092ea"], ["#a3231c", "#ff8a80"],
    ["#5f6b00", "#c5d34f"], ["#00727a", "#56cfd8"], ["#7a5230", "#d3a982"]];
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let printing = false;
  const charts = [];
  const hue = index => hues[index % hues.length][dark.matches && !printing ? 1 : 0];
  const colour = name => printing ? { "--ink": "#000", "--faint": "#444", "--line": "#bbb" }[name]
    : getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const axis = (title, more) => Object.assign(
    { title: { display: true, text: title, color: colour("--faint") }, ticks: { color: colour("--faint"), maxRotation: 0, autoSkip: true }, grid: { color: colour("--line") } }, more);

  const draw = (id, make) => {
    const canvas = document.getElementById(id);
    if (!canvas) {
      return;
    }

    const config = make();
    config.options = Object.assign({ animation: false, responsive: true, maintainAspectRatio: false }, config.options);
    config.options.plugins = Object.assign(
      { legend: { labels: { color: colour("--ink"), boxWidth: 14 }, position: "bottom" } }, config.options.plugins);
    charts.push(new Chart(canvas, config));
  };

  const measure = () => ({
    data: {
      labels: report.cases.map(each => each.name),
      datasets: [
        { type: "scatter", label: "mean", data: report.cases.map(each => ({ x: each.mean, y: each.name })), pointRadius: 5, backgroundColor: report.cases.map((_, at) => hue(at)) },
        { type: "bar", label: "interval", data: report.cases.map(each => each.low === null ? null : [each.low, each.high]),
          backgroundColor: report.cases.map((_, at) => hue(at) + "66"), barThickness: 10, minBarLength: 2 },
      ],
    },
    options: {
      indexAxis: "y",
      plugins: { legend: { display: false } },
      scales: {
        x: axis(report.measure + (report.unit ? ", " + report.unit : ""), { type: "linear" }),
        y: axis("", { type: "category", labels: report.cases.map(each => each.name), offset: true, title: { display: false } }),
      },
    },
  });

  const percentiles = of => () => ({
    type: "line",
    data: { labels: of.percents, datasets: of.cases.map((each, at) => ({ label: each.name, data: each.values.map(value => value > 0 ? value : null), borderColor: hue(at), backgroundColor: hue(at), borderWidth: 2 })) },
    options: { scales: { x: axis("of so many it was at most this", {}), y: axis("ms", { type: "logarithmic" }) } },
  });

  const memory = region => () => ({
    type: "line",
    data: {
      datasets: region.cases.flatMap((each, at) => [
        { label: each.name, data: each.seconds.map((second, index) => ({ x: second, y: each.free[index] })), borderColor: hue(at), backgroundColor: hue(at), borderWidth: 1.5, pointRadius: 0 },
        { label: "", data: each.seconds.map((second, index) => ({ x: second, y: each.largest[index] })), borderColor: hue(at), borderDash: [4, 3], borderWidth: 1.5, pointRadius: 0 },
      ]),
    },
    options: {
      parsing: false,
      plugins: { legend: { labels: { color: colour("--ink"), boxWidth: 14, filter: item => item.text !== "" }, position: "bottom" } },
      scales: { x: axis("seconds of virtual time", { type: "linear" }), y: axis("MiB", { min: 0 }) },
    },
  });

  const drawAll = () => {
    charts.splice(0).forEach(chart => chart.destroy());
    draw("chart-measure", measure);
    if (report.times) {
      draw("chart-times", percentiles(report.times));
    }

    if (report.latencies) {
      draw("chart-latencies", percentiles(report.latencies));
    }

    report.regions.forEach((region, at) => draw("chart-region-" + at, memory(region)));
  };

  dark.addEventListener("change", drawAll);
  matchMedia("print").addEventListener("change", change => {
    printing = change.matches;
    drawAll();
  });
  drawAll();
})();
