'use strict';
// Draws the curves from the page's JSON island, by chart.js. Columns are arrays of equal length; null: not recorded.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const {steps, epochs, phases, scatter} = data;
  const {add, last, score, short} = charts;
  const addChart = (chart) => charts.addChart({...chart, phases: chart.unit ? phases : []});
  const has = (column) => column.some((value) => value !== null);

  // ---- summary

  const best = (column) => column.reduce((at, value, i) => (value !== null && (at < 0 || value > column[at]) ? i : at), -1);

  const duration = (seconds) => {
    const minutes = Math.round(seconds / 60);
    if (minutes < 2) return Math.round(seconds) + ' s';
    return minutes < 120 ? minutes + ' min' : Math.floor(minutes / 60) + ' h ' + (minutes % 60) + ' min';
  };

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
    const speeds = epochs.slices_per_second.filter((speed) => speed !== null);
    if (speeds.length) facts.push(['Speed', short(last(speeds)) + ' slices/s', 'last epoch measured']);
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
