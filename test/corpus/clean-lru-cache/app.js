const MAX = 25;
const cache = new Map();

function load(id) {
  const cached = cache.get(id);
  if (cached) {
    cache.delete(id);
    cache.set(id, cached);
    return cached;
  }
  const order = { id, lines: Array.from({ length: 30 }, (_, line) => ({ line, text: `line ${line} of ${id}` })) };
  cache.set(id, order);
  if (cache.size > MAX) cache.delete(cache.keys().next().value);
  return order;
}

let next = 0;
document.querySelector('#go').addEventListener('click', () => {
  next += 1;
  document.querySelector('#main').textContent = load(next).lines[0].text;
});
