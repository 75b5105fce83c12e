await navigator.serviceWorker.register('sw.js');
const { active } = await navigator.serviceWorker.ready;

function sync() {
  const changes = Array.from({ length: 20 }, (_, id) => ({ id, text: `change ${id}` }));
  navigator.serviceWorker.addEventListener('message', () => (changes.length = 0)); // leak
  active.postMessage('sync');
}

document.querySelector('#go').addEventListener('click', sync);
