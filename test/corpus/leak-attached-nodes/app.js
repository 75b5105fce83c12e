function toast(text) {
  const element = document.createElement('output'); // leak
  element.textContent = text;
  element.hidden = false;
  document.querySelector('#main').append(element); // kept
  // Out of sight, but still there.
  element.hidden = true;
}

document.querySelector('#go').addEventListener('click', () => toast('Saved'));
