const backlog = [];

function whenIdle() {
  while (backlog.length > 0) backlog.shift().run();
}

function track(name) {
  for (const part of ['seen', 'left']) backlog.push({ name, part, run: () => performance.now() });
  requestIdleCallback(whenIdle, { timeout: 50 });
}

document.querySelector('#go').addEventListener('click', () => track('checkout'));
