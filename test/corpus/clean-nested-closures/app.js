let handle = (request) => request;

function use(wrap) {
  const next = handle;
  handle = (request) => wrap(request, next);
  return () => {
    handle = next;
  };
}

function open() {
  const timings = [];
  return use((request, next) => {
    timings.push(performance.now());
    return next(request);
  });
}

document.querySelector('#go').addEventListener('click', () => {
  const close = open();
  handle({ path: '/cart' });
  close();
});
