await navigator.serviceWorker.register('sw.js');

document.querySelector('#go').addEventListener('click', async () => {
  const { active } = await navigator.serviceWorker.ready;
  const answered = new Promise((resolve) => {
    navigator.serviceWorker.addEventListener('message', resolve, { once: true });
  });
  active.postMessage('sync');
  await answered;
});
