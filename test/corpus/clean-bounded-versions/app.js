// Each version has a text that the document made: bytes outside the JavaScript heap, which rise until the list is full.
let versions = [];
let editor;

document.getElementById('open').addEventListener('click', () => {
  editor = document.createElement('div');
  editor.contentEditable = 'true';
  editor.textContent = `Draft ${Date.now()}`;
  document.getElementById('main').append(editor);
  editor.focus();
});

document.getElementById('close').addEventListener('click', () => {
  versions.push({ savedAt: Date.now(), html: `${editor.innerHTML}${'x'.repeat(300)}` });
  versions = versions.slice(-50);
  editor.remove();
  editor = undefined;
});
