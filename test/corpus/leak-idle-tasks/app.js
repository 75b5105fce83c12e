const backlog = [];

function whenIdle(deadline) {
  // Never more than a task: those that come meanwhile wait for ever.
  if (deadline.timeRemaining() > 0 || deadline.didTimeout) backlog.shift()?.run();
}

function track(name) {
  for (const part of ['seen', 'left']) backlog.push({ name, part, run: () => performance.now() }); // leak
  requestIdleCallback(whenIdle, { timeout: 50 });
}

document.querySelector('#go').addEventListener('click', () => track('checkout'));
