const thumbnails = new Map();
let next = 0;

function thumbnail() {
  const canvas = document.createElement('canvas'); // leak
  canvas.width = canvas.height = 64;
  canvas.getContext('2d').fillRect(0, 0, 32, 32);
  next += 1;
  thumbnails.set(`photo-${next}`, canvas); // kept
  return canvas;
}

document.querySelector('#go').addEventListener('click', () => {
  const canvas = thumbnail();
  document.querySelector('#main').replaceChildren(canvas);
  canvas.remove();
});
