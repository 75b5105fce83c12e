function openTheme(hue) {
  const style = document.createElement('style'); // leak
  style.textContent = `main { color: hsl(${hue} 50% 30%); }`;
  document.head.append(style); // kept
}

let theme = 0;
document.querySelector('#go').addEventListener('click', () => {
  theme += 1;
  openTheme(theme % 360);
});
