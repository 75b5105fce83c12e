const rendered = new Map();
let version = 0;

function render(words) {
  version += 1;
  const text = words.map((word, at) => `${at}.${word}.${version}`).join(' '); // leak
  rendered.set(version, text); // kept
  return text;
}

const words = Array.from({ length: 30 }, (_, at) => `word${at}`);
document.querySelector('#go').addEventListener('click', () => {
  document.querySelector('#main').textContent = render(words);
});
