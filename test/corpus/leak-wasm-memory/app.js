const decoders = [];

function createDecoder() {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 }); // leak
  decoders.push(memory); // kept
  return new Uint8Array(memory.buffer);
}

document.querySelector('#go').addEventListener('click', () => {
  createDecoder().fill(7, 0, 100);
});
