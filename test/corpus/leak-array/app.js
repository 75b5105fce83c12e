const state = { events: [] };

function record(name, detail) {
  state.events.push({ name, detail, at: performance.now() }); // leak
}

document.querySelector('#go').addEventListener('click', (event) => {
  record('open', { x: event.clientX });
  record('close', { y: event.clientY });
});
