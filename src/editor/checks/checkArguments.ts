import { LeakwrightError } from '../../support/index.ts';
import type { BrowserSetting, IgnoreSetting } from '../contributions.ts';

/** A task of type `leakwright`, as `tasks.json` writes it (see taskDefinitions in package.json). */
export interface CheckProperties {
  /** Default: check. */
  readonly command?: string;
  /** Of `tree`: milliseconds between samples. */
  readonly interval?: number;
  readonly url?: string;
  readonly click?: string | readonly string[];
  readonly file?: string | readonly string[];
  readonly iterations?: number;
  readonly warmup?: number;
  readonly deep?: boolean;
  readonly duration?: string;
  readonly opsPerMinute?: number;
  readonly profile?: string;
  readonly browser?: string;
  readonly headed?: boolean;
  readonly connect?: string;
  readonly baseline?: string;
  readonly failOn?: string;
  readonly timeout?: number;
  readonly reporter?: string | readonly string[];
  readonly output?: string;
  readonly sandbox?: boolean;
  readonly config?: string | false;
  readonly project?: string;
  readonly storageState?: string;
  readonly ignore?: unknown;
  readonly history?: string;
  readonly failOnRegression?: boolean;
  readonly shard?: string;
  readonly otlp?: string | boolean;
}

/** What the settings add where the task says nothing. */
export interface CheckDefaults {
  readonly browser: BrowserSetting;
  readonly executablePath: string;
  readonly ignore: readonly IgnoreSetting[];
}

/**
 * The arguments after `leakwright check`, each its own string: nothing passes through a shell.
 *
 * @throws LeakwrightError `usage` when a property cannot mean anything
 */
export function checkArguments(properties: CheckProperties, defaults: CheckDefaults): string[] {
  if (properties.command !== undefined && properties.command !== 'check') {
    throw wrong('command', "'check' or 'tree'", properties.command);
  }
  const files = texts(properties.file, 'file');
  const clicks = texts(properties.click, 'click');
  const url = text(properties.url, 'url');
  if (files.length === 0 && url === undefined) {
    throw new LeakwrightError('usage', "A leakwright task needs a 'url' or a 'file'.", {
      hint: 'Add "url": "http://localhost:3000" to it in tasks.json.',
    });
  }
  if (clicks.length > 0 && url === undefined) {
    throw new LeakwrightError('usage', "A leakwright task with 'click' needs the 'url' of the page to click on.");
  }

  const browser = text(properties.browser, 'browser') ?? (defaults.browser === 'auto' ? undefined : defaults.browser);
  const option = (name: string, value: string | number | undefined) =>
    value === undefined ? [] : [`--${name}`, String(value)];
  const flag = (name: string, value: unknown) => (value === true ? [`--${name}`] : []);
  return [
    ...option('url', url),
    ...clicks.flatMap((selector) => option('click', selector)),
    ...option('iterations', number(properties.iterations, 'iterations')),
    ...option('warmup', number(properties.warmup, 'warmup')),
    ...flag('deep', properties.deep),
    ...option('duration', text(properties.duration, 'duration')),
    ...option('ops-per-minute', number(properties.opsPerMinute, 'opsPerMinute')),
    ...option('profile', text(properties.profile, 'profile')),
    ...option('browser', browser),
    // A program named for another browser than the task's would be the wrong one.
    ...(properties.browser === undefined ? option('executable-path', defaults.executablePath || undefined) : []),
    ...option('connect', text(properties.connect, 'connect')),
    ...flag('headed', properties.headed),
    ...flag('no-sandbox', properties.sandbox === false),
    ...(properties.config === false ? ['--no-config'] : option('config', text(properties.config, 'config'))),
    ...option('project', text(properties.project, 'project')),
    ...option('storage-state', text(properties.storageState, 'storageState')),
    ...option('output', text(properties.output, 'output')),
    ...option('baseline', text(properties.baseline, 'baseline')),
    ...option('fail-on', text(properties.failOn, 'failOn')),
    ...option('history', text(properties.history, 'history')),
    ...flag('fail-on-regression', properties.failOnRegression),
    ...option('shard', text(properties.shard, 'shard')),
    ...(typeof properties.otlp === 'boolean'
      ? flag('otlp', properties.otlp)
      : option('otlp', text(properties.otlp, 'otlp'))),
    ...option('timeout', number(properties.timeout, 'timeout')),
    ...rules(properties.ignore, defaults.ignore).flatMap((rule) => option('ignore', rule)),
    ...texts(properties.reporter, 'reporter').flatMap((reporter) => option('reporter', reporter)),
    // Last, and after '--': a file name must never be read as an option.
    ...(files.length > 0 ? ['--', ...files] : []),
  ];
}

/** @throws LeakwrightError `usage` when a property cannot mean anything */
export function treeArguments(properties: CheckProperties): string[] {
  const interval = number(properties.interval, 'interval');
  return ['tree', '--watch', ...(interval === undefined ? [] : ['--interval', String(interval)])];
}

/** Each as JSON, as the program takes them; what is wrong with one it says itself. */
function rules(own: unknown, shared: readonly IgnoreSetting[]): string[] {
  const list: readonly unknown[] = Array.isArray(own) ? own : own === undefined ? [] : [own];
  return [...list, ...shared].map((rule) => JSON.stringify(rule));
}

function wrong(name: string, expected: string, value: unknown): LeakwrightError {
  return new LeakwrightError(
    'usage',
    `'${name}' of a leakwright task must be ${expected}, not ${JSON.stringify(value)}.`,
  );
}

function text(value: unknown, name: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value.trim() === '') throw wrong(name, 'a text', value);
  return value;
}

function texts(value: unknown, name: string): string[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? (value as unknown[]) : [value]).map((one) => {
    if (typeof one !== 'string' || one.trim() === '') throw wrong(name, 'a text or a list of texts', value);
    return one;
  });
}

function number(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(name, 'a number', value);
  return value;
}
