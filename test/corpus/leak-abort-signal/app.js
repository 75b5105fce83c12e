// One controller for as long as the page lives.
const pageEnds = new AbortController();

function loadSuggestions(query) {
  const results = Array.from({ length: 50 }, (_, rank) => ({ text: `${query} ${rank}`, rank }));
  pageEnds.signal.addEventListener('abort', () => { // leak
    results.length = 0;
  });
  return results;
}

let searches = 0;
document.querySelector('#go').addEventListener('click', () => {
  searches += 1;
  const results = loadSuggestions(`shoes ${searches % 3}`);
  document.querySelector('#main').textContent = `${results.length} results`;
});
