const worker = new SharedWorker('shared.js', { name: 'documents' });

function openDocument() {
  return new Promise((resolve) => {
    worker.port.onmessage = ({ data }) => resolve(data);
    worker.port.postMessage('text of the document');
  });
}

document.querySelector('#go').addEventListener('click', async () => {
  document.querySelector('#main').textContent = `${await openDocument()} characters`;
});
