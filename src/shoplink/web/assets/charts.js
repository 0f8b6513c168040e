// Draws a chart above every table that has data-chart. The table stays, and the chart has a label for screen readers.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([AriaComponent, BarChart, GridComponent, LegendComponent, LineChart, SVGRenderer, TooltipComponent]);

const PALETTE = ["#066fd1", "#087f5b", "#b35c00", "#d6336c", "#7048e8", "#1098ad"];

function read(table) {
  const cells = (row) => [...row.cells].map((cell) => cell.dataset.value ?? cell.textContent.trim());
  const [names, ...others] = [...table.rows].map(cells);
  return { names: names.slice(1), labels: others.map((row) => row[0]), rows: others.map((row) => row.slice(1).map(Number)) };
}

function options(kind, { names, labels, rows }, style, description) {
  const text = style.getPropertyValue("--tblr-secondary-color") || "#667382";
  const line = style.getPropertyValue("--tblr-border-color") || "#dce1e7";
  const shared = {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    aria: { enabled: true, label: { description } },
    color: PALETTE,
    textStyle: { fontFamily: style.fontFamily, color: text },
    tooltip: { trigger: "axis", confine: true, renderMode: "richText" },
  };
  if (kind === "steps") {
    const data = rows.map(([value], place) => ({ value, itemStyle: { color: PALETTE[place] } }));
    const name = { show: true, position: "insideLeft", distance: 12, color: "#fff", fontWeight: 600, formatter: "{c}" };
    return {
      ...shared,
      grid: { left: 8, right: 8, top: 8, bottom: 8, containLabel: true },
      xAxis: { type: "value", minInterval: 1, show: false },
      yAxis: { type: "category", data: labels, inverse: true, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: text } },
      series: [{ type: "bar", data, label: name, barCategoryGap: "18%" }],
    };
  }
  const type = kind === "line" ? "line" : "bar";
  const axis = { axisLabel: { color: text, hideOverlap: true }, axisLine: { lineStyle: { color: line } }, splitLine: { lineStyle: { color: line } } };
  const stack = kind === "stack" ? "all" : undefined;
  return {
    ...shared,
    grid: { left: 8, right: 8, top: names.length > 1 ? 36 : 12, bottom: 8, containLabel: true },
    legend: { show: names.length > 1, type: "scroll", top: 0, left: 0, textStyle: { color: text }, pageTextStyle: { color: text }, pageIconColor: text },
    xAxis: { type: "category", data: labels, ...axis },
    yAxis: { type: "value", minInterval: 1, ...axis },
    series: names.map((name, place) => ({
      name, type, stack, data: rows.map((row) => row[place]), smooth: 0.2, showSymbol: labels.length < 2, barMaxWidth: 28,
    })),
  };
}

function draw(figure) {
  const table = document.getElementById(figure.dataset.chartTable);
  const place = figure.querySelector("[data-chart-canvas]");
  const chart = init(place, null, { renderer: "svg" });
  const paint = () => chart.setOption(options(figure.dataset.chart, read(table), getComputedStyle(place), figure.dataset.label), true);
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", figure.dataset.label);
  paint();
  new ResizeObserver(() => chart.resize()).observe(place);
  new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
}

function drawIn(part) {
  for (const figure of part.querySelectorAll("[data-chart]")) draw(figure);
}

drawIn(document);
// A part that htmx puts in place later brings charts of its own.
document.addEventListener("htmx:load", (event) => event.detail.elt !== document.body && drawIn(event.detail.elt));
