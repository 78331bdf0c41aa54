'use strict';
// The top of the report, overall scores and problems, and its end: how it was made.
const reportSummary = (() => {
  const {add} = charts;
  const {isMissing, metricTitle, number, scoreOf, scoreText} = reportTables;

  function addFacts(list, facts) {
    for (const [name, value, note] of facts) {
      const fact = add(list, 'div');
      add(fact, 'dt', name);
      const shown = add(fact, 'dd', value);
      if (note) add(shown, 'small', note);
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
    const facts = [];
    const named = (title, run) => (data.runs.length > 1 ? title + ' · ' + run.name : title);
    for (const metric of group ? data.metrics : []) {
      data.runs.forEach((run, r) => {
        const score = scoreOf(group, metric, r);
        if (!score) return;
        const zeroFilled = scoreOf(group, metric, null);
        const note = zeroFilled ? 'zero-filled ' + number(zeroFilled.value, metric.digits) : '';
        facts.push([named(metricTitle(metric), run), scoreText(score, metric), note]);
      });
    }
    for (const run of data.runs) {
      if (isMissing(run.milliseconds)) continue;
      const text = number(run.milliseconds, run.milliseconds < 10 ? 1 : 0) + ' ms';
      facts.push([named('Reconstruction of a slice', run), text]);
    }
    if (facts.length) addFacts(add(document.getElementById('summary'), 'dl', undefined, 'card facts'), facts);
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
