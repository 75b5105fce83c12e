import { type ConfigurationScope, workspace } from 'vscode';
import { SETTING_DEFAULTS, type Settings } from './contributions.ts';

/** The value in force, the folder's own where the setting's scope allows it. */
export function setting<K extends keyof Settings>(name: K, scope?: ConfigurationScope): Settings[K] {
  return workspace.getConfiguration('leakwright', scope).get<Settings[K]>(name, SETTING_DEFAULTS[name]);
}
