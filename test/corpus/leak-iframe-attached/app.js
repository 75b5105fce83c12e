document.querySelector('#go').addEventListener('click', () => {
  const pixel = document.createElement('iframe'); // leak
  pixel.hidden = true;
  pixel.srcdoc = '<p>counted</p>';
  document.body.append(pixel); // kept
});
