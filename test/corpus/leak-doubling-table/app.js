const scores = {};
let rounds = 0;

document.querySelector('#go').addEventListener('click', () => {
  rounds += 1;
  for (let n = 0; n < 4 * 2 ** rounds; n += 1) scores[Math.random()] = Math.random(); // leak
  document.querySelector('#main').textContent = `Round ${rounds}`;
});
