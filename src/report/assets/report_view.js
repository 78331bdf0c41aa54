'use strict';
// The region that all panels show, and the gestures that move it. `zoom`: 1 shows all; `x` and `y`: the middle of the
// region, as fractions of the picture.
const reportView = (() => {
  const largest = 16;
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

  function makeView(changed) {
    const view = {zoom: 1, x: 0.5, y: 0.5};
    const set = (zoom, x, y) => {
      view.zoom = clamp(zoom, 1, largest);
      const edge = 0.5 / view.zoom;
      [view.x, view.y] = [clamp(x, edge, 1 - edge), clamp(y, edge, 1 - edge)];
      changed();
    };
    return {
      view,
      all: () => set(1, 0.5, 0.5),
      // By shares of the region.
      move: (right, down) => set(view.zoom, view.x + right / view.zoom, view.y + down / view.zoom),
      // What is at (x, y), as fractions of the region, stays there.
      zoomBy: (factor, x = 0.5, y = 0.5) => {
        const next = clamp(view.zoom * factor, 1, largest);
        const shift = 1 / view.zoom - 1 / next;
        set(next, view.x + (x - 0.5) * shift, view.y + (y - 0.5) * shift);
      },
    };
  }

  // Drag, pinch, double click and Ctrl + wheel on a canvas. The bare wheel scrolls the page, and so does a finger while
  // all of the picture is shown. `hover`: called with the place in the region, or null.
  function listen(canvas, {view, move, zoomBy}, hover) {
    const pointers = new Map();
    const place = (event) => {
      const {left, top, width, height} = canvas.getBoundingClientRect();
      return {x: (event.clientX - left) / width, y: (event.clientY - top) / height};
    };
    const middle = () => {
      const all = [...pointers.values()];
      const sum = all.reduce((total, one) => ({x: total.x + one.x, y: total.y + one.y}), {x: 0, y: 0});
      return {x: sum.x / all.length, y: sum.y / all.length};
    };
    const spread = () => {
      const [a, b] = [...pointers.values()];
      return b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
    };
    canvas.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      pointers.set(event.pointerId, place(event));
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener('pointermove', (event) => {
      hover(place(event));
      if (!pointers.has(event.pointerId)) return;
      const [before, distance] = [middle(), spread()];
      pointers.set(event.pointerId, place(event));
      const after = middle();
      if (view.zoom > 1) move(before.x - after.x, before.y - after.y);
      if (distance > 0) zoomBy(spread() / distance, after.x, after.y);
    });
    for (const end of ['pointerup', 'pointercancel']) {
      canvas.addEventListener(end, (event) => pointers.delete(event.pointerId));
    }
    canvas.addEventListener('pointerleave', () => hover(null));
    canvas.addEventListener('dblclick', (event) => {
      const {x, y} = place(event);
      zoomBy(event.shiftKey ? 0.5 : 2, x, y);
    });
    canvas.addEventListener('wheel', (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const {x, y} = place(event);
      zoomBy(2 ** (-clamp(event.deltaY, -100, 100) / 200), x, y);
    }, {passive: false});
  }

  return {listen, makeView};
})();
