const actions = {};

document.querySelector('#main').addEventListener('click', (event) => {
  const id = event.target.closest('[data-id]')?.dataset.id;
  if (id) actions[id]?.(event);
});

let next = 0;
function comment(text) {
  const id = `c${(next += 1)}`;
  const element = document.createElement('article');
  element.dataset.id = id;
  element.textContent = text;
  actions[id] = () => element.classList.toggle('open'); // leak
  return element;
}

document.querySelector('#go').addEventListener('click', () => {
  const main = document.querySelector('#main');
  main.append(comment('First!'));
  main.replaceChildren();
});
