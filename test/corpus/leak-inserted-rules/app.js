const { sheet } = document.head.appendChild(document.createElement('style'));

function styleFor(width) {
  const name = `bar-${width}`;
  sheet.insertRule(`.${name} { width: ${width}px; }`, sheet.cssRules.length); // leak
  return name;
}

let width = 100;
document.querySelector('#go').addEventListener('click', () => {
  width += 1;
  document.querySelector('#main').className = styleFor(width);
});
