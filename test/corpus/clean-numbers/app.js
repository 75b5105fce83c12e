const durations = new Float64Array(1024);
let count = 0;

function measure(work) {
  const start = performance.now();
  work();
  durations[count % durations.length] = performance.now() - start;
  count += 1;
}

document.querySelector('#go').addEventListener('click', () => {
  for (let run = 0; run < 400; run += 1) measure(() => Math.sqrt(run));
  document.querySelector('#main').textContent = `${Math.max(...durations)} ms`;
});
