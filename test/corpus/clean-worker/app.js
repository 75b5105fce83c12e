async function double(value) {
  const worker = new Worker('worker.js');
  try {
    return await new Promise((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.postMessage(value);
    });
  } finally {
    worker.terminate();
  }
}

document.querySelector('#go').addEventListener('click', async () => {
  document.querySelector('#main').textContent = await double(21);
});
