const patterns = {};
let typed = 0;

function matcher(search) {
  return (patterns[search] ??= new RegExp(`\\b${search}`, 'iu')); // leak
}

document.querySelector('#go').addEventListener('click', () => {
  typed += 1;
  const found = ['first order', 'order 12', 'bill'].filter((text) => matcher(`order ${typed}`).test(text));
  document.querySelector('#main').textContent = `${found.length} found`;
});
