function showPhoto(host) {
  const photo = new Blob([new Uint8Array(20_000)], { type: 'application/octet-stream' });
  const link = document.createElement('a');
  link.download = 'photo.raw';
  link.href = URL.createObjectURL(photo);
  host.replaceChildren(link);
  return () => {
    URL.revokeObjectURL(link.href);
    host.replaceChildren();
  };
}

document.querySelector('#go').addEventListener('click', () => showPhoto(document.querySelector('#main'))());
