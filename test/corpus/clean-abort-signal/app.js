const pageEnds = new AbortController();

function loadSuggestions(query) {
  const results = Array.from({ length: 50 }, (_, rank) => ({ text: `${query} ${rank}`, rank }));
  const stop = () => (results.length = 0);
  pageEnds.signal.addEventListener('abort', stop, { once: true });
  return { results, done: () => pageEnds.signal.removeEventListener('abort', stop) };
}

let searches = 0;
document.querySelector('#go').addEventListener('click', () => {
  searches += 1;
  const { results, done } = loadSuggestions(`shoes ${searches % 3}`);
  document.querySelector('#main').textContent = `${results.length} results`;
  done();
});
