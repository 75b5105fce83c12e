const api = {
  send(message) {
    document.querySelector('#main').textContent = message;
  },
};

function logCalls(name) {
  const { send } = api;
  api.send = (message) => send(`${name}: ${message}`.slice(0, 40)); // leak
}

document.querySelector('#go').addEventListener('click', () => {
  logCalls('dialog');
  api.send('opened');
});
