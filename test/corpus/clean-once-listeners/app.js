// Each listener removes itself when it has fired.
document.querySelector('#go').addEventListener('click', () => {
  const video = document.createElement('div');
  document.body.append(video);
  for (let marker = 0; marker < 20; marker += 1) {
    window.addEventListener(`marker-${marker}`, () => video.append(`${marker} `), { once: true });
  }
  for (let marker = 0; marker < 20; marker += 1) window.dispatchEvent(new Event(`marker-${marker}`));
  video.remove();
});
