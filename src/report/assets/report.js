'use strict';
// The report on scores, drawn from the page's JSON island by the other files. Slices count from 0, as in all of dircn's
// files and messages.
(() => {
  const {add} = charts;
  const data = JSON.parse(document.getElementById('data').textContent);
  const middle = (volume) => Math.floor(data.pictures.find((one) => one.volume === volume).slices.length / 2);
  const withPictures = new Set(data.pictures.map((picture) => picture.volume));

  function addExtremes(open) {
    const {worst, best} = data.extremes;
    if (!worst.length && !best.length) return;
    const place = document.getElementById('extremes');
    place.hidden = false;
    document.getElementById('extremes-note').textContent =
      `By ${data.metrics[0].title} of ${data.runs[0].name}. From left to right: ${data.extremes_caption}.`;
    for (const [title, slices] of [['Worst', worst], ['Best', best]]) {
      if (!slices.length) continue;
      add(place, 'h3', title);
      const list = add(place, 'div', undefined, 'thumbnails');
      for (const {volume, slice, picture} of slices) {
        const figure = add(list, 'figure');
        const name = `${data.volumes[volume].name}, slice ${slice}`;
        const image = add(figure, 'img');
        image.src = picture;
        image.alt = `${name}: ${data.extremes_caption}`;
        const caption = add(figure, 'figcaption', name + ' ');
        const at = data.slices.slice.findIndex((one, i) => one === slice && data.slices.volume[i] === volume);
        add(caption, 'strong', reportTables.number(data.slices.runs[0]?.[at], data.metrics[0].digits));
        if (!withPictures.has(volume)) continue;
        const button = add(caption, 'button', 'Open in viewer', 'link');
        button.type = 'button';
        button.addEventListener('click', () => open(volume, slice));
      }
    }
  }

  reportSummary.addSummary(data);
  const open = reportControls.addViewer(data);
  reportTables.addScores(data, (volume) => withPictures.has(volume), (volume) => open(volume, middle(volume)));
  document.getElementById('opens-volume').hidden = !withPictures.size;
  reportComparison.addComparison(data);
  reportCharts.addCharts(data, open);
  addExtremes(open);
  reportSummary.addBackground(data);
})();
