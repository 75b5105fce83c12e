// Promise.race leaves a reaction on every promise it is given.
const cancelled = new Promise(() => {});

async function upload(size) {
  const chunks = Array.from({ length: 20 }, (_, index) => ({ index, bytes: size / 20 }));
  const done = Promise.resolve(chunks);
  const result = await Promise.race([done, cancelled]); // leak
  document.querySelector('#main').textContent = `${result.length} chunks`;
}

document.querySelector('#go').addEventListener('click', () => void upload(1000));
