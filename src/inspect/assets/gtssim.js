'use strict';
// Draws the histogram in the page's JSON island: the bins' `edges`, one more than `counts`.
(() => {
  const {edges, counts} = JSON.parse(document.getElementById('data').textContent);
  const edge = (i) => charts.score(edges[i]);
  charts.addChart({
    title: 'Difficulty of the slices',
    note: 'How many slices have a gtSSIM within each bin: 1 − SSIM of the zero-filled image; further right is harder.',
    xLabel: 'gtSSIM',
    yLabel: 'Slices',
    steps: true,
    counts: true,
    wide: true,
    data: [edges, [...counts, 0]],
    xText: (i) => (i < counts.length ? `${edge(i)} – ${edge(i + 1)}` : 'above'),
    lines: [{label: 'Slices', stroke: 'series-1', fill: true, width: 1.5}],
  });
})();
