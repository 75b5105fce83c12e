async function showPhoto(host) {
  const photo = new Blob([new Uint8Array(20_000)], { type: 'application/octet-stream' });
  const link = document.createElement('a');
  link.download = 'photo.raw';
  link.href = URL.createObjectURL(photo); // leak
  host.replaceChildren(link);
}

document.querySelector('#go').addEventListener('click', async () => {
  const host = document.querySelector('#main');
  await showPhoto(host);
  host.replaceChildren();
});
