document.querySelector('#go').addEventListener('click', async () => {
  const frame = document.createElement('iframe');
  frame.srcdoc = '<p>Preview</p>';
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
  document.querySelector('#main').append(frame);
  await loaded;
  frame.remove();
});
