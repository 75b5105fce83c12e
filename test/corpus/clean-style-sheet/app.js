const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [sheet];

let theme = 0;
document.querySelector('#go').addEventListener('click', () => {
  theme += 1;
  sheet.replaceSync(`main { color: hsl(${theme % 360} 50% 30%); }`);
});
