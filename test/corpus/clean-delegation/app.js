const actions = new WeakMap();

document.querySelector('#main').addEventListener('click', (event) => {
  const element = event.target.closest('article');
  if (element) actions.get(element)?.(event);
});

function comment(text) {
  const element = document.createElement('article');
  element.textContent = text;
  actions.set(element, () => element.classList.toggle('open'));
  return element;
}

document.querySelector('#go').addEventListener('click', () => {
  const main = document.querySelector('#main');
  main.append(comment('First!'));
  main.replaceChildren();
});
