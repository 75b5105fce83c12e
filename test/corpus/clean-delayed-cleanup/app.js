const shown = new Map();
let next = 0;

function notify(text) {
  const id = (next += 1);
  const toast = document.createElement('output');
  toast.textContent = `${text} ${id}`;
  document.querySelector('#main').append(toast);
  shown.set(id, { toast, at: performance.now() });
  setTimeout(() => {
    shown.get(id).toast.remove();
    shown.delete(id);
  }, 700);
}

document.querySelector('#go').addEventListener('click', () => notify('Saved'));
