const sprites = [];

async function loadSprite() {
  const pixels = new ImageData(32, 32);
  sprites.push(await createImageBitmap(pixels)); // leak
}

document.querySelector('#go').addEventListener('click', () => void loadSprite());
