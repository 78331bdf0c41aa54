'use strict';
// Draws the curves from the page's JSON island. Columns are arrays of equal length; null: not recorded.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const {steps, epochs, phases, scatter} = data;
  const has = (column) => column.some((value) => value !== null);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
  const last = (column) => column[column.length - 1];

  // ---- text

  const short = (value) => {
    if (value === null || value === undefined) return '–';
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-2 || size >= 1e6)) return value.toExponential(2).replace(/\.?0+e/, 'e');
    return String(Number(value.toPrecision(4)));
  };
  const score = (value) => (value === null || value === undefined ? '–' : value.toFixed(4));
  const duration = (seconds) => {
    const minutes = Math.round(seconds / 60);
    if (minutes < 2) return Math.round(seconds) + ' s';
    return minutes < 120 ? minutes + ' min' : Math.floor(minutes / 60) + ' h ' + (minutes % 60) + ' min';
  };
  const add = (parent, tag, text, className) => {
    const element = parent.appendChild(document.createElement(tag));
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  };

  // ---- summary

  const best = (column) => column.reduce((at, value, i) => (value !== null && (at < 0 || value > column[at]) ? i : at), -1);

  function summarise() {
    const facts = [];
    const validated = (name, column) => {
      if (!has(column)) return;
      const at = best(column);
      facts.push(['Best ' + name, score(column[at]), 'epoch ' + epochs.epoch[at]]);
      const end = column.reduce((found, value, i) => (value !== null ? i : found), -1);
      facts.push(['Last ' + name, score(column[end]), 'epoch ' + epochs.epoch[end]]);
    };
    validated('validation SSIM', epochs.ssim);
    validated('SSIM of averaged weights', epochs.ssim_ema);
    if (has(epochs.zero_filled)) facts.push(['SSIM zero-filled', score(epochs.zero_filled.find((v) => v !== null))]);
    if (has(epochs.loss)) facts.push(['Training loss', short(last(epochs.loss)), 'mean of the last epoch']);
    if (has(epochs.slices_per_second)) {
      facts.push(['Speed', short(last(epochs.slices_per_second)) + ' slices/s', 'last epoch']);
    }
    if (data.seconds > 0) facts.push(['Duration', duration(data.seconds), 'training, without validation']);
    const list = add(document.getElementById('summary'), 'dl', undefined, 'card facts');
    for (const [name, value, note] of facts) {
      const fact = add(list, 'div');
      add(fact, 'dt', name);
      const shown = add(fact, 'dd', value);
      if (note) add(shown, 'small', note);
    }
    if (!facts.length) list.remove();
    const counts = [data.step_count.toLocaleString() + ' steps', epochs.epoch.length.toLocaleString() + ' epochs'];
    if (phases.length > 1) {
      counts.push(phases.map((phase) => phase.name + ' from epoch ' + phase.epoch).join(', '));
    }
    document.getElementById('subtitle').textContent = 'Training curves · ' + counts.join(' · ');
  }

  // ---- charts

  const namesHeight = 20; // of the phases, above a chart

  // Bands in turn behind the phases of training, with their names above.
  const showsPhases = (chart) => chart.unit !== undefined && phases.length > 1;
  const phaseBands = (chart) => ({
    hooks: {
      drawClear: (u) => {
        if (!showsPhases(chart)) return;
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

  // ---- what is drawn

  function lossChart() {
    if (!has(steps.loss)) return;
    addChart({
      wide: true,
      unit: 'step',
      title: 'Training loss',
      note: data.steps_per_point > 1
        ? `Each light point is the mean of about ${Math.round(data.steps_per_point)} steps.`
        : 'Each light point is a step.',
      xLabel: 'Step',
      yLabel: 'Loss',
      data: uPlot.join([
        [steps.step, steps.loss, steps.running_loss],
        [epochs.middle_step, epochs.loss],
      ]),
      lines: [
        {label: data.steps_per_point > 1 ? 'Mean of the point' : 'Loss of the step', stroke: 'series-1-light', width: 1},
        {label: `Mean of ${data.running_steps} steps`, stroke: 'series-1'},
        {label: 'Mean of the epoch', stroke: 'series-2', dots: true},
      ],
    });
  }

  function validationChart() {
    const lines = [
      {column: epochs.ssim, label: 'Trained weights', stroke: 'series-1', dots: true, text: score},
      {column: epochs.ssim_ema, label: 'Averaged weights (EMA)', stroke: 'series-2', dots: true, text: score},
      {column: epochs.zero_filled, label: 'Zero-filled', stroke: 'series-4', dash: [6, 4], text: score},
    ].filter((line) => has(line.column));
    if (!lines.length) return;
    addChart({
      unit: 'epoch',
      title: 'Validation SSIM',
      note: 'Mean over the slices of the validation set; higher is better.',
      xLabel: 'Epoch',
      yLabel: 'SSIM',
      data: [epochs.epoch, ...lines.map((line) => line.column)],
      lines,
    });
  }

  // A curve with the numbers of the steps, or of the epochs where steps have none.
  function stepOrEpochChart(chart, stepColumn, epochColumn) {
    const bySteps = has(stepColumn);
    if (!bySteps && !(epochColumn && has(epochColumn))) return;
    const positive = (bySteps ? stepColumn : epochColumn).filter((value) => value > 0);
    const logarithmic = Math.max(...positive) > 20 * Math.min(...positive);
    // A logarithm has no place for 0.
    const column = (bySteps ? stepColumn : epochColumn).map((v) => (logarithmic && !(v > 0) ? null : v));
    addChart({
      ...chart,
      unit: bySteps ? 'step' : 'epoch',
      xLabel: bySteps ? 'Step' : 'Epoch',
      logarithmic,
      data: [bySteps ? steps.step : epochs.epoch, column],
      lines: [{label: chart.title, stroke: chart.stroke, width: bySteps ? 1.5 : 2}],
    });
  }

  function difficultyChart() {
    if (!has(epochs.gt_ssim) && !has(epochs.pred_ssim)) return;
    addChart({
      unit: 'epoch',
      title: 'Distance from the target by epoch',
      note: 'Mean over the training slices of 1 − SSIM; lower is better.',
      xLabel: 'Epoch',
      yLabel: '1 − SSIM',
      data: [epochs.epoch, epochs.gt_ssim, epochs.pred_ssim],
      lines: [
        {label: 'gtSSIM (zero-filled)', stroke: 'series-4', dash: [6, 4], text: score},
        {label: 'predSSIM (network)', stroke: 'series-1', dots: true, text: score},
      ],
    });
  }

  function scatterChart() {
    if (!has(scatter.pred_ssim)) return;
    const order = scatter.gt_ssim.map((value, i) => i).sort((a, b) => scatter.gt_ssim[a] - scatter.gt_ssim[b]);
    const difficulty = order.map((i) => scatter.gt_ssim[i]);
    addChart({
      title: 'Distance from the target by difficulty',
      note: `1 − SSIM of the slices of epoch ${scatter.epoch}; below the dashed line the network is better than zero-filling.`,
      xLabel: 'gtSSIM (zero-filled)',
      yLabel: 'predSSIM (network)',
      data: [difficulty, order.map((i) => scatter.pred_ssim[i]), difficulty],
      lines: [
        {label: 'predSSIM', stroke: 'series-1', points: 4, text: score},
        {label: 'As zero-filled', stroke: 'series-4', dash: [6, 4], width: 1.5, text: score},
      ],
    });
  }

  function numbersTable() {
    const columns = [
      ['Epoch', epochs.epoch, String],
      ['Loss', epochs.loss, short],
      ['Validation SSIM', epochs.ssim, score],
      ['EMA SSIM', epochs.ssim_ema, score],
      ['gtSSIM', epochs.gt_ssim, score],
      ['predSSIM', epochs.pred_ssim, score],
      ['Learning rate', epochs.learning_rate, short],
      ['Slices/s', epochs.slices_per_second, short],
    ].filter(([, column]) => has(column));
    if (!epochs.epoch.length) return;
    const details = add(document.getElementById('numbers'), 'details', undefined, 'card');
    add(details, 'summary', 'Numbers by epoch');
    const scroll = add(details, 'div', undefined, 'scroll');
    scroll.tabIndex = 0;
    const table = add(scroll, 'table', undefined, 'numbers');
    const head = add(add(table, 'thead'), 'tr');
    for (const [name] of columns) add(head, 'th', name).scope = 'col';
    const body = add(table, 'tbody');
    epochs.epoch.forEach((epoch, i) => {
      const row = add(body, 'tr');
      for (const [, column, text] of columns) add(row, 'td', text(column[i]));
    });
  }

  if (!steps.step.length && !epochs.epoch.length) return;
  summarise();
  lossChart();
  validationChart();
  stepOrEpochChart(
    {title: 'Learning rate', note: 'Before the factors of parameter groups.', yLabel: 'Learning rate', stroke: 'series-3'},
    steps.learning_rate, epochs.learning_rate);
  difficultyChart();
  scatterChart();
  stepOrEpochChart(
    {title: 'Gradient norm', note: 'Of all parameters, before clipping.', yLabel: 'Norm', stroke: 'series-1-light'}, steps.gradient_norm);
  document.getElementById('hint').hidden = false;
  numbersTable();
})();
