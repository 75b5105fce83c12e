const registry = Object.create(null);

function register(feature) {
  const key = Symbol(feature.name);
  registry[key] = feature; // kept
  return key;
}

document.querySelector('#go').addEventListener('click', () => {
  const key = register({ name: 'dark mode', variants: ['on', 'off'] }); // leak
  // Symbol() is never equal to another: this deletes nothing.
  delete registry[Symbol(key.description)];
});
