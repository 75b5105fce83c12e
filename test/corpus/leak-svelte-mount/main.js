import { flushSync, mount } from 'svelte';
import Price from './Price.svelte';

document.querySelector('#go').addEventListener('click', () => {
  const host = document.createElement('section');
  document.querySelector('#main').append(host);
  mount(Price, { target: host }); // leak
  flushSync();
  host.remove();
});
