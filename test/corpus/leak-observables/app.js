import { map, subject } from './observable.js';

const words = subject();
document.querySelector('#go').addEventListener('click', () => {
  const seen = [];
  words.pipe(map((word) => word.toUpperCase())).subscribe((word) => seen.push(word));
  words.next('shoes');
  document.querySelector('#main').textContent = seen.join(', ');
});
