'use strict';
// A chart, whatever it shows: uPlot with bands of phases, points to choose, the keyboard, and the page's colours.
const charts = (() => {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
  const last = (column) => column[column.length - 1];

  const short = (value) => {
    if (value === null || value === undefined) return '–';
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-2 || size >= 1e6)) return value.toExponential(2).replace(/\.?0+e/, 'e');
    return String(Number(value.toPrecision(4)));
  };
  const score = (value) => (value === null || value === undefined ? '–' : value.toFixed(4));
  const add = (parent, tag, text, className) => {
    const element = parent.appendChild(document.createElement(tag));
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  };

  const namesHeight = 20; // of the phases, above a chart

  // Bands in turn behind the phases of training, with their names above.
  const showsPhases = (chart) => chart.phases !== undefined && chart.phases.length > 1;
  const phaseBands = (chart) => ({
    hooks: {
      drawClear: (u) => {
        if (!showsPhases(chart)) return;
        const {phases} = chart;
        const {left, top, width, height} = u.bbox;
        const {ctx} = u;
        const ratio = devicePixelRatio;
        const room = namesHeight * ratio;
        const edge = (i) => {
          const at = i < phases.length ? u.valToPos(phases[i][chart.unit] - 0.5, 'x', true) : Infinity;
          return Math.min(Math.max(at, left), left + width);
        };
        phases.forEach((phase, i) => {
          const from = edge(i);
          const until = edge(i + 1);
          if (until <= from) return;
          ctx.save();
          ctx.beginPath();
          ctx.rect(from, top - room, until - from, height + room);
          ctx.clip();
          if (i % 2) {
            ctx.fillStyle = colour('band');
            ctx.fillRect(from, top - room, until - from, height + room);
          }
          if (from > left) {
            ctx.fillStyle = colour('divider');
            ctx.fillRect(from, top - room, ratio, height + room);
          }
          ctx.fillStyle = colour('muted');
          ctx.font = 12 * ratio + 'px system-ui, sans-serif';
          ctx.textAlign = 'left';
          ctx.textBaseline = 'middle';
          ctx.fillText(phase.name, from + 6 * ratio, top - room / 2);
          ctx.restore();
        });
      },
    },
  });

  const isPowerOfTen = (value) => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-6;

  // `filter`: {filter: what uPlot calls for labels, grid and ticks} or nothing.
  const axis = (label, {filter, ...more}) => ({
    label,
    labelSize: 22,
    labelFont: '13px system-ui, sans-serif',
    font: '12px system-ui, sans-serif',
    stroke: colour('muted'),
    ...filter,
    ...more,
    grid: {stroke: colour('line'), width: 1, ...filter},
    ticks: {stroke: colour('line'), width: 1, ...filter},
  });

  // Of axes that count.
  const wholeSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7];
  const compact = (value) => {
    if (value >= 1e6) return Number((value / 1e6).toPrecision(4)) + 'M';
    return value >= 1e4 ? Number((value / 1e3).toPrecision(4)) + 'k' : String(value);
  };

  const xRange = (chart) => (u, low, high) => {
    const room = low === high ? 1 : (chart.open ? 0.02 : 0) * (high - low);
    return [low - room, high + room];
  };

  const paths = (chart, line) => {
    if (line.points) return () => null;
    return chart.steps ? uPlot.paths.stepped({align: 1}) : undefined;
  };

  const xValue = (chart, whole) => (u, value, series, i) => {
    if (value === null || value === undefined) return '–';
    if (chart.xText) return chart.xText(i);
    return whole ? String(Math.round(value)) : short(value);
  };

  // `lines`: {label, stroke, fill, width, dash, points (a size: no line, only dots), value (its text)}.
  function options(chart, width) {
    const whole = chart.unit !== undefined;
    return {
      width,
      height: width < 460 ? 230 : 290,
      cursor: {focus: {prox: -1}, drag: {x: true, y: false}, points: {size: 7}, ...chartCursor.reading(chart)},
      padding: [showsPhases(chart) ? namesHeight : null, null, null, null],
      plugins: [phaseBands(chart)],
      scales: {
        x: {time: false, range: xRange(chart)},
        y: {distr: chart.logarithmic ? 3 : 1},
      },
      axes: [
        axis(chart.xLabel, {
          size: 34,
          ...(whole && {incrs: wholeSteps, space: 60, values: (u, at) => at.map(compact)}),
        }),
        axis(chart.yLabel, {
          size: 62,
          ...(chart.counts && {incrs: wholeSteps}),
          values: (u, at) => at.map((value) => (value === null ? '' : short(value))),
          // Of a logarithmic axis, lines at the powers of ten only.
          ...(chart.logarithmic && {filter: {filter: (u, at) => at.map((value) => (isPowerOfTen(value) ? value : null))}}),
        }),
      ],
      series: [
        {label: chart.xLabel, value: xValue(chart, whole)},
        ...chart.lines.map((line) => ({
          label: line.label,
          stroke: colour(line.stroke),
          fill: line.fill && colour(line.stroke) + '2b',
          width: line.width ?? 2,
          dash: line.dash,
          spanGaps: true,
          isPoints: line.points !== undefined,
          paths: paths(chart, line),
          points: line.points
            ? {show: true, size: line.points, width: 0, fill: colour(line.stroke)}
            : {show: !chart.steps && (line.dots || chart.data[0].length === 1), size: 5, fill: colour(line.stroke)},
          value: (u, value) => (line.text ?? short)(value),
        })),
      ],
    };
  }

  function makeLegendUsable(u) {
    u.root.querySelectorAll('.u-legend .u-series').forEach((row, i) => {
      if (i === 0) return;
      const name = row.querySelector('th');
      name.tabIndex = 0;
      name.setAttribute('role', 'button');
      const tell = () => name.setAttribute('aria-pressed', String(u.series[i].show));
      tell();
      name.addEventListener('click', tell);
      name.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        event.stopPropagation();
        name.click();
      });
    });
  }

  // `chart`: {title, note, xLabel, yLabel, data and lines as uPlot's, unit (of x, where it counts something: 'step' and
  // 'epoch' may have phases), phases, counts (y counts something), steps (each value holds until the next x), xText (an
  // index as text), open (points: called with the index of a chosen one), place (the element that gets it), ...}.
  function addChart(chart) {
    const place = chart.place ?? document.getElementById('charts');
    const card = add(place, 'section', undefined, chart.wide ? 'card wide' : 'card');
    add(card, 'h2', chart.title);
    add(card, 'p', chart.note);
    const frame = add(card, 'div', undefined, 'chart');
    let u = null;
    const draw = () => {
      if (u) u.destroy();
      u = new uPlot(options(chart, frame.clientWidth), chart.data, frame);
      u.over.tabIndex = 0;
      u.over.setAttribute('role', 'application');
      u.over.setAttribute('aria-label', chart.title + ': arrow keys read its values');
      u.over.addEventListener('keydown', (event) => chartCursor.steer(chart, u, event));
      if (chart.open) u.over.addEventListener('click', () => chart.at !== null && chart.open(chart.at));
      makeLegendUsable(u);
    };
    draw();
    const fit = () => {
      const {width, height} = options(chart, frame.clientWidth);
      if (width !== u.width) u.setSize({width, height});
    };
    new ResizeObserver(() => requestAnimationFrame(fit)).observe(frame);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  }

  return {add, addChart, last, score, short};
})();
