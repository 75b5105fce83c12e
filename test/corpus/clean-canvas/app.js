const canvas = document.createElement('canvas');
canvas.width = canvas.height = 64;
document.querySelector('#main').replaceChildren(canvas);

document.querySelector('#go').addEventListener('click', () => {
  const context = canvas.getContext('2d');
  context.clearRect(0, 0, 64, 64);
  context.fillStyle = `hsl(${Math.random() * 360} 50% 50%)`;
  context.fillRect(0, 0, 32, 32);
});
