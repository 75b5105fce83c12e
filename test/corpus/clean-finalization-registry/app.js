let live = 0;
const gone = new FinalizationRegistry((size) => {
  live -= size;
});

function loadTexture(size) {
  const texture = { size, pixels: Array.from({ length: 64 }, (_, x) => x % size) };
  live += size;
  gone.register(texture, size);
  return texture;
}

document.querySelector('#go').addEventListener('click', () => {
  const texture = loadTexture(8);
  document.querySelector('#main').textContent = `${texture.pixels.length} pixels`;
});
