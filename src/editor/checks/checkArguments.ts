import { type WrittenSettings, argumentsFor, isNodeCheck, textsOf } from '../../checks/index.ts';
import { LeakwrightError } from '../../support/index.ts';
import type { BrowserSetting, IgnoreSetting } from '../contributions.ts';

/** A task of type `leakwright`, as `tasks.json` writes it: the options of a check, and these. */
export interface CheckProperties extends WrittenSettings {
  /** Default: check. */
  readonly command?: string;
  /** Of `tree`: milliseconds between samples. */
  readonly interval?: number;
  readonly file?: string | readonly string[];
}

/** A check in a visible window: the window of a failed step stays open. */
export const IN_A_WINDOW = { headed: true, keepOpen: true } as const satisfies CheckProperties;

/** The settings, for what the task does not set. */
export interface CheckDefaults {
  readonly browser: BrowserSetting;
  readonly executablePath: string;
  /** Seconds for a check; 0: the command line's own limit. */
  readonly timeout: number;
  readonly ignore: readonly IgnoreSetting[];
}

/**
 * The arguments after `leakwright check`.
 *
 * @throws LeakwrightError `usage` when a property cannot mean anything
 */
export function checkArguments(properties: CheckProperties, defaults: CheckDefaults): string[] {
  const { command, file, executablePath: _, ...own } = properties;
  if (command !== undefined && command !== 'check') {
    throw new LeakwrightError(
      'usage',
      `'command' of a leakwright task must be 'check' or 'tree', not ${JSON.stringify(command)}.`,
    );
  }
  const files = textsOf(file, 'file');
  const isOfProgram = isNodeCheck(own);
  if (files.length === 0 && own.url === undefined && !isOfProgram) {
    throw new LeakwrightError('usage', "A leakwright task needs a 'url' or a 'file'.", {
      hint: 'Add "url": "http://localhost:3000" to it in tasks.json.',
    });
  }
  if (textsOf(own.click, 'click').length > 0 && own.url === undefined) {
    throw new LeakwrightError('usage', "A leakwright task with 'click' needs the 'url' of the page to click on.");
  }
  const fromSettings: WrittenSettings =
    own.browser === undefined && !isOfProgram
      ? {
          ...(defaults.browser === 'auto' ? {} : { browser: defaults.browser }),
          ...(defaults.executablePath === '' ? {} : { executablePath: defaults.executablePath }),
        }
      : // A Node program has no browser; and what the settings name for another browser than the task's would be the wrong one.
        {};
  const limit: WrittenSettings =
    own.timeout === undefined && own.duration === undefined && own.profile === undefined && defaults.timeout > 0
      ? { timeout: defaults.timeout }
      : {};
  const rules = [...(own.ignore === undefined ? [] : [own.ignore].flat()), ...defaults.ignore];
  return argumentsFor({ ...own, ...fromSettings, ...limit, ignore: rules }, files);
}

/** @throws LeakwrightError `usage` when a property cannot mean anything */
export function treeArguments({ interval }: CheckProperties): string[] {
  if (interval !== undefined && (typeof interval !== 'number' || !Number.isFinite(interval))) {
    throw new LeakwrightError(
      'usage',
      `'interval' of a leakwright task must be a number, not ${JSON.stringify(interval)}.`,
    );
  }
  return ['tree', '--watch', ...(interval === undefined ? [] : ['--interval', String(interval)])];
}
