const operations = [
  (a, b) => a + b,
  (a, b) => a * b - a,
  (a, b) => Math.hypot(a, b),
  (a, b) => [a, b].sort().join(),
  (a, b) => ({ a, b }),
  (a, b) => `${a}${b}`,
];

let round = 0;
document.querySelector('#go').addEventListener('click', () => {
  round += 1;
  let last;
  for (let index = 0; index < 3000; index += 1) {
    for (const operation of operations.slice(0, (round % operations.length) + 1)) last = operation(index, round);
  }
  document.querySelector('#main').textContent = String(last);
});
