import { commands } from 'vscode';
import type { ContextKeys } from './contributions.ts';

const current = new Map<keyof ContextKeys, unknown>();

/** Sets a `when` clause key, only where it changes: each call re-evaluates every menu. */
export function setContextKey<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
  if (current.get(key) === value) return;
  current.set(key, value);
  void commands.executeCommand('setContext', key, value);
}

/** After a deactivation the keys are unknown again. */
export function forgetContextKeys(): void {
  current.clear();
}
