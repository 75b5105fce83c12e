import { createApp, defineComponent, h, reactive } from 'vue';

const prices = reactive({ gold: 1900, silver: 24 });

const Ticker = defineComponent(() => () => h('p', `gold ${prices.gold}, silver ${prices.silver}`)); // kept

document.querySelector('#go').addEventListener('click', () => {
  const host = document.createElement('section');
  document.querySelector('#main').append(host);
  createApp(Ticker).mount(host); // leak
  host.remove();
});
