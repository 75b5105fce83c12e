function check(text) {
  const { port1, port2 } = new MessageChannel();
  port2.onmessage = ({ data }) => port2.postMessage(data.split(' ').length);
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => {
      port1.close();
      resolve(data);
    };
    port1.postMessage(text);
  });
}

document.querySelector('#go').addEventListener('click', async () => {
  document.querySelector('#main').textContent = `${await check('a few words to check')} words`;
});
