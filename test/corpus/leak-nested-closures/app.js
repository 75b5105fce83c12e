let handle = (request) => request;

function use(wrap) {
  const next = handle;
  handle = (request) => wrap(request, next); // leak
}

function open() {
  const timings = [];
  use((request, next) => {
    if (timings.length < 3) timings.push(performance.now());
    return next(request);
  });
}

document.querySelector('#go').addEventListener('click', () => {
  open();
  handle({ path: '/cart' });
});
