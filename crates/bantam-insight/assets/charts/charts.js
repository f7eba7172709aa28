// Draws each chart of a document from the values beside it, in the colours of the page.
//
// The page has every figure as a table, so whatever fails here takes nothing away. All names come from data: they go
// into texts and never into HTML.

import { BarChart, HeatmapChart, LineChart, ScatterChart, CustomChart } from "echarts/charts";
import {
  AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapContinuousComponent,
} from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([
  BarChart, HeatmapChart, LineChart, ScatterChart, CustomChart, AriaComponent, GridComponent, LegendComponent,
  MarkLineComponent, TooltipComponent, VisualMapContinuousComponent, SVGRenderer,
]);

const VALUE = 0, LOW = 1, HIGH = 2, TOLD = 3;
/** Below this width there is no room for names beside lines. */
const NARROW = 560;
/** Lines are told apart by their dashes and marks, too. */
const DASHES = ["solid", "dashed", "dotted", [8, 3, 2, 3]];
const MARKS = ["circle", "rect", "triangle", "diamond"];
/** Marks on more points than this would hide the line. */
const MARKED_POINTS = 40;

/** Names of axes are cut where they would leave a narrow chart. */
const NAME_WIDTH = 240;

const numbers = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

function colours() {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(name).trim();
  return {
    ink: token("--ink"), quiet: token("--quiet"), line: token("--line"), paper: token("--paper"),
    panel: token("--panel"), series: [1, 2, 3, 4, 5, 6, 7].map((n) => token(`--series-${n}`)),
    heat: [token("--heat-low"), token("--heat-high")], heatInk: [token("--heat-low-ink"), token("--heat-high-ink")],
  };
}

/** What a tooltip shows: a heading, then lines with what stands in the table. */
function tooltip(heading, lines) {
  const box = document.createElement("div");
  const strong = document.createElement("strong");
  strong.textContent = heading;
  box.append(strong);
  for (const [name, told] of lines) {
    const line = document.createElement("div");
    line.textContent = name === "" ? told : `${name}: ${told}`;
    box.append(line);
  }
  return box;
}

