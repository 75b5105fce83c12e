const worker = new SharedWorker('drafts.js');

document.querySelector('#go').addEventListener('click', () => {
  worker.port.onmessage = ({ data }) => {
    document.querySelector('#main').textContent = `${data} characters`;
  };
  worker.port.postMessage('text of the draft');
});
