import { writable } from 'svelte/store';

export const price = writable(10);
