'use strict';
// The viewer's panels: canvases that show one slice's pictures, all in the same region.
const reportPanels = (() => {
  const {add} = charts;
  const {decode, paint, paintBar, scales, windowTable} = reportPixels;

  function makePanel(place, {title, kind, note}) {
    const figure = add(place, 'figure', undefined, 'panel');
    const heading = add(figure, 'figcaption');
    add(heading, 'strong', title);
    const reading = add(heading, 'span', '', 'reading');
    const frame = add(figure, 'div', undefined, 'frame');
    const canvas = add(frame, 'canvas');
    canvas.dataset.kind = kind;
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', note ? `${title}: ${note}` : title);
    const missing = add(frame, 'span', 'no picture', 'missing');
    const scale = scales[kind];
    if (scale) {
      const bar = add(figure, 'div', undefined, 'bar');
      add(bar, 'span', scale.ends[0]);
      const colours = add(bar, 'canvas');
      colours.setAttribute('role', 'img');
      colours.setAttribute('aria-label', `${scale.name}, colours from ${scale.ends[0]} to ${scale.ends[1]}`);
      paintBar(colours, scale.table);
      add(bar, 'span', scale.ends[1]);
    }
    if (note || scale) add(figure, 'p', [scale?.name, note].filter(Boolean).join(': '), 'note');
    return {kind, canvas, missing, reading, scale, grey: null, source: document.createElement('canvas')};
  }

  // The slices next to the shown one are decoded ahead; those further away are forgotten.
  function makeCache() {
    let picture = null;
    const slices = new Map();
    const get = (s) => {
      if (!slices.has(s)) {
        const urls = picture.slices[s].panels;
        slices.set(s, Promise.all(urls.map((url) => url && decode(url, picture.width, picture.height))));
      }
      return slices.get(s);
    };
    return {
      async read(from, s) {
        if (from !== picture) slices.clear();
        picture = from;
        for (const key of slices.keys()) if (Math.abs(key - s) > 1) slices.delete(key);
        const panels = await get(s);
        for (const near of [s - 1, s + 1]) if (picture === from && from.slices[near]) get(near);
        return panels;
      },
    };
  }

  // A box with its label, readable on black and on white.
  function drawBox(context, box, toCanvas, ratio) {
    const [left, top] = toCanvas(box.x, box.y);
    const [right, bottom] = toCanvas(box.x + box.width, box.y + box.height);
    context.font = `${12 * ratio}px system-ui, sans-serif`;
    // The label stays inside the panel, above the box where there is room.
    const room = context.canvas.width - context.measureText(box.label).width - 3 * ratio;
    const x = Math.max(Math.min(left, room), 3 * ratio);
    const y = top > 18 * ratio ? top - 5 * ratio : bottom + 15 * ratio;
    for (const [colour, width] of [['rgba(0, 0, 0, 0.8)', 4], ['#ffc83d', 1.5]]) {
      context.strokeStyle = colour;
      context.lineWidth = width * ratio;
      context.strokeRect(left, top, right - left, bottom - top);
      if (width > 2) context.strokeText(box.label, x, y);
    }
    context.fillStyle = '#ffc83d';
    context.fillText(box.label, x, y);
  }

  function drawCross(context, [x, y], ratio) {
    const {width, height} = context.canvas;
    context.fillStyle = 'rgba(90, 200, 255, 0.75)';
    context.fillRect(Math.round(x - ratio / 2), 0, Math.ceil(ratio), height);
    context.fillRect(0, Math.round(y - ratio / 2), width, Math.ceil(ratio));
  }

  function drawPanel(panel, {view, picture, boxes, cross}) {
    const {canvas, grey, source} = panel;
    const ratio = devicePixelRatio;
    const width = Math.round(canvas.clientWidth * ratio);
    const height = Math.round((width * picture.height) / picture.width);
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    const context = canvas.getContext('2d');
    context.clearRect(0, 0, width, height);
    canvas.dataset.view = [view.zoom, view.x, view.y].map((value) => value.toFixed(4)).join(' ');
    panel.missing.hidden = grey !== null;
    if (!grey) return;
    const size = (width / picture.width) * view.zoom; // of the picture's pixels
    const toCanvas = (x, y) => [
      (x - view.x * picture.width) * size + width / 2,
      (y - view.y * picture.height) * size + height / 2,
    ];
    context.imageSmoothingEnabled = size < 2;
    context.imageSmoothingQuality = 'high';
    context.drawImage(source, ...toCanvas(0, 0), picture.width * size, picture.height * size);
    for (const box of boxes) drawBox(context, box, toCanvas, ratio);
    if (cross) drawCross(context, toCanvas(cross.x, cross.y), ratio);
  }

  // What is under the cross: a share of white, or a map's value.
  function read(panel, picture, cross) {
    const inside = panel.grey && cross;
    const value = inside && panel.grey[Math.floor(cross.y) * picture.width + Math.floor(cross.x)] / 255;
    const text = panel.kind === 'similarity' ? (share) => share.toFixed(2) : (share) => Math.round(100 * share) + ' %';
    panel.reading.textContent = inside ? text(value) : '';
  }

  return {drawPanel, makeCache, makePanel, paint, read, windowTable};
})();
