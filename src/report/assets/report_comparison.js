'use strict';
// Runs against each other: differences of the score that ranks, slice by slice, with their confidence intervals.
const reportComparison = (() => {
  const {add} = charts;
  const {isMissing, number} = reportTables;
  let metric = null;  // by which runs are compared
  const signed = (value) => (isMissing(value) ? '–' : (value > 0 ? '+' : '') + number(value, metric.digits));

  const interval = (row) => (isMissing(row.low) ? '–' : signed(row.low) + ' to ' + signed(row.high));
  const verdict = (row) => {
    if (isMissing(row.low)) return 'without interval';
    if (row.low <= 0 && row.high >= 0) return 'undecided';
    return (row.low > 0) === (metric.better === 'high') ? 'ahead' : 'behind';
  };

  // The difference as a dot, its interval as a whisker, and a line at 0. All rows share `reach`, the largest of them.
  function drawInterval(cell, row, reach) {
    const width = 180;
    const at = (value) => ((value / reach + 1) / 2) * (width - 16) + 8;
    const part = (parent, name, attributes) => {
      const element = parent.appendChild(document.createElementNS('http://www.w3.org/2000/svg', name));
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      return element;
    };
    const label = `${signed(row.difference)}, interval ${interval(row)}`;
    const svg = part(cell, 'svg', {viewBox: `0 0 ${width} 18`, width, height: 18, role: 'img', 'aria-label': label});
    const line = (className, x1, x2, y1, y2) => part(svg, 'line', {class: className, x1, x2, y1, y2});
    line('zero', at(0), at(0), 0, 18);
    const group = part(svg, 'g', {class: verdict(row)});
    if (!isMissing(row.low)) {
      const whisker = (x1, x2, y1, y2) => part(group, 'line', {x1, x2, y1, y2});
      whisker(at(row.low), at(row.high), 9, 9);
      for (const end of [row.low, row.high]) whisker(at(end), at(end), 4, 14);
    }
    if (!isMissing(row.difference)) part(group, 'circle', {cx: at(row.difference), cy: 9, r: 4});
  }

  function sentence(data, row) {
    const run = data.runs[row.run].name;
    const against = data.runs[row.against].name;
    const percent = Math.round(data.comparison.confidence * 100) + ' %';
    const mean = `mean difference of ${metric.title} ${signed(row.difference)}`;
    if (isMissing(row.low)) {
      return `${run} against ${against}: ${mean}; too few ${row.unit} for a confidence interval.`;
    }
    const between = `${percent} confidence interval ${interval(row)}`;
    if (verdict(row) === 'undecided') {
      return `${run} and ${against} cannot be told apart: the ${between} contains 0 (${mean}).`;
    }
    return `${run} is ${verdict(row)}${verdict(row) === 'ahead' ? ' of' : ''} ${against}: ${mean}, ${between}.`;
  }

  function addComparison(data) {
    const {comparison} = data;
    if (!comparison) return;
    [metric] = data.metrics;
    document.getElementById('comparison').hidden = false;
    const percent = Math.round(comparison.confidence * 100) + ' %';
    document.getElementById('comparison-note').textContent =
      `${metric.title} of a run minus that of ${data.runs[0].name}, on the slices that all runs have. Intervals hold ` +
      `${percent} and come from ${comparison.resamples.toLocaleString('en')} resamples (bootstrap) of whole volumes, ` +
      'since the slices of one resemble each other; of a volume alone its slices are drawn. With few volumes intervals ' +
      'are too narrow.';
    const list = document.getElementById('verdicts');
    for (const row of comparison.rows) if (row.group === 'overall') add(list, 'li', sentence(data, row));
    const sizes = comparison.rows.flatMap((row) => [row.difference, row.low, row.high]).filter(Number.isFinite);
    const reach = Math.max(...sizes.map(Math.abs), 1e-6);
    const name = (run) => data.runs[run].name;
    const count = (title, key) => ({title, text: (row) => row[key].toLocaleString('en')});
    reportTables.table(document.getElementById('comparison-rows'), 'By group', [
      {title: 'Group', isName: true, text: (row) => row.group},
      {title: 'Runs', text: (row) => `${name(row.run)} − ${name(row.against)}`},
      count('Volumes', 'volumes'),
      count('Slices', 'slices'),
      {title: 'Mean difference', text: (row) => signed(row.difference)},
      {title: `${percent} interval`, text: interval},
      {title: 'Behind · ahead', className: 'interval', cell: (cell, row) => drawInterval(cell, row, reach)},
      count('Better', 'better'),
      count('Worse', 'worse'),
      count('Equal', 'equal'),
      {title: 'Drawn', text: (row) => row.unit},
      {title: `Against ${name(0)}`, text: verdict},
    ], comparison.rows);
  }

  return {addComparison};
})();
