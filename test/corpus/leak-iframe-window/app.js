const previews = [];

document.querySelector('#go').addEventListener('click', () => {
  const frame = document.createElement('iframe');
  document.querySelector('#main').append(frame); // leak
  frame.contentDocument.body.textContent = 'Preview';
  previews.push(frame.contentWindow); // kept
  frame.remove();
});
