const MAX = 40;
let recent = [];

function view(product) {
  recent = [product, ...recent].slice(0, MAX);
}

let next = 0;
document.querySelector('#go').addEventListener('click', () => {
  next += 1;
  view({ id: next, name: `Product ${next}`, tags: ['new', 'sale'].map((tag) => ({ tag, next })) });
  document.querySelector('#main').textContent = `${recent.length} viewed`;
});
