const MAX_UNDO = 30;
const editor = { shapes: [], undoStack: [] };

function draw(shape) {
  const before = editor.shapes.slice();
  editor.shapes = [shape];
  editor.undoStack.push(() => {
    editor.shapes = before;
  });
  if (editor.undoStack.length > MAX_UNDO) editor.undoStack.shift();
}

document.querySelector('#go').addEventListener('click', () => {
  draw({ kind: 'circle', points: Array.from({ length: 40 }, Math.random) });
  editor.shapes = [];
});
