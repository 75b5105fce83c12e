const symbols = new Map();
const symbolOf = (name) => {
  if (!symbols.has(name)) symbols.set(name, Symbol(name));
  return symbols.get(name);
};

document.querySelector('#go').addEventListener('click', () => {
  const tag = symbolOf(`tag-${Math.floor(Math.random() * 12)}`);
  document.querySelector('#main').textContent = tag.description;
});
