const visited = [];

document.querySelector('#go').addEventListener('click', () => {
  const step = { name: 'address', values: Array.from({ length: 30 }, (_, n) => `value ${n}`) }; // leak
  history.replaceState({ step: visited.length }, '');
  visited.push(step); // kept
});
