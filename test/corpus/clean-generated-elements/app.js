let seed = 4711;

document.querySelector('#go').addEventListener('click', () => {
  seed = (seed * 75 + 74) % 65537;
  const card = document.createElement(`x-card-${seed}`);
  card.hidden = true;
  document.querySelector('#main').replaceChildren(card);
});
