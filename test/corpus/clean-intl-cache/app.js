const formatters = new Map();
const languages = ['de', 'en', 'fr', 'it', 'ja', 'zh'];
const currencies = ['EUR', 'USD', 'JPY'];
let shown = 0;

function formatter(language, currency) {
  const key = `${language} ${currency}`;
  if (!formatters.has(key)) formatters.set(key, new Intl.NumberFormat(language, { style: 'currency', currency }));
  return formatters.get(key);
}

document.querySelector('#go').addEventListener('click', () => {
  shown += 1;
  const price = formatter(languages[shown % 6], currencies[shown % 3]);
  document.querySelector('#main').textContent = price.format(shown);
});
