const api = {
  send(message) {
    document.querySelector('#main').textContent = message;
  },
};

function logCalls(name) {
  const { send } = api;
  api.send = (message) => send(`${name}: ${message}`.slice(0, 40));
  return () => {
    api.send = send;
  };
}

document.querySelector('#go').addEventListener('click', () => {
  const unwrap = logCalls('dialog');
  api.send('opened');
  unwrap();
});
