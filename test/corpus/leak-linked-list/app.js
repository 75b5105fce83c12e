const log = { newest: null, size: 0 };

function append(text) {
  log.newest = { text, older: log.newest }; // leak
  log.size += 1;
}

document.querySelector('#go').addEventListener('click', () => append(`clicked at ${performance.now()}`));
