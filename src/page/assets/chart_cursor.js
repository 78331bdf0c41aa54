'use strict';
// What is read from a chart, by pointer and by keyboard. `chart`: as charts.addChart() takes it; `u`: its uPlot.
const chartCursor = (() => {
  // The point that is nearest to a place in the chart, as an index; null: none is near. Points may share an x.
  function nearestPoint(u, left, top) {
    const [from, until] = u.series[0].idxs;
    let found = null;
    let least = 30 ** 2;
    u.series.forEach((series, s) => {
      if (s === 0 || !series.show || !series.isPoints) return;
      for (let i = from; i <= until; i++) {
        const y = u.data[s][i];
        if (y === null || y === undefined) continue;
        const distance = (u.valToPos(u.data[0][i], 'x') - left) ** 2 + (u.valToPos(y, 'y') - top) ** 2;
        if (distance < least) [least, found] = [distance, i];
      }
    });
    return found;
  }

  // What the cursor reads, as options of uPlot's: the values at the nearest x; of points the nearest one; of steps the
  // one it is in.
  function reading(chart) {
    if (chart.open) {
      return {
        move: (u, left, top) => {
          chart.at = chart.wanted ?? nearestPoint(u, left, top);
          return [left, top];
        },
        dataIdx: () => chart.at,
      };
    }
    if (!chart.steps) return {};
    return {dataIdx: (u, series, i) => (i > 0 && u.data[0][i] > u.posToVal(u.cursor.left, 'x') ? i - 1 : i)};
  }

  // Left and right read values, Enter opens a point, + and - zoom about the cursor, Escape shows everything.
  function steer(chart, u, event) {
    const xs = u.data[0];
    const {min, max} = u.scales.x;
    const inside = xs.findIndex((x) => x >= min);
    const read = chart.open ? chart.at ?? null : u.cursor.idx;
    const at = read ?? inside;
    const shown = xs.filter((x) => x >= min && x <= max).length;
    const stride = Math.max(1, Math.round(shown / (event.shiftKey ? 15 : 150)));
    const move = (to) => {
      const index = Math.min(Math.max(to, inside), inside + shown - 1);
      const y = chart.open && u.data.slice(1).map((column) => column[index]).find((value) => value !== null);
      chart.wanted = index;
      u.setCursor({left: u.valToPos(xs[index], 'x'), top: chart.open ? u.valToPos(y, 'y') : u.over.clientHeight / 2});
      chart.wanted = null;
    };
    const zoom = (factor) => {
      const low = xs[at] - (xs[at] - min) * factor;
      const high = xs[at] + (max - xs[at]) * factor;
      u.setScale('x', {min: Math.max(low, xs[0]), max: Math.min(high, xs[xs.length - 1])});
    };
    const keys = {
      ArrowLeft: () => move(at - stride),
      ArrowRight: () => move(read === null ? inside : at + stride),
      Home: () => move(inside),
      End: () => move(inside + shown - 1),
      '+': () => zoom(0.5),
      '=': () => zoom(0.5),
      '-': () => zoom(2),
      Escape: () => u.setData(u.data),
      ...(chart.open && {Enter: () => chart.open(at)}),
    };
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }

  return {reading, steer};
})();
