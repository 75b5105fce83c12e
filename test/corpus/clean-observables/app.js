import { map, subject, until } from './observable.js';

const words = subject();
document.querySelector('#go').addEventListener('click', () => {
  const closed = subject();
  const seen = [];
  words.pipe(map((word) => word.toUpperCase()), until(closed)).subscribe((word) => seen.push(word));
  words.next('shoes');
  document.querySelector('#main').textContent = seen.join(', ');
  closed.next();
});
