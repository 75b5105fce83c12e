const canvas = document.createElement('canvas');

document.querySelector('#go').addEventListener('click', async () => {
  const bitmap = await createImageBitmap(new ImageData(32, 32));
  canvas.getContext('2d').drawImage(bitmap, 0, 0);
  bitmap.close();
});
