function double(value) {
  const worker = new Worker('worker.js'); // leak
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage(value);
  });
}

document.querySelector('#go').addEventListener('click', async () => {
  document.querySelector('#main').textContent = await double(21);
});
