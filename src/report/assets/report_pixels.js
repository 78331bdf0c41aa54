'use strict';
// Pictures as grey values, and tables of 256 colours that show them: a window for images, colours for maps.
const reportPixels = (() => {
  // One 32-bit word a colour, in the order of canvas bytes (red first; all browsers run on little-endian machines).
  const word = (red, green, blue) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;

  // Grey, with white at `level` of the full scale: 2 is half as bright, 0.5 twice.
  function windowTable(level) {
    return Uint32Array.from({length: 256}, (unused, value) => {
      const grey = Math.min(255, Math.round(value / level));
      return word(grey, grey, grey);
    });
  }

  // Colours between anchors at equal distances, each six hexadecimal digits.
  function colourTable(text) {
    const anchors = text.split(' ').map((hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)));
    return Uint32Array.from({length: 256}, (unused, value) => {
      const place = (value / 255) * (anchors.length - 1);
      const left = Math.min(Math.floor(place), anchors.length - 2);
      const [from, to] = anchors.slice(left, left + 2);
      return word(...from.map((start, channel) => Math.round(start + (place - left) * (to[channel] - start))));
    });
  }

  // Matplotlib's viridis and inferno: even steps of lightness, which colour-blind readers see as well.
  const scales = {
    similarity: {
      table: colourTable('440154 482475 414487 355f8d 2a788e 21918c 22a884 44bf70 7ad151 bddf26 fde725'),
      name: 'SSIM',
      ends: ['0', '1'],
    },
    deviation: {
      table: colourTable('000004 160b39 420a68 6a176e 932667 bc3754 dd513a f37819 fca50a f6d746 fcffa4'),
      name: 'Standard deviation',
      ends: ['0', 'high'],
    },
  };

  // The picture's grey values, row by row.
  async function decode(url, width, height) {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [width, height];
    const context = canvas.getContext('2d', {willReadFrequently: true});
    context.drawImage(image, 0, 0);
    const {data} = context.getImageData(0, 0, width, height);
    const grey = new Uint8Array(width * height);
    for (let i = 0; i < grey.length; i++) grey[i] = data[4 * i];
    return grey;
  }

  // Draws grey values in colours onto a canvas of their size.
  function paint(canvas, grey, table) {
    const context = canvas.getContext('2d');
    const image = context.createImageData(canvas.width, canvas.height);
    const words = new Uint32Array(image.data.buffer);
    for (let i = 0; i < grey.length; i++) words[i] = table[grey[i]];
    context.putImageData(image, 0, 0);
  }

  // The colours from left to right, for a canvas below a map.
  function paintBar(canvas, table) {
    [canvas.width, canvas.height] = [256, 1];
    paint(canvas, Uint8Array.from({length: 256}, (unused, i) => i), table);
  }

  return {decode, paint, paintBar, scales, windowTable};
})();
