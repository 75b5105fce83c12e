import { LeakwrightError } from '../support/index.ts';
import { type CheckOption, type WrittenSettings, allCheckOptions, flagOf } from './options.ts';

/**
 * The arguments after `leakwright check` for settings as people write them: each its own string, since nothing passes
 * through a shell. Unknown properties are ignored.
 *
 * @param where whose settings they are, for error messages: `a leakwright task`
 * @throws LeakwrightError `usage` for a value of the wrong kind
 */
export function argumentsFor(
  settings: WrittenSettings,
  files: readonly string[] = [],
  where = 'a leakwright task',
): string[] {
  const options = allCheckOptions().flatMap(([name, option]) =>
    settings[name] === undefined ? [] : optionArguments(name, option, settings[name], where),
  );
  // Files come last, behind '--': a file's name must never be read as an option.
  return files.length === 0 ? options : [...options, '--', ...files];
}

function optionArguments(name: string, option: CheckOption, value: unknown, where: string): string[] {
  const flag = `--${flagOf(name)}`;
  const wrong = (expected: string, found: unknown = value): LeakwrightError =>
    new LeakwrightError('usage', `'${name}' of ${where} must be ${expected}, not ${JSON.stringify(found)}.`);
  switch (option.kind) {
    case 'text':
    case 'choice':
      if (!isText(value)) throw wrong('a text');
      return [flag, value];
    case 'texts':
      return [value].flat().flatMap((one) => {
        if (!isText(one)) throw wrong('a text or a list of texts', one);
        return [flag, one];
      });
    case 'integer':
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong('a number');
      return [flag, String(value)];
    case 'flag':
      if (typeof value !== 'boolean') throw wrong('true or false');
      return value ? [flag] : [];
    case 'offSwitch':
      if (typeof value !== 'boolean') throw wrong('true or false');
      return value ? [] : [`--no-${flagOf(name)}`];
    case 'textOrOff':
      if (value === false) return [`--no-${flagOf(name)}`];
      if (!isText(value)) throw wrong('a text or false');
      return [flag, value];
    case 'textOrOn':
      if (typeof value === 'boolean') return value ? [flag] : [];
      if (!isText(value)) throw wrong('a text, true or false');
      return [flag, value];
    case 'rules':
      return [value].flat().flatMap((rule) => [flag, typeof rule === 'string' ? rule : JSON.stringify(rule)]);
  }
}

/** One or several texts, such as the files of a task. @throws LeakwrightError `usage` */
export function textsOf(value: unknown, name: string, where = 'a leakwright task'): readonly string[] {
  if (value === undefined) return [];
  return [value].flat().map((one) => {
    if (isText(one)) return one;
    throw new LeakwrightError(
      'usage',
      `'${name}' of ${where} must be a text or a list of texts, not ${JSON.stringify(one)}.`,
    );
  });
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
