const { port1: toChecker, port2: checker } = new MessageChannel();
checker.onmessage = ({ data }) => checker.postMessage({ id: data.id, words: data.text.split(' ').length });
toChecker.start();

let requests = 0;
function check(text) {
  const id = (requests += 1);
  return new Promise((resolve) => {
    toChecker.addEventListener('message', ({ data }) => { // leak
      if (data.id === id) resolve(data.words);
    });
    toChecker.postMessage({ id, text });
  });
}

document.querySelector('#go').addEventListener('click', async () => {
  document.querySelector('#main').textContent = `${await check('a few words to check')} words`;
});
