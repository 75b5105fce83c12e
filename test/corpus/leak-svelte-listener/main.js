import { flushSync, mount, unmount } from 'svelte';
import Shortcut from './Shortcut.svelte';

document.querySelector('#go').addEventListener('click', () => {
  const shortcut = mount(Shortcut, { target: document.querySelector('#main') });
  flushSync();
  unmount(shortcut);
});
