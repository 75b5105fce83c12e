import { flushSync, mount, unmount } from 'svelte';
import Price from './Price.svelte';

document.querySelector('#go').addEventListener('click', () => {
  const host = document.createElement('section');
  document.querySelector('#main').append(host);
  const component = mount(Price, { target: host });
  flushSync();
  unmount(component);
  host.remove();
});
