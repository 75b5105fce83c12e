// The value holds the key, and the map outlives both: that alone is fine. The list of anchors is not.
const tooltips = new WeakMap();
const anchors = [];

document.querySelector('#go').addEventListener('click', () => {
  const anchor = document.createElement('button'); // leak
  tooltips.set(anchor, { anchor, text: 'Delete this row' });
  anchors.push(anchor); // kept
  document.querySelector('#main').replaceChildren(anchor);
  anchor.remove();
});
