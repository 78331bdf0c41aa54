'use strict';
// Looks at slices: which one, in which region and window, and what is known of it. Its controls: report_controls.js.
const reportViewer = (() => {
  const {add} = charts;
  const {isMissing, number} = reportTables;
  const element = (id) => document.getElementById(id);

  // Calls `action` once before the next picture of the screen, however often it is asked to.
  function once(action) {
    let isDue = false;
    return () => {
      if (isDue) return;
      isDue = true;
      requestAnimationFrame(() => {
        isDue = false;
        action();
      });
    };
  }

  // A place in the region that panels show, as one in the picture.
  function placeInPicture({x, y}, {zoom, x: middleX, y: middleY}, {width, height}) {
    const along = (part, middle, size) => Math.min(Math.max((middle + (part - 0.5) / zoom) * size, 0), size - 1);
    return {x: along(x, middleX, width), y: along(y, middleY, height)};
  }

  // State: picture (of a volume) and slice, as chosen; drawn, which of these the panels hold: the chosen ones, once they
  // are decoded; level (of white); cross (a place in the picture).
  function makeViewer(data) {
    const panels = data.panels.map((panel) => reportPanels.makePanel(element('panels'), panel));
    const cache = reportPanels.makeCache();
    const state = {picture: null, slice: 0, drawn: null, level: 1, cross: null};
    const redraw = once(draw);
    const region = reportView.makeView(redraw);

    function draw() {
      if (!state.drawn) return;
      const {cross, drawn: {picture, slice}} = state;
      const boxes = element('boxes').checked ? picture.slices[slice].boxes : [];
      for (const panel of panels) {
        reportPanels.drawPanel(panel, {view: region.view, picture, boxes, cross});
        reportPanels.read(panel, picture, cross);
        panel.canvas.style.touchAction = region.view.zoom > 1 ? 'none' : 'pan-y';
      }
      element('zoom').textContent = Math.round(100 * region.view.zoom) + ' %';
      element('panels').dataset.shown = `${picture.volume} ${slice}`;
    }

    function colour(panel) {
      if (!panel.grey) return;
      [panel.source.width, panel.source.height] = [state.drawn.picture.width, state.drawn.picture.height];
      reportPanels.paint(panel.source, panel.grey, panel.scale?.table ?? reportPanels.windowTable(state.level));
    }

    async function show(picture, slice) {
      const isOther = picture !== state.picture;
      Object.assign(state, {picture, slice});
      if (isOther) {
        describeSampling(picture);
        describeWindow(state);
      }
      describe(data, picture, slice);
      const greys = await cache.read(picture, slice);
      if (state.picture !== picture || state.slice !== slice) return; // Another one was asked for meanwhile.
      if (state.drawn?.picture !== picture) region.all();
      state.drawn = {picture, slice};
      panels.forEach((panel, p) => {
        panel.grey = greys[p] ?? null;
        panel.canvas.style.aspectRatio = `${picture.width} / ${picture.height}`;
        colour(panel);
      });
      redraw();
    }

    const setLevel = (level) => {
      state.level = level;
      describeWindow(state);
      panels.filter((panel) => !panel.scale).forEach(colour);
      redraw();
    };
    const hover = (place) => {
      if (!state.drawn) return;
      state.cross = place && placeInPicture(place, region.view, state.drawn.picture);
      redraw();
    };
    return {state, panels, region, redraw, show, setLevel, hover};
  }

  // ---- what stands around the panels

  function describeWindow({picture, level}) {
    const white = isMissing(picture.white) ? '' : `, white ${charts.short(picture.white * level)}`;
    element('white').textContent = Math.round(100 * level) + ' %' + white;
  }

  function sliceScores(data, picture, slice) {
    const {slices} = data;
    const at = slices.slice.findIndex((index, i) => index === slice && slices.volume[i] === picture.volume);
    if (at < 0) return [];
    const {title, digits} = data.metrics[0];
    const facts = data.runs.map((run, r) => [`${title} · ${run.name}`, number(slices.runs[r][at], digits)]);
    const zeroFilled = slices.zero_filled[at];
    if (!isMissing(zeroFilled)) facts.push([title + ' · zero-filled', number(zeroFilled, digits)]);
    if (!isMissing(slices.gt_ssim[at])) facts.push(['gtSSIM', number(slices.gt_ssim[at], 4)]);
    return facts;
  }

  function describe(data, picture, slice) {
    const count = picture.slices.length;
    const shown = picture.slices[slice];
    element('volume').value = String(data.pictures.indexOf(picture));
    Object.assign(element('slice'), {max: count - 1, value: slice});
    element('slice').setAttribute('aria-valuetext', `slice ${slice} (0 to ${count - 1})`);
    element('place').textContent = `slice ${slice} (0 to ${count - 1})`;
    element('previous').disabled = slice === 0;
    element('next').disabled = slice === count - 1;
    element('boxes-label').hidden = !picture.slices.some((one) => one.boxes.length);
    const facts = element('slice-facts');
    facts.replaceChildren();
    reportSummary.addFacts(facts, [...sliceScores(data, picture, slice), ...shown.facts]);
  }

  // The mask and the sensitivity maps, which belong to the volume.
  function describeSampling(picture) {
    const place = element('sampling');
    place.replaceChildren();
    for (const [title, part] of [['Sampling mask', picture.mask], ['Sensitivity maps', picture.maps]]) {
      if (!part) continue;
      const figure = add(place, 'figure');
      const image = add(figure, 'img');
      image.src = part.picture;
      image.alt = title;
      const caption = add(figure, 'figcaption');
      add(caption, 'strong', title);
      if (part.note) add(caption, 'span', part.note);
    }
  }

  return {makeViewer};
})();