/** A colour as red, green and blue. */
function channels(colour) {
  const hex = colour.length === 4 ? [...colour.slice(1)].map((digit) => digit + digit).join("") : colour.slice(1);
  return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/** How bright a colour is, and how two of them contrast, after WCAG 2.2. */
function brightness(rgb) {
  const [red, green, blue] = rgb.map((c) => (c <= 10 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

/** The ink that is read best on a field of the scale, `share` of the way from its low end. */
function inkOn(c, share) {
  const [low, high] = c.heat.map(channels);
  const field = brightness(low.map((from, at) => from + (high[at] - from) * share));
  const read = (ink) => contrast(brightness(channels(ink)), field);
  return c.heatInk.reduce((best, ink) => (read(ink) > read(best) ? ink : best));
}

/** Round steps for an axis from 0, about four of them up to `value` or beyond. */
function roundStep(value) {
  const power = 10 ** Math.floor(Math.log10(value / 4));
  return [1, 2, 2.5, 5, 10].map((times) => times * power).find((step) => 4 * step >= value) ?? 10 * power;
}

const axisName = (axis) => (axis.unit === "" ? axis.name : `${axis.name} (${axis.unit})`);
const isNumeric = (points) => points.every((point) => point[VALUE] !== null);
const label = (point) => point[TOLD];

function axis(of, c, more) {
  return {
    name: axisName(of),
    nameTruncate: { maxWidth: NAME_WIDTH },
    nameLocation: "middle",
    nameTextStyle: { color: c.quiet, fontSize: 12 },
    axisLabel: { color: c.quiet, hideOverlap: true, fontSize: 12 },
    axisLine: { lineStyle: { color: c.line } },
    axisTick: { lineStyle: { color: c.line } },
    splitLine: { lineStyle: { color: c.line } },
    ...more,
  };
}

const below = (of, c, more) => axis(of, c, { nameGap: 30, splitLine: { show: false }, ...more });
const beside = (of, c, more) => axis(of, c, {
  nameLocation: "end", nameGap: 12, nameTextStyle: { color: c.quiet, align: "left", fontSize: 12 }, type: "value",
  axisLabel: { color: c.quiet, fontSize: 12, formatter: (value) => numbers.format(value) }, ...more,
});

function frame(chart, c, more) {
  return {
    animation: false,
    aria: { enabled: true, label: { description: `${chart.title}. The table has the same figures.` } },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: c.ink },
    color: c.series,
    legend: { show: chart.series.length > 1, bottom: 0, textStyle: { color: c.ink }, inactiveColor: c.quiet, type: "plain" },
    tooltip: {
      trigger: "axis", confine: true, backgroundColor: c.panel, borderColor: c.line, textStyle: { color: c.ink, fontSize: 13 },
      extraCssText: "max-width:24rem;white-space:normal",
    },
    grid: { left: 8, right: 16, top: 32, bottom: chart.series.length > 1 ? 62 : 36, containLabel: true },
    ...more,
  };
}

/** A place of the axis in words. What tells its unit itself needs none. */
function place(chart, row) {
  const at = label(chart.labels[row]);
  return /^[-\d.,]+$/.test(at) ? `${chart.x.name} ${at} ${chart.x.unit}` : `${chart.x.name} ${at}`;
}

/** What happens at a place of the axis, for all series that are shown. */
function told(chart) {
  return (shown) => {
    const row = shown[0].dataIndex;
    const lines = chart.series.map((series) => [series.name, label(series.points[row])]);
    return tooltip(place(chart, row), lines);
  };
}

/** Everything lasts longer than no time at all: where steps begin. */
const BEGINNING = [100, 100, 100, "100.0 %"];

/** Shares that last, from time 0 on. */
function fromTheBeginning(chart) {
  if (chart.labels.length === 0 || chart.labels[0][VALUE] === 0) return chart;
  const series = chart.series.map((each) => ({ ...each, points: [BEGINNING, ...each.points] }));
  return { ...chart, labels: [[0, null, null, "0"], ...chart.labels], series };
}

/** The band of a series between its bounds: an unseen line at the lower, an area up to the upper. */
function band(series, at, colour, step) {
  if (!series.points.some((point) => point[LOW] !== null && point[HIGH] !== null)) return [];
  const common = {
    type: "line", name: series.name, stack: `band ${series.name}`, stackStrategy: "all", step, symbol: "none", silent: true,
    lineStyle: { opacity: 0 }, tooltip: { show: false }, emphasis: { disabled: true }, z: 1,
  };
  const has = (point) => point[LOW] !== null && point[HIGH] !== null;
  return [
    { ...common, data: series.points.map((point, row) => [at(row), has(point) ? point[LOW] : null]) },
    {
      ...common, areaStyle: { color: colour, opacity: 0.2 },
      data: series.points.map((point, row) => [at(row), has(point) ? point[HIGH] - point[LOW] : null]),
    },
  ];
}

/** Whether there is room for a name at the end of each line. */
function endsAreApart(chart) {
  const values = chart.series.map((series) => series.points.flatMap((point) => [point[VALUE], point[HIGH]]).filter((value) => value !== null));
  const room = Math.max(...values.flat(), 0) * 0.08;
  const ends = chart.series.map((series) => series.points.at(-1)[VALUE]).filter((value) => value !== null).sort((a, b) => a - b);
  return ends.every((end, place) => place === 0 || end - ends[place - 1] >= room);
}

function lines(chart, c, wide, step) {
  const numeric = isNumeric(chart.labels);
  const at = (row) => (numeric ? chart.labels[row][VALUE] : row);
  const named = wide && chart.series.length > 1 && chart.series.length <= 4 && endsAreApart(chart);
  const series = chart.series.flatMap((series, place) => [
    {
      type: "line", name: series.name, step, z: 3, connectNulls: false,
      data: series.points.map((point, row) => [at(row), point[VALUE]]),
      symbol: MARKS[place % MARKS.length], symbolSize: 6, showSymbol: !step && series.points.length <= MARKED_POINTS,
      lineStyle: { width: 2, type: DASHES[place % DASHES.length] }, color: c.series[place % c.series.length],
      endLabel: { show: named, formatter: () => series.name, color: c.series[place % c.series.length], width: 110, overflow: "truncate" },
      // Whoever takes a series away by its name in the legend still points at that name: the others stay as they are.
      emphasis: { disabled: true },
    },
    ...band(series, at, c.series[place % c.series.length], step),
  ]);
  if (chart.marked !== null && chart.marked.row < chart.labels.length) {
    series[0].markLine = {
      symbol: "none", silent: true, lineStyle: { color: c.ink, type: "solid", width: 1.5 },
      label: { formatter: () => chart.marked.name, color: c.ink, position: "insideEndTop", rotate: 0, align: "left", distance: [6, 4] },
      data: [{ xAxis: at(chart.marked.row) }],
    };
  }
  const x = numeric
    ? below(chart.x, c, { type: "value", scale: true, axisLabel: { color: c.quiet, hideOverlap: true, formatter: (value) => numbers.format(value) } })
    : below(chart.x, c, { type: "category", data: chart.labels.map(label), boundaryGap: false, axisLabel: { color: c.quiet, hideOverlap: true, width: 90, overflow: "truncate" } });
  const option = frame(chart, c, { xAxis: x, yAxis: beside(chart.y, c, {}), series });
  option.tooltip.formatter = told(chart);
  if (named) option.grid.right = 120;
  return option;
}

/** Whiskers over bars. */
function whiskers(series, place, count, across, c) {
  if (!series.points.some((point) => point[LOW] !== null && point[HIGH] !== null)) return [];
  return [{
    type: "custom", name: series.name, silent: true, z: 4, tooltip: { show: false }, color: c.ink,
    encode: across ? { x: [1, 2], y: 0 } : { x: 0, y: [1, 2] },
    data: series.points.map((point, row) => [row, point[LOW], point[HIGH]]),
    renderItem: (_, api) => {
      if (!Number.isFinite(api.value(1)) || !Number.isFinite(api.value(2))) return null;
      const [row, low, high] = [api.value(0), api.value(1), api.value(2)];
      const from = api.coord(across ? [low, row] : [row, low]);
      const to = api.coord(across ? [high, row] : [row, high]);
      // Bars of one row stand side by side, over seven tenths of its room.
      const room = Math.abs(api.size(across ? [0, 1] : [1, 0])[across ? 1 : 0]) * 0.7;
      const shift = ((place + 0.5) / count - 0.5) * room * (across ? -1 : 1);
      const end = Math.min(4, room / count / 3);
      const move = ([x, y], by) => (across ? [x, y + shift + by] : [x + shift + by, y]);
      const strokes = [[move(from, 0), move(to, 0)], [move(from, -end), move(from, end)], [move(to, -end), move(to, end)]];
      // A rim of paper keeps them apart from bars of any colour.
      const drawn = (stroke, lineWidth) => strokes.map(([a, b]) => ({
        type: "line", shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] }, style: { stroke, lineWidth, lineCap: "round" },
      }));
      return { type: "group", children: [...drawn(c.paper, 4), ...drawn(c.ink, 1.5)] };
    },
  }];
}

function bars(chart, c, wide) {
  // Names of any length can be read when bars lie.
  const names = chart.labels.map(label);
  const funnel = chart.kind === "funnel";
  const across = funnel || names.length > 12 || names.some((name) => name.length > 14) || !wide;
  const series = chart.series.flatMap((series, place) => [
    {
      type: "bar", name: series.name, data: series.points.map((point) => point[VALUE]), color: c.series[place % c.series.length],
      barGap: 0, barCategoryGap: "30%", barMinHeight: 1,
      label: {
        show: funnel, position: "right", color: c.ink, formatter: (bar) => label(series.points[bar.dataIndex]),
      },
    },
    ...whiskers(series, place, chart.series.length, across, c),
  ]);
  const room = wide ? 180 : 110;
  const category = {
    type: "category", data: names, splitLine: { show: false },
    axisLabel: { color: c.quiet, width: across ? room : 90, overflow: "truncate", interval: names.length > 40 ? "auto" : 0, hideOverlap: names.length > 40 },
  };
  const option = across
    ? frame(chart, c, {
      xAxis: axis(chart.y, c, { type: "value", nameGap: 30, axisLabel: { color: c.quiet, hideOverlap: true, formatter: (value) => numbers.format(value) } }),
      yAxis: beside(chart.x, c, { ...category, inverse: true, nameLocation: "start", nameTruncate: { maxWidth: 90 }, nameTextStyle: { color: c.quiet, align: "right" } }),
      series,
    })
    : frame(chart, c, { xAxis: below(chart.x, c, category), yAxis: beside(chart.y, c, {}), series });
  option.tooltip.axisPointer = { type: "shadow" };
  option.tooltip.formatter = told(chart);
  if (funnel) option.grid.right = 72;
  return option;
}

function heatMap(chart, c, wide) {
  const distinct = (points) => [...new Set(points.map(label))];
  const [xs, ys] = [distinct(chart.labels), distinct(chart.yLabels)];
  const [values] = chart.series;
  const known = values.points.map((point) => point[VALUE]).filter((value) => value !== null);
  const [least, most] = [Math.min(0, ...known), Math.max(...known, 1e-9)];
  const data = values.points.map((point, row) => {
    return {
      value: [xs.indexOf(label(chart.labels[row])), ys.indexOf(label(chart.yLabels[row])), point[VALUE]],
      label: { color: inkOn(c, point[VALUE] === null ? 0 : (point[VALUE] - least) / (most - least)) },
      row,
    };
  }).filter((field) => field.value[2] !== null);
  const option = frame(chart, c, {
    xAxis: below(chart.x, c, { type: "category", data: xs, axisLabel: { color: c.quiet, width: wide ? 90 : 50, overflow: "truncate", interval: 0 } }),
    yAxis: beside(chart.y, c, { type: "category", data: ys, inverse: true, nameLocation: "start", splitLine: { show: false }, axisLabel: { color: c.quiet, width: wide ? 140 : 70, overflow: "truncate" } }),
    visualMap: {
      type: "continuous", min: least, max: most, calculable: true, orient: "horizontal", left: "center", bottom: 0, itemHeight: 140,
      inRange: { color: c.heat }, textStyle: { color: c.quiet }, formatter: (value) => numbers.format(value),
    },
    series: [{
      type: "heatmap", name: values.name, data, itemStyle: { borderColor: c.paper, borderWidth: 2 },
      label: { show: xs.length <= (wide ? 12 : 6), formatter: (field) => numbers.format(Math.round(field.value[2] * 10) / 10) },
    }],
  });
  option.grid.bottom = 92;
  option.tooltip.trigger = "item";
  option.tooltip.formatter = (field) => {
    const row = field.data.row;
    return tooltip(`${label(chart.yLabels[row])}, ${label(chart.labels[row])}`, [[values.name, label(values.points[row])]]);
  };
  return option;
}

function calibration(chart, c) {
  const [observed] = chart.series;
  const values = [...chart.labels, ...observed.points].flatMap((point) => [point[VALUE], point[HIGH]]).filter((value) => value !== null);
  const interval = roundStep(Math.max(...values, 1e-9));
  const end = interval * Math.ceil(Math.max(...values, 1e-9) / interval);
  const points = chart.labels.map((predicted, row) => ({ predicted: predicted[VALUE], point: observed.points[row], row }))
    .filter(({ predicted, point }) => predicted !== null && point[VALUE] !== null);
  const option = frame(chart, c, {
    xAxis: below(chart.x, c, { type: "value", min: 0, max: end, interval, axisLabel: { color: c.quiet, hideOverlap: true, formatter: (value) => numbers.format(value) } }),
    yAxis: beside(chart.y, c, { min: 0, max: end, interval }),
    series: [
      {
        type: "line", data: [[0, 0], [end, end]], symbol: "none", silent: true, lineStyle: { color: c.quiet, type: "dashed" },
        endLabel: { show: true, formatter: () => "as predicted", color: c.quiet, align: "right", verticalAlign: "top", offset: [-8, 88] },
      },
      {
        type: "custom", silent: true, encode: { x: 0, y: [1, 2] },
        data: points.map(({ predicted, point }) => [predicted, point[LOW], point[HIGH]]),
        renderItem: (_, api) => {
          const [from, to] = [api.coord([api.value(0), api.value(1)]), api.coord([api.value(0), api.value(2)])];
          return { type: "line", shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] }, style: { stroke: c.series[0], lineWidth: 1.5 } };
        },
      },
      {
        type: "scatter", name: observed.name, symbolSize: 9, color: c.series[0], z: 4,
        data: points.map(({ predicted, point, row }) => ({ value: [predicted, point[VALUE]], row })),
      },
    ],
  });
  option.tooltip.trigger = "item";
  option.tooltip.formatter = (mark) => {
    const row = mark.data.row;
    return tooltip(place(chart, row), [[observed.name, label(observed.points[row])]]);
  };
  return option;
}

