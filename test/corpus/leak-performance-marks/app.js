let opened = 0;

document.querySelector('#go').addEventListener('click', () => {
  opened += 1;
  performance.mark(`open-${opened}`, { detail: Array.from({ length: 100 }, (_, n) => n * opened) }); // leak
});
