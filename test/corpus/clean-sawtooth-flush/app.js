let queue = [];
let sent = 0;

function record(name) {
  queue.push({ name, at: performance.now(), stack: new Error(name).stack });
  if (queue.length < 12) return;
  sent += queue.length;
  queue = [];
}

document.querySelector('#go').addEventListener('click', () => {
  record('open');
  document.querySelector('#main').textContent = `${sent} sent`;
});
