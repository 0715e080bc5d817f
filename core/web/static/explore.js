// Charts one can zoom into: drawn by ECharts from the options that stand beside each drawing; without it the drawing stays.
"use strict";

(() => {
  if (!window.echarts) return;

  const SHADES = 4;

  const token = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();

  // What a theme says: colours and type of the page, so that light and dark follow it.
  function themed(options, width) {
    const ink = token("--ink-2");
    const line = token("--line");
    const axis = (each, isX) => ({
      ...each,
      axisLine: { lineStyle: { color: line } },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: line }, show: each.type === "value" },
      axisLabel: { color: ink, hideOverlap: true, ...(isX && width < 480 ? { rotate: 60 } : {}), ...each.axisLabel },
    });
    return {
      ...options,
      color: [token("--brand"), token("--ok"), token("--soon")],
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: 72, top: options.legend ? 40 : 16, bottom: options.dataZoom ? 56 : 12, containLabel: true },
      ...(options.legend ? { legend: { ...options.legend, top: 0, textStyle: { color: ink } } } : {}),
      xAxis: axis(options.xAxis, true),
      yAxis: axis(options.yAxis, false),
      tooltip: {
        renderMode: "richText",
        trigger: options.dataZoom ? "axis" : "item",
        backgroundColor: token("--surface"),
        borderColor: line,
        textStyle: { color: token("--ink") },
        ...(options.dataZoom ? {} : { formatter: (point) => point.data.words }),
      },
      series: options.series.map((each) => ({
        ...each,
        ...(each.label ? { label: { ...each.label, color: token("--ink"), formatter: (point) => point.data.words } } : {}),
        ...(each.symbol === "rect" ? squares(each, options, width) : {}),
        ...(each.type === "bar" ? { barMaxWidth: 20 } : {}),
        ...(each.type === "scatter" && each.symbol !== "rect" ? { symbolSize: 11 } : {}),
      })),
    };
  }

  // A square of the heat fills its place, whatever the width, says its count where that has room, and leads to its cell.
  // Its shade is one of those that tables have: on the darkest of them, too, the page's ink can be read.
  function squares(each, options, width) {
    const wide = Math.max(6, (width - 200) / Math.max(1, options.xAxis.data.length) - 4);
    const { most, lead, asks, rows, columns } = options.heat;
    const paint = ([column, row, count]) => ({
      value: [column, row, count],
      words: `${options.yAxis.data[row]} · ${options.xAxis.data[column]} ${count.toLocaleString()}`,
      href: `${lead}&${new URLSearchParams([[asks[0], rows[row]], [asks[1], columns[column]]])}`,
      itemStyle: { color: token(`--heat-${Math.ceil((SHADES * count) / most)}`) },
    });
    return {
      symbolSize: [wide, 22],
      data: each.data.map(paint),
      itemStyle: { opacity: 1 },
      label: { show: wide >= 28, color: token("--ink"), formatter: (point) => point.data.value[2].toLocaleString() },
    };
  }

  // It takes the room of what stood there, a drawing or the place kept for it, so that nothing moves.
  function draw(place) {
    const options = JSON.parse(place.querySelector("script").textContent);
    const stood = place.firstElementChild;
    const canvas = document.createElement("div");
    canvas.className = "zoomed";
    canvas.style.height = `${stood.offsetHeight}px`;
    stood.replaceWith(canvas);
    const chart = window.echarts.init(canvas, null, { renderer: "canvas" });
    const show = () => chart.setOption(themed(options, canvas.clientWidth), true);
    show();
    chart.on("click", (point) => {
      if (point.data && point.data.href) location.assign(point.data.href);
    });
    new ResizeObserver(() => {
      chart.resize();
      show();
    }).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  }

  // Each is drawn when it comes near the window, and by itself, so that the page answers in between.
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        setTimeout(draw, 0, target);
      }
    },
    { rootMargin: "200px" },
  );
  for (const place of document.querySelectorAll("[data-chart]")) near.observe(place);
})();
