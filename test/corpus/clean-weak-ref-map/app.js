const thumbnails = new Map();
const gone = new FinalizationRegistry((url) => {
  if (!thumbnails.get(url)?.deref()) thumbnails.delete(url);
});
let next = 0;

function thumbnailOf(url) {
  const known = thumbnails.get(url)?.deref();
  if (known) return known;
  const thumbnail = { url, pixels: Array.from({ length: 256 }, (_, x) => x % 7) };
  thumbnails.set(url, new WeakRef(thumbnail));
  gone.register(thumbnail, url);
  return thumbnail;
}

document.querySelector('#go').addEventListener('click', () => {
  next += 1;
  document.querySelector('#main').textContent = `${thumbnailOf(`/image-${next}.png`).pixels.length} pixels`;
});
