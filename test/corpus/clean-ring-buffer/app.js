const CAPACITY = 32;
const events = [];
let next = 0;

function record(name, detail) {
  events[next % CAPACITY] = { name, detail, at: performance.now() };
  next += 1;
}

document.querySelector('#go').addEventListener('click', (event) => {
  record('open', { x: event.clientX });
  record('close', { y: event.clientY });
});
