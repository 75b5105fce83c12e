const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });

document.querySelector('#go').addEventListener('click', () => {
  const view = new Uint8Array(memory.buffer);
  view.fill(7, 0, 100);
  document.querySelector('#main').textContent = view[99];
});
