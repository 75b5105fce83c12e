let opened = 0;

function openDocument() {
  opened += 1;
  const worker = new SharedWorker('shared.js', { name: `document-${opened}` }); // leak
  return new Promise((resolve) => {
    worker.port.onmessage = ({ data }) => resolve(data);
    worker.port.postMessage('text of the document');
  });
}

document.querySelector('#go').addEventListener('click', async () => {
  document.querySelector('#main').textContent = `${await openDocument()} characters`;
});
