const gone = new FinalizationRegistry((free) => free());

function loadTexture(size) {
  const texture = { size, pixels: Array.from({ length: 64 }, (_, x) => x % size) };
  // What is called at the end holds the very thing: the end never comes.
  gone.register(texture, () => void (texture.pixels.length = 0)); // leak
  return texture;
}

document.querySelector('#go').addEventListener('click', () => {
  document.querySelector('#main').textContent = `${loadTexture(8).pixels.length} pixels`;
});
