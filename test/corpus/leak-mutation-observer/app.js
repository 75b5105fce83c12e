function openEditor(host) {
  const area = document.createElement('div');
  area.contentEditable = 'true';
  host.append(area);
  let changes = 0;
  const observer = new MutationObserver((records) => { // leak
    changes += records.length;
  });
  observer.observe(document.body, { childList: true });
  return () => {
    area.remove();
    return changes;
  };
}

document.querySelector('#go').addEventListener('click', () => openEditor(document.querySelector('#main'))());
