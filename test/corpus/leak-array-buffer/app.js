const takes = { finished: [] };

function record() {
  const take = new Uint8Array(64 * 1024).fill(1); // leak
  takes.finished.push(take); // kept
  return take;
}

document.querySelector('#go').addEventListener('click', () => {
  document.querySelector('#main').textContent = `${record().length} bytes`;
});
