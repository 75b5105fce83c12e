document.querySelector('#go').addEventListener('click', () => {
  const video = document.createElement('div');
  video.textContent = 'playing';
  document.body.append(video);
  window.addEventListener('pagehide', () => video.append('stopped'), { once: true }); // leak
  video.remove();
});
