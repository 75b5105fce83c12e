let scope = { depth: 0 };

document.querySelector('#go').addEventListener('click', () => {
  scope = Object.create(scope, { depth: { value: scope.depth + 1 } }); // leak
  document.querySelector('#main').textContent = scope.depth;
});
