let batch = [];

function track(event) {
  batch.push({ ...event, at: performance.now() });
  if (batch.length < 5) return;
  navigator.sendBeacon('/json', JSON.stringify(batch));
  batch = [];
}

document.querySelector('#go').addEventListener('click', () => {
  track({ name: 'opened', details: ['a', 'b', 'c'].map((tag) => ({ tag })) });
  document.querySelector('#main').textContent = `${batch.length} waiting`;
});
