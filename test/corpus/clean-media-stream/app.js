const canvas = document.createElement('canvas');
canvas.getContext('2d').fillRect(0, 0, 10, 10);

document.querySelector('#go').addEventListener('click', () => {
  const stream = canvas.captureStream(5);
  document.querySelector('#main').textContent = stream.id;
  stream.getTracks().forEach((track) => track.stop());
});
