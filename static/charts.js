// Draws the charts of a page from the data blocks beside them. The figures stand in tables as well, so
// that nothing is lost without this script; every text comes with the data.
"use strict";
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const language = document.documentElement.lang;
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const plain = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });

  // A number in the words of the reader: the last unit that is not too large for it.
  function worded(spec, value) {
    if (value === null || value === undefined || Number.isNaN(value)) return "–";
    const unit = (spec.units || []).filter((one) => Math.abs(value) >= one.from).pop();
    return unit ? unit.text.replace("{n}", plain.format(value / unit.by)) : plain.format(value);
  }

  const font = () => getComputedStyle(document.body).fontFamily;
  const words = (colour) => ({ color: token(colour), fontFamily: font(), fontSize: 12 });

  function shared(spec) {
    return {
      // Figures that move are not yet what they say.
      animation: false,
      textStyle: { fontFamily: font() },
      grid: { left: 8, right: 24, top: spec.series && spec.series.length > 1 ? 40 : 12, bottom: 8, containLabel: true },
      tooltip: {
        renderMode: "richText", confine: true, backgroundColor: token("surface"), borderColor: token("line"),
        textStyle: words("text"),
      },
    };
  }

  const categories = (names, more) => ({
    type: "category", data: names, axisTick: { show: false },
    axisLine: { lineStyle: { color: token("line") } }, axisLabel: words("soft"), ...more,
  });
  const amounts = (spec, more) => ({
    type: "value", minInterval: spec.units ? undefined : 1, max: spec.max,
    splitLine: { lineStyle: { color: token("line") } },
    axisLabel: { ...words("soft"), hideOverlap: true, formatter: (value) => worded(spec, value) }, ...more,
  });

  function bars(spec) {
    const colours = ["accent", "edge"];
    const base = shared(spec);
    return {
      ...base,
      // Room for what is written behind the longest bar.
      grid: { ...base.grid, right: spec.units || spec.series[0].texts ? 96 : 36 },
      legend: spec.series.length > 1 ? { textStyle: words("text"), left: 0, top: 0 } : undefined,
      xAxis: amounts(spec),
      yAxis: categories(spec.names, {
        inverse: true, axisLabel: { ...words("text"), width: 150, overflow: "truncate" },
      }),
      series: spec.series.map((series, at) => ({
        type: "bar", name: series.name, data: series.values, barMaxWidth: 26, itemStyle: { color: token(colours[at % 2]), borderRadius: 3 },
        emphasis: { itemStyle: { color: token("accent-deep") } },
        label: {
          show: true, position: "right", ...words("text"),
          formatter: (point) => (series.texts ? series.texts[point.dataIndex] : worded(spec, point.value)),
        },
      })),
    };
  }

  function lines(spec) {
    const looks = [["accent", "solid", "circle"], ["partly", "dashed", "rect"], ["good", "dotted", "triangle"], ["bad", "solid", "diamond"]];
    const base = shared(spec);
    return {
      ...base,
      tooltip: { ...base.tooltip, trigger: "axis", valueFormatter: (value) => worded(spec, value) },
      legend: { textStyle: words("text"), left: 0, top: 0, itemWidth: 34 },
      xAxis: categories(spec.names, { boundaryGap: false }),
      yAxis: amounts(spec),
      series: spec.series.map((series, at) => {
        const [colour, type, symbol] = looks[at % looks.length];
        return {
          type: "line", name: series.name, data: series.values, symbol, symbolSize: 8,
          lineStyle: { color: token(colour), type, width: 2.5 }, itemStyle: { color: token(colour) },
        };
      }),
    };
  }

  function scale(spec, values) {
    const most = Math.max(spec.max || 0, ...values) || 1;
    return {
      type: "continuous", min: 0, max: most, calculable: false, text: [worded(spec, most), worded(spec, 0)],
      inRange: { color: [token("tint"), token("accent")] }, textStyle: words("soft"), itemHeight: 90, itemWidth: 12,
    };
  }

  function heat(spec, plot) {
    const values = spec.cells.map((cell) => cell[2]);
    const most = Math.max(...values, 1);
    const base = shared(spec);
    return {
      ...base,
      grid: { ...base.grid, bottom: 44 },
      tooltip: { ...base.tooltip, formatter: (point) => spec.hints[point.dataIndex] },
      xAxis: categories(spec.names, { axisLabel: { ...words("soft"), interval: 0, overflow: spec.tight ? "truncate" : "break", rotate: spec.tight ? 40 : 0, width: spec.tight ? 96 : Math.max(72, (plot.clientWidth - 90) / spec.names.length - 8) } }),
      yAxis: categories(spec.rows, { inverse: true, axisLabel: words("text") }),
      visualMap: { ...scale(spec, values), orient: "horizontal", left: "center", bottom: 0, itemHeight: 120 },
      series: [{
        type: "heatmap",
        data: spec.cells.map((cell) => ({
          value: cell, label: { color: token(cell[2] > most * 0.55 ? "on-accent" : "text") },
        })),
        itemStyle: { borderColor: token("surface"), borderWidth: 2, borderRadius: 4 },
        label: { show: true, fontSize: 12, fontFamily: font() },
        emphasis: { itemStyle: { borderColor: token("accent-deep") } },
      }],
    };
  }

  function map(spec, plot) {
    const base = shared(spec);
    const known = new Map(spec.places.map((place) => [place.id, place]));
    const most = Math.max(...spec.places.map((place) => place.value || 0), 1);
    return {
      ...base,
      tooltip: {
        ...base.tooltip, trigger: "item",
        formatter: (point) => {
          const place = known.get(point.name);
          return place ? `${place.name}\n${place.text}` : "";
        },
      },
      visualMap: { ...scale(spec, spec.places.map((place) => place.value || 0)), right: 0, bottom: 0 },
      series: [{
        type: "map", map: "guangdong", aspectScale: 0.93, selectedMode: false, zoom: 1.12,
        data: spec.places.map((place) => ({
          name: place.id, value: place.value,
          label: { color: token((place.value || 0) > most * 0.55 ? "on-accent" : "text") },
        })),
        itemStyle: { areaColor: token("surface"), borderColor: token("edge"), borderWidth: 0.8 },
        label: {
          // All counties at once leave no room for names; each is told where the pointer is.
          show: plot.clientWidth > 520 && (spec.digits === 4 || spec.within.length > 0), fontSize: 11, fontFamily: font(), color: token("soft"),
          formatter: (point) => (known.get(point.name) || {}).short || "",
        },
        labelLayout: { hideOverlap: true },
        emphasis: { itemStyle: { areaColor: token("mark") }, label: { show: true, color: token("text") } },
      }],
    };
  }

  // The boundaries, under the codes of the places, and of those only that are asked for.
  async function boundaries(spec) {
    const answer = await fetch(spec.map);
    const shapes = await answer.json();
    if (spec.within.length) {
      shapes.features = shapes.features.filter((shape) => spec.within.some((code) => shape.id.startsWith(code)));
    }
    for (const shape of shapes.features) shape.properties.name = String(shape.id).slice(0, spec.digits);
    echarts.registerMap("guangdong", shapes);
  }

  const kinds = { bars, lines, heat, map };

  function linkOf(spec, point) {
    if (spec.kind === "map") return (spec.places.find((place) => place.id === point.name) || {}).link;
    const series = spec.series && spec.series[point.seriesIndex];
    return ((series && series.links) || spec.links || [])[point.dataIndex];
  }

  function download(figure, chart) {
    const button = figure.querySelector("[data-picture]");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      const link = document.createElement("a");
      link.href = chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: token("surface") });
      link.download = `${figure.dataset.chart}.png`;
      link.click();
    });
  }

  async function draw(figure) {
    const spec = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    const plot = figure.querySelector(".plot");
    if (spec.kind === "map") await boundaries(spec);
    const chart = echarts.init(plot, null, { renderer: "canvas" });
    const show = () => {
      spec.tight = plot.clientWidth < 760;
      chart.setOption(kinds[spec.kind](spec, plot), true);
    };
    show();
    chart.on("click", (point) => {
      const link = linkOf(spec, point);
      if (link) location.assign(link);
    });
    let width = plot.clientWidth;
    let timer = 0;
    // Once the window has come to rest: not while the chart may be drawing.
    new ResizeObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (plot.clientWidth === width || plot.clientWidth === 0) return;
        width = plot.clientWidth;
        chart.resize();
        show();
      }, 80);
    }).observe(plot);
    dark.addEventListener("change", show);
    download(figure, chart);
    figure.dataset.drawn = "true";
  }

  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    // A chart that cannot be drawn leaves its table.
    draw(figure).catch((error) => {
      figure.querySelector(".plot").hidden = true;
      console.error(error);
    });
  }
})();
