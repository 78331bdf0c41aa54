'use strict';
// A chart, whatever it shows: uPlot with the phases of training, the keyboard, and the page's colours.
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
  const showsPhases = (chart) => chart.phases.length > 1;
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

  // Steps and epochs are whole numbers.
  const wholeSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7];
  const compact = (value) => {
    if (value >= 1e6) return Number((value / 1e6).toPrecision(4)) + 'M';
    return value >= 1e4 ? Number((value / 1e3).toPrecision(4)) + 'k' : String(value);
  };

  // `lines`: {label, stroke, width, dash, points (a size: no line, only dots), value (its text)}.
  function options(chart, width) {
    const whole = chart.unit !== undefined;
    return {
      width,
      height: width < 460 ? 230 : 290,
      cursor: {focus: {prox: -1}, drag: {x: true, y: false}, points: {size: 7}},
      padding: [showsPhases(chart) ? namesHeight : null, null, null, null],
      plugins: [phaseBands(chart)],
      scales: {
        x: {time: false, range: (u, low, high) => (low === high ? [low - 1, high + 1] : [low, high])},
        y: {distr: chart.logarithmic ? 3 : 1},
      },
      axes: [
        axis(chart.xLabel, {
          size: 34,
          ...(whole && {incrs: wholeSteps, space: 60, values: (u, at) => at.map(compact)}),
        }),
        axis(chart.yLabel, {
          size: 62,
          values: (u, at) => at.map((value) => (value === null ? '' : short(value))),
          // Of a logarithmic axis, lines at the powers of ten only.
          ...(chart.logarithmic && {filter: {filter: (u, at) => at.map((value) => (isPowerOfTen(value) ? value : null))}}),
        }),
      ],
      series: [
        {label: chart.xLabel, value: (u, value) => (whole && value !== null ? String(Math.round(value)) : short(value))},
        ...chart.lines.map((line) => ({
          label: line.label,
          stroke: colour(line.stroke),
          width: line.width ?? 2,
          dash: line.dash,
          spanGaps: true,
          paths: line.points ? () => null : undefined,
          points: line.points
            ? {show: true, size: line.points, width: 0, fill: colour(line.stroke)}
            : {show: line.dots || chart.data[0].length === 1, size: 5, fill: colour(line.stroke)},
          value: (u, value) => (line.text ?? short)(value),
        })),
      ],
    };
  }

  // Left and right read values, + and - zoom about the cursor, Escape shows everything.
  function steer(u, event) {
    const xs = u.data[0];
    const {min, max} = u.scales.x;
    const inside = xs.findIndex((x) => x >= min);
    const at = u.cursor.idx ?? inside;
    const shown = xs.filter((x) => x >= min && x <= max).length;
    const stride = Math.max(1, Math.round(shown / (event.shiftKey ? 15 : 150)));
    const move = (to) => {
      const index = Math.min(Math.max(to, inside), inside + shown - 1);
      u.setCursor({left: u.valToPos(xs[index], 'x'), top: u.over.clientHeight / 2});
    };
    const zoom = (factor) => {
      const low = xs[at] - (xs[at] - min) * factor;
      const high = xs[at] + (max - xs[at]) * factor;
      u.setScale('x', {min: Math.max(low, xs[0]), max: Math.min(high, last(xs))});
    };
    const keys = {
      ArrowLeft: () => move(at - stride),
      ArrowRight: () => move(u.cursor.idx === null ? inside : at + stride),
      Home: () => move(inside),
      End: () => move(inside + shown - 1),
      '+': () => zoom(0.5),
      '=': () => zoom(0.5),
      '-': () => zoom(2),
      Escape: () => u.setData(u.data),
    };
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
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

  // `chart`: {title, note, xLabel, yLabel, unit ('step' or 'epoch', if that is x), phases, data and lines as uPlot's, ...}.
  function addChart(chart) {
    const card = add(document.getElementById('charts'), 'section', undefined, chart.wide ? 'card wide' : 'card');
    add(card, 'h2', chart.title);
    add(card, 'p', chart.note);
    const place = add(card, 'div', undefined, 'chart');
    let u = null;
    const draw = () => {
      if (u) u.destroy();
      u = new uPlot(options(chart, place.clientWidth), chart.data, place);
      u.over.tabIndex = 0;
      u.over.setAttribute('role', 'application');
      u.over.setAttribute('aria-label', chart.title + ': arrow keys read its values');
      u.over.addEventListener('keydown', (event) => steer(u, event));
      makeLegendUsable(u);
    };
    draw();
    const fit = () => {
      const {width, height} = options(chart, place.clientWidth);
      if (width !== u.width) u.setSize({width, height});
    };
    new ResizeObserver(() => requestAnimationFrame(fit)).observe(place);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  }

  return {add, addChart, last, score, short};
})();
