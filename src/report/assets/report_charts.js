'use strict';
// Charts of the slices' score, the first of the metrics. `data`: the report's; `open`: shows a slice, by the indices of
// its volume and in it.
const reportCharts = (() => {
  const {score} = charts;
  const palette = ['series-1', 'series-2', 'series-3', 'series-5', 'series-6'];
  const paint = (i) => palette[i % palette.length];
  const isNumber = (value) => typeof value === 'number';

  const sliceName = (data, i) => `${data.volumes[data.slices.volume[i]].name}, slice ${data.slices.slice[i]}`;

  // The slices in classes: by run if there are several, by acceleration if volumes differ in it.
  function byRun(data) {
    return data.runs.map((run, r) => ({label: run.name, stroke: paint(r), values: data.slices.runs[r]}));
  }

  function byAcceleration(data) {
    const of = data.slices.volume.map((volume) => data.volumes[volume].acceleration);
    const accelerations = [...new Set(of)].sort((a, b) => (a ?? Infinity) - (b ?? Infinity));
    const values = data.slices.runs[0] ?? [];
    return accelerations.map((acceleration, i) => ({
      label: isNumber(acceleration) ? 'Acceleration ×' + acceleration : 'Acceleration unknown',
      stroke: paint(i),
      values: values.map((value, s) => (of[s] === acceleration ? value : null)),
    }));
  }

  // ---- histogram

  // About thirty bins with edges that are round numbers.
  const binWidth = (span) => [0.001, 0.002, 0.005, 0.01, 0.02, 0.05].find((width) => span / width <= 32) ?? 0.1;

  function histogram(data) {
    const classes = data.runs.length > 1 ? byRun(data) : byAcceleration(data);
    const zeroFilled = {label: 'Zero-filled', stroke: 'series-4', values: data.slices.zero_filled};
    const lines = [...classes, zeroFilled].filter((line) => line.values.some(isNumber));
    const values = lines.flatMap((line) => line.values.filter(isNumber));
    if (!values.length) return;
    const least = values.reduce((a, b) => Math.min(a, b));
    const greatest = values.reduce((a, b) => Math.max(a, b));
    const width = binWidth(greatest - least);
    const bin = (value) => Math.floor(value / width + 1e-9);
    // An empty bin before them, so that the first one has both edges.
    const first = bin(least) - 1;
    const bins = bin(greatest) - first + 1;
    const edges = Array.from({length: bins + 1}, (unused, i) => (first + i) * width);
    const counts = lines.map((line) => {
      const column = new Array(bins + 1).fill(0);
      for (const value of line.values.filter(isNumber)) column[bin(value) - first]++;
      return column;
    });
    charts.addChart({
      title: 'Distribution of ' + data.metrics[0].title,
      note: 'How many slices score within each bin; further ' +
        (data.metrics[0].better === 'low' ? 'left is better.' : 'right is better.'),
      xLabel: data.metrics[0].title,
      yLabel: 'Slices',
      steps: true,
      counts: true,
      wide: !data.slices.gt_ssim.some(isNumber),
      data: [edges, ...counts],
      xText: (i) => `${edges[i].toFixed(3)} – ${(edges[i] + width).toFixed(3)}`,
      lines: lines.map(({label, stroke}) => ({label, stroke, fill: true, width: 1.5})),
    });
  }

  // ---- points, each a slice

  // `points`: {x, y, slice (its index in the columns), line (which of `chart.lines`)}. `curve`: a line, `of` x.
  function pointChart(data, open, {points, curve, ...chart}) {
    if (!points.length) return;
    points.sort((a, b) => a.x - b.x);
    const size = points.length > 2000 ? 3 : 5;
    const columns = chart.lines.map((unused, l) => points.map((point) => (point.line === l ? point.y : null)));
    charts.addChart({
      ...chart,
      data: [points.map((point) => point.x), ...columns, ...(curve ? [points.map((point) => curve.of(point.x))] : [])],
      xText: (i) => sliceName(data, points[i].slice) + (chart.xDetail ? ', ' + chart.xDetail(points[i].x) : ''),
      lines: [...chart.lines.map((line) => ({...line, points: size, text: score})), ...(curve ? [curve] : [])],
      open: (i) => open(data.slices.volume[points[i].slice], data.slices.slice[points[i].slice]),
    });
  }

  // A point for each slice that has both values; `values` of each of `lines`.
  const pointsOf = (lines, x) => lines.flatMap((line, l) =>
    line.values.map((y, slice) => ({x: x(slice, l), y, slice, line: l})).filter(({x, y}) => isNumber(x) && isNumber(y)));

  function difficulty(data, open) {
    const lines = [{label: 'Zero-filled', stroke: 'series-4', values: data.slices.zero_filled}, ...byAcceleration(data)];
    pointChart(data, open, {
      title: data.metrics[0].title + ' by difficulty',
      note: 'gtSSIM is 1 − SSIM of the zero-filled image, of the whole image with its own maximum: higher is harder. ' +
        `In colour ${data.runs[0].name}, in grey the zero-filled image, as the rule scores them.`,
      xLabel: 'gtSSIM',
      yLabel: data.metrics[0].title,
      points: pointsOf(lines, (slice) => data.slices.gt_ssim[slice]),
      lines,
      xDetail: (x) => 'gtSSIM ' + score(x),
    });
  }

  // Every slice above its volume; runs side by side.
  function strip(data, open) {
    const lines = data.runs.length > 1 ? byRun(data) : byAcceleration(data);
    const offset = (l) => (data.runs.length > 1 ? (0.5 * (l - (lines.length - 1) / 2)) / lines.length : 0);
    pointChart(data, open, {
      wide: true,
      unit: 'volume',
      title: data.metrics[0].title + ' by volume',
      note: 'Each dot is a slice, above its volume; volumes in the order of the files.',
      xLabel: 'Volume',
      yLabel: data.metrics[0].title,
      points: pointsOf(lines, (slice, l) => data.slices.volume[slice] + 1 + offset(l)),
      lines,
    });
  }

  function differences(data, open) {
    const rows = data.comparison ? data.comparison.rows.filter((row) => row.group === 'overall') : [];
    const byDifficulty = data.slices.gt_ssim.some(isNumber);
    const lines = rows.map((row, i) => ({
      label: `${data.runs[row.run].name} − ${data.runs[row.against].name}`,
      stroke: paint(i),
      values: data.slices.runs[row.run].map((value, slice) => {
        const other = data.slices.runs[row.against][slice];
        return isNumber(value) && isNumber(other) ? value - other : null;
      }),
    }));
    pointChart(data, open, {
      place: document.getElementById('comparison'),
      title: 'Differences of slices',
      note: (data.metrics[0].better === 'low' ? 'Below' : 'Above') +
        ` the dashed line, a run is better on this slice than ${data.runs[0].name}.` +
        (byDifficulty ? ' gtSSIM: 1 − SSIM of the zero-filled image, higher is harder.' : ''),
      unit: byDifficulty ? undefined : 'slice',
      xLabel: byDifficulty ? 'gtSSIM' : 'Slice, in the order of the files',
      yLabel: 'Difference of ' + data.metrics[0].title,
      points: pointsOf(lines, (slice) => (byDifficulty ? data.slices.gt_ssim[slice] : slice)),
      lines,
      curve: {label: 'Equal', stroke: 'series-4', dash: [6, 4], width: 1.5, of: () => 0},
    });
  }

  function addCharts(data, open) {
    differences(data, open);
    histogram(data);
    difficulty(data, open);
    strip(data, open);
    document.getElementById('hint').hidden = !document.querySelector('.chart');
  }

  return {addCharts};
})();
