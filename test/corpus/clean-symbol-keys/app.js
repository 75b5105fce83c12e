const registry = Object.create(null);

function register(feature) {
  const key = Symbol(feature.name);
  registry[key] = feature;
  return key;
}

document.querySelector('#go').addEventListener('click', () => {
  const key = register({ name: 'dark mode', variants: ['on', 'off'] });
  delete registry[key];
});
