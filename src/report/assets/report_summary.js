'use strict';
// The top of the report, overall scores and problems, and its end: how it was made.
const reportSummary = (() => {
  const {add} = charts;
  const {isMissing, metricTitle, number, scoreOf, scoreText} = reportTables;

  function addFacts(list, facts) {
    for (const [name, value] of facts) {
      const fact = add(list, 'div');
      add(fact, 'dt', name);
      add(fact, 'dd', value);
    }
  }

  function subtitle(data) {
    const plural = (count, word) => count.toLocaleString('en') + ' ' + word + (count === 1 ? '' : 's');
    document.getElementById('subtitle').textContent = [
      data.runs.map((run) => run.name).join(', '),
      plural(data.volumes.length, 'volume'),
      plural(data.slices.slice.length, 'slice'),
      'rule ' + data.rule.preset,
    ].join(' · ');
  }

  function problems(data) {
    if (!data.problems.length) return;
    const place = document.getElementById('problems');
    place.hidden = false;
    add(place, 'strong', data.problems.length === 1 ? 'A problem' : data.problems.length + ' problems');
    const list = add(place, 'ul');
    for (const problem of data.problems) add(list, 'li', problem);
  }

  function overall(data) {
    const group = data.groups.find((one) => one.kind === 'overall');
    const list = add(document.getElementById('summary'), 'dl', undefined, 'card facts');
    // `texts`: one a run, null for none.
    const addFact = (title, texts, note) => {
      if (texts.every(isMissing)) return;
      const fact = add(list, 'div');
      add(fact, 'dt', title);
      texts.forEach((text, r) => {
        if (isMissing(text)) return;
        const shown = add(fact, 'dd', text);
        if (data.runs.length > 1) add(shown, 'span', ' ' + data.runs[r].name);
      });
      if (note) add(add(fact, 'dd'), 'small', note);
    };
    for (const metric of group ? data.metrics : []) {
      const zeroFilled = scoreOf(group, metric, null);
      addFact(metricTitle(metric), data.runs.map((run, r) => {
        const score = scoreOf(group, metric, r);
        return score && scoreText(score, metric);
      }), zeroFilled && 'zero-filled ' + scoreText(zeroFilled, metric));
    }
    const time = (value) => (isMissing(value) ? null : number(value, value < 10 ? 1 : 0) + ' ms');
    addFact('Time a slice', data.runs.map((run) => time(run.milliseconds)), 'reconstruction alone');
    if (!list.children.length) list.remove();
  }

  function addBackground(data) {
    const place = document.getElementById('background');
    const details = (title) => {
      const element = add(place, 'details', undefined, 'card');
      add(element, 'summary', title);
      return element;
    };
    const list = (parent, facts) => addFacts(add(parent, 'dl', undefined, 'facts small'), facts);
    list(details('Rule of the scores'), [['Preset', data.rule.preset], ...data.rule.facts]);
    for (const run of data.runs) if (run.facts.length) list(details('Run ' + run.name), run.facts);
    if (data.configuration) {
      const text = add(details('Configuration'), 'pre', data.configuration, 'scroll');
      text.tabIndex = 0;
    }
    if (data.versions.length) list(details('Versions'), data.versions);
  }

  function addSummary(data) {
    subtitle(data);
    problems(data);
    overall(data);
  }

  return {addBackground, addFacts, addSummary};
})();
