// Closed views are let go half a second later, all at once: what is pending at any time is bounded.
let closed = [];
let timer;
function release(view) {
  closed.push(view);
  clearTimeout(timer);
  timer = setTimeout(() => {
    closed = [];
  }, 50);
}

document.querySelector('#go').addEventListener('click', () => {
  const view = document.createElement('section');
  view.innerHTML = '<h2>Inbox</h2><ul><li>one</li><li>two</li></ul>';
  document.querySelector('#main').append(view);
  view.remove();
  release(view);
});
