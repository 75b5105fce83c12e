document.querySelector('#go').addEventListener('click', () => {
  const layers = Array.from({ length: 8 }, () => new Float64Array(256 * 1024).fill(Math.random()));
  const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, text: `row ${id}` }));
  const sum = layers.reduce((total, layer) => total + layer[0], 0);
  document.querySelector('#main').textContent = `${sum + rows.length}`;
});
