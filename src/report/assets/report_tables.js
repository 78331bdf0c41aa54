'use strict';
// Tables of scores. A table's columns: {title, over (the heading of several columns), text (of a row), value (of a row,
// by which it sorts), cell (fills the cell instead of the text), isName, isBest (of a row), className}.
const reportTables = (() => {
  const {add} = charts;
  const isMissing = (value) => value === null || value === undefined;

  const number = (value, digits) => (isMissing(value) ? '–' : value.toFixed(digits).replace('-', '−'));

  // ---- any table

  const classOf = (columns, i) => {
    const {over, isName, className} = columns[i];
    return [isName && 'name', over && columns[i - 1]?.over !== over && 'first', className].filter(Boolean).join(' ');
  };

  function header(table, columns, makeTitle) {
    const head = add(table, 'thead');
    const upper = columns.some((column) => column.over) && add(head, 'tr');
    const lower = add(head, 'tr');
    columns.forEach((column, i) => {
      if (column.over && columns[i - 1]?.over !== column.over) {
        const over = add(upper, 'th', column.over, 'over');
        over.scope = 'colgroup';
        over.colSpan = columns.filter((other) => other.over === column.over).length;
      }
      const title = add(upper && !column.over ? upper : lower, 'th', undefined, classOf(columns, i));
      title.scope = 'col';
      if (upper && !column.over) title.rowSpan = 2;
      makeTitle(title, column, i);
    });
  }

  function addRow(body, row, columns) {
    const line = add(body, 'tr');
    columns.forEach((column, i) => {
      const text = column.cell ? undefined : column.text(row);
      const cell = add(line, column.isName ? 'th' : 'td', text, classOf(columns, i));
      if (column.isName) cell.scope = 'row';
      if (column.isBest && column.isBest(row)) cell.classList.add('best');
      if (column.cell) column.cell(cell, row);
    });
  }

  function table(place, caption, columns, rows) {
    const element = add(place, 'table', undefined, 'numbers scores');
    add(element, 'caption', caption);
    header(element, columns, (title, column) => (title.textContent = column.title));
    const body = add(element, 'tbody');
    for (const row of rows) addRow(body, row, columns);
  }

  // Missing values come last in both directions; names that hold numbers sort by these.
  function compare(a, b, isDescending) {
    if (isMissing(a) || isMissing(b)) return Number(isMissing(a)) - Number(isMissing(b));
    const order = typeof a === 'number' ? a - b : a.localeCompare(b, 'en', {numeric: true});
    return isDescending ? -order : order;
  }

  function sortableTable(place, caption, columns, rows) {
    const element = add(place, 'table', undefined, 'numbers scores');
    add(element, 'caption', caption);
    let sorted = [...rows];
    const titles = [];
    const sort = (column, title) => {
      const isDescending = title.getAttribute('aria-sort') === 'ascending';
      titles.forEach((other) => other.setAttribute('aria-sort', 'none'));
      title.setAttribute('aria-sort', isDescending ? 'descending' : 'ascending');
      sorted = sorted.sort((a, b) => compare(column.value(a), column.value(b), isDescending));
      body.replaceChildren();
      for (const row of sorted) addRow(body, row, columns);
    };
    header(element, columns, (title, column) => {
      const button = add(title, 'button', column.title, 'sort');
      button.type = 'button';
      titles.push(title);
      title.setAttribute('aria-sort', 'none');
      button.addEventListener('click', () => sort(column, title));
    });
    const body = add(element, 'tbody');
    for (const row of sorted) addRow(body, row, columns);
  }

  // ---- scores

  const scoreText = (score, metric) => {
    if (!score || isMissing(score.value)) return '–';
    const spread = isMissing(score.two_sd) ? '' : ' ± ' + number(score.two_sd, metric.digits);
    return number(score.value, metric.digits) + spread;
  };
  const metricTitle = (metric) => metric.title + (metric.unit ? ' (' + metric.unit + ')' : '');
  const scoreOf = (row, metric, run) => {
    const scores = row.scores[metric.key];
    return (run === null ? scores?.zero_filled : scores?.runs?.[run]) ?? null;
  };

  // A column for each run, and one for zero-filling where that was scored; of each metric.
  function scoreColumns(data) {
    const rows = [...data.groups, ...data.volumes];
    return data.metrics.flatMap((metric) => {
      const hasZeroFilled = rows.some((row) => scoreOf(row, metric, null));
      const runs = [...data.runs.keys(), ...(hasZeroFilled ? [null] : [])];
      const value = (row, run) => scoreOf(row, metric, run)?.value ?? null;
      // As shown: values that differ in further digits are equally good.
      const shown = (row, run) => Number(value(row, run).toFixed(metric.digits));
      const best = (row) => {
        const values = runs.filter((run) => value(row, run) !== null).map((run) => shown(row, run));
        return metric.better === 'low' ? Math.min(...values) : Math.max(...values);
      };
      return runs.map((run) => ({
        over: metricTitle(metric),
        title: run === null ? 'zero-filled' : data.runs[run].name,
        text: (row) => scoreText(scoreOf(row, metric, run), metric),
        value: (row) => value(row, run),
        isBest: (row) => runs.length > 1 && value(row, run) !== null && shown(row, run) === best(row),
      }));
    });
  }

  const count = (title, key) => ({
    title,
    text: (row) => (isMissing(row[key]) ? '–' : row[key].toLocaleString('en')),
    value: (row) => row[key],
  });

  // `open`: called with a volume's index, if `hasPictures` of it.
  function addScores(data, hasPictures, open) {
    const scores = scoreColumns(data);
    const groupName = {title: 'Group', isName: true, text: (group) => group.name};
    table(document.getElementById('group-scores'), 'Groups',
      [groupName, count('Volumes', 'volumes'), count('Slices', 'slices'), ...scores], data.groups);
    const volumes = data.volumes.map((volume, index) => ({...volume, index}));
    const volumeName = {
      title: 'Volume',
      isName: true,
      value: (volume) => volume.name,
      cell: (cell, volume) => {
        if (!hasPictures(volume.index)) {
          cell.textContent = volume.name;
          return;
        }
        const button = add(cell, 'button', volume.name, 'link');
        button.type = 'button';
        button.addEventListener('click', () => open(volume.index));
      },
    };
    const acceleration = {
      title: 'Acceleration',
      text: (volume) => (isMissing(volume.acceleration) ? '–' : '×' + volume.acceleration),
      value: (volume) => volume.acceleration,
    };
    sortableTable(document.getElementById('volume-scores'), 'Volumes',
      [volumeName, acceleration, count('Slices', 'slices'), ...scores], volumes);
  }

  return {addScores, isMissing, metricTitle, number, scoreOf, scoreText, table};
})();
