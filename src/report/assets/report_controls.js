'use strict';
// The viewer's controls, its keys, and its place in the address (#volume=NAME&slice=NUMBER), so that a link shows a
// slice.
const reportControls = (() => {
  const {add} = charts;
  const element = (id) => document.getElementById(id);

  function connectSlices(viewer, data, go) {
    const {state} = viewer;
    data.pictures.forEach((picture, p) => {
      add(element('volume'), 'option', data.volumes[picture.volume].name).value = p;
    });
    element('volume').addEventListener('change', () => go(data.pictures[element('volume').value], state.slice));
    element('slice').addEventListener('input', () => go(state.picture, element('slice').valueAsNumber));
    element('previous').addEventListener('click', () => go(state.picture, state.slice - 1));
    element('next').addEventListener('click', () => go(state.picture, state.slice + 1));
  }

  function connectPictures({region, redraw, setLevel, hover, panels}) {
    element('zoom-in').addEventListener('click', () => region.zoomBy(1.5));
    element('zoom-out').addEventListener('click', () => region.zoomBy(1 / 1.5));
    element('zoom-all').addEventListener('click', region.all);
    element('window').addEventListener('input', () => setLevel(element('window').valueAsNumber / 100));
    element('boxes').addEventListener('change', redraw);
    element('full-screen').hidden = !document.fullscreenEnabled;
    element('full-screen').addEventListener('click', () => {
      if (document.fullscreenElement) document.exitFullscreen();
      else element('viewer').requestFullscreen();
    });
    for (const {canvas} of panels) reportView.listen(canvas, region, hover);
    new ResizeObserver(redraw).observe(element('panels'));
  }

  function connectKeys({state, region}, go) {
    const keys = {
      ArrowLeft: () => go(state.picture, state.slice - 1),
      ArrowRight: () => go(state.picture, state.slice + 1),
      '+': () => region.zoomBy(1.5),
      '=': () => region.zoomBy(1.5),
      '-': () => region.zoomBy(1 / 1.5),
      0: region.all,
    };
    const shiftKeys = {
      ArrowLeft: () => region.move(-0.1, 0),
      ArrowRight: () => region.move(0.1, 0),
      ArrowUp: () => region.move(0, -0.1),
      ArrowDown: () => region.move(0, 0.1),
    };
    element('panels').addEventListener('keydown', (event) => {
      const action = (event.shiftKey && shiftKeys[event.key]) || keys[event.key];
      if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      action();
    });
  }

  // As many columns as fill the rows evenly; narrow screens have fewer (report.css).
  const columnsFor = (count) => (count <= 5 ? count : Math.ceil(count / Math.ceil(count / 5)));

  // Shows the viewer; returns `open`, which goes there and shows a slice, by the indices of its volume and in it.
  function addViewer(data) {
    if (!data.pictures.length) return () => {};
    element('viewer').hidden = false;
    element('pictures-note').textContent = data.pictures_note ?? '';
    element('panels').style.setProperty('--columns', columnsFor(data.panels.length));
    const viewer = reportViewer.makeViewer(data);
    const show = (picture, slice) => viewer.show(picture, Math.min(Math.max(slice, 0), picture.slices.length - 1));
    const go = (picture, slice) => {
      show(picture, slice);
      const place = {volume: data.volumes[picture.volume].name, slice: viewer.state.slice};
      history.replaceState(null, '', '#' + new URLSearchParams(place));
    };
    const open = (volume, slice) => {
      const picture = data.pictures.find((one) => one.volume === volume);
      if (!picture) return;
      go(picture, slice);
      const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      element('viewer').scrollIntoView({behavior: isCalm ? 'auto' : 'smooth'});
      element('panels').focus({preventScroll: true});
    };
    const openAddress = () => {
      const place = new URLSearchParams(location.hash.slice(1));
      const volume = data.volumes.findIndex(({name}) => name === place.get('volume'));
      const slice = Number(place.get('slice') ?? 0);
      if (volume >= 0 && Number.isInteger(slice)) open(volume, slice);
    };
    connectSlices(viewer, data, go);
    connectPictures(viewer);
    connectKeys(viewer, go);
    show(data.pictures[0], Math.floor(data.pictures[0].slices.length / 2));
    addEventListener('hashchange', openAddress);
    openAddress();
    return open;
  }

  return {addViewer};
})();
