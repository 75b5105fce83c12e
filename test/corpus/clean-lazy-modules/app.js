let opened = 0;

document.querySelector('#go').addEventListener('click', async () => {
  opened += 1;
  const { topic } = await import(`./topic-${opened % 3}.js`);
  document.querySelector('#main').textContent = topic.title;
});
