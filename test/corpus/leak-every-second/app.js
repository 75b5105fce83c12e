const visits = [];
let opened = 0;

document.querySelector('#go').addEventListener('click', () => {
  opened += 1;
  document.querySelector('#main').textContent = `Opened ${opened} times`;
  if (opened % 2 === 0) {
    const visit = { at: performance.now(), page: location.pathname, tags: ['a', 'b', 'c'].map((tag) => ({ tag })) }; // leak
    visits.push(visit); // kept
  }
});
