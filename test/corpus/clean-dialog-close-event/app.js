// The close event of a dialog comes with the next frame: opening another one before that removes the wrong one.
let dialog;

document.getElementById('open').addEventListener('click', () => {
  dialog = document.createElement('dialog');
  dialog.innerHTML = '<form method="dialog"><label>Name <input name="name" value="Ada"></label></form>';
  dialog.addEventListener('close', () => dialog.remove());
  document.getElementById('main').append(dialog);
  dialog.show();
});

document.getElementById('close').addEventListener('click', () => dialog.close('saved'));
