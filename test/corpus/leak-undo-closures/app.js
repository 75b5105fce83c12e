const editor = { shapes: [], undoStack: [] };

function draw(shape) {
  const before = editor.shapes.slice();
  editor.shapes = [shape];
  editor.undoStack.push(() => { // leak
    editor.shapes = before;
  });
}

document.querySelector('#go').addEventListener('click', () => {
  draw({ kind: 'circle', points: Array.from({ length: 40 }, Math.random) });
  editor.shapes = [];
});
