const durations = [];

function measure(work) {
  const start = performance.now();
  work();
  durations.push(performance.now() - start); // leak
}

document.querySelector('#go').addEventListener('click', () => {
  for (let run = 0; run < 400; run += 1) measure(() => Math.sqrt(run));
  document.querySelector('#main').textContent = `${Math.max(...durations.slice(-400))} ms`;
});