function option(chart, c, width) {
  const wide = width >= NARROW;
  switch (chart.kind) {
    case "line": case "thresholds": return lines(chart, c, wide, false);
    case "steps": return lines(fromTheBeginning(chart), c, wide, "end");
    case "funnel": case "bars": return bars(chart, c, wide);
    case "heat_map": return heatMap(chart, c, wide);
    case "calibration": return calibration(chart, c);
    default: return null;
  }
}

/** Room for every bar that lies and every row of a heat map. */
function height(chart, width) {
  if (chart.kind === "heat_map") return 150 + 36 * new Set(chart.yLabels.map(label)).size;
  if (chart.kind === "calibration") return Math.min(width, 420);
  const names = chart.labels.map(label);
  const lie = chart.kind === "funnel" || (chart.kind === "bars" && (names.length > 12 || names.some((name) => name.length > 14) || width < NARROW));
  return lie ? 100 + names.length * Math.max(26, 16 * chart.series.length + 10) : 320;
}

/** A width that fits a printed page between its margins. */
const PRINT_WIDTH = 680;
/** More bars than this are no picture any more: the table has them. */
const ROWS_MAX = 120;

const data = JSON.parse(document.getElementById("data").textContent);
const drawn = [];

for (const figure of document.querySelectorAll("figure[data-chart]")) {
  const chart = data[figure.closest("[data-table]").dataset.table].charts[Number(figure.dataset.chart)];
  const lists = chart.kind === "bars" || chart.kind === "funnel" || chart.kind === "heat_map";
  if (chart.labels.length === 0 || (lists && chart.labels.length > ROWS_MAX) || !chart.series.some((series) => series.points.some((point) => point[VALUE] !== null))) continue;
  figure.hidden = false;
  const plot = figure.querySelector(".plot");
  let instance = null;
  let last = "";
  const draw = (width) => {
    if (width === 0) return;
    const c = colours();
    const state = `${width} ${c.paper}`;
    if (state === last) return;
    last = state;
    const tall = height(chart, width);
    plot.style.height = `${tall}px`;
    instance ??= init(plot, null, { renderer: "svg", width, height: tall });
    instance.resize({ width, height: tall });
    instance.setOption(option(chart, c, width), true);
  };
  drawn.push({ draw, plot });
  draw(plot.clientWidth);
  new ResizeObserver(() => draw(plot.clientWidth)).observe(plot);
}

const redraw = () => drawn.forEach(({ draw, plot }) => draw(plot.clientWidth));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
// Paper is light and narrow, whatever the screen is.
addEventListener("beforeprint", () => {
  document.documentElement.classList.add("printing");
  drawn.forEach(({ draw, plot }) => draw(Math.min(plot.clientWidth, PRINT_WIDTH)));
});
addEventListener("afterprint", () => {
  document.documentElement.classList.remove("printing");
  redraw();
});
