function openTheme(hue) {
  const sheet = new CSSStyleSheet(); // leak
  sheet.replaceSync(`main { color: hsl(${hue} 50% 30%); }`);
  document.adoptedStyleSheets.push(sheet); // kept
}

let theme = 0;
document.querySelector('#go').addEventListener('click', () => {
  theme += 1;
  openTheme(theme % 360);
});
