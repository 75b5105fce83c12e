import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CheckOption, allCheckOptions, flagOf, parseDuration } from '../checks/index.ts';
import { LONGEST_TIMER_MS, describeError } from '../support/index.ts';

export function wholeNumber(minimum: number, maximum = LONGEST_TIMER_MS): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!Number.isInteger(value) || value < minimum) {
      throw new InvalidArgumentError(`It must be a whole number of ${minimum} or more.`);
    }
    if (value > maximum) throw new InvalidArgumentError(`It must be ${maximum} at most.`);
    return value;
  };
}

/** Of seconds, MB or operations a minute. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  const most = Math.floor(LONGEST_TIMER_MS / 1000);
  if (value > most) throw new InvalidArgumentError(`It must be ${most} at most.`);
  return value;
}

/** `90s`, `30m`, `2h`: in ms. */
export function duration(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new InvalidArgumentError(describeError(error));
  }
}

export const collect = (value: string, former: string[] | undefined): string[] => [...(former ?? []), value];

/** Gives a command the options of a check, as the table says. */
export function addCheckOptions(command: Command): void {
  for (const [name, option] of allCheckOptions()) {
    for (const made of optionsFor(name, option)) command.addOption(made);
  }
}

function optionsFor(name: string, option: CheckOption): Option[] {
  const flag = flagOf(name);
  const value = option.value ?? 'value';
  const taking = `--${flag} <${value}>`;
  switch (option.kind) {
    case 'text':
      return [new Option(taking, option.help)];
    case 'texts':
    case 'rules':
      return [new Option(taking, option.help).argParser(collect)];
    case 'integer':
      return [new Option(taking, option.help).argParser(wholeNumber(option.minimum))];
    case 'number':
      return [new Option(taking, option.help).argParser(positiveNumber)];
    case 'choice':
      return [new Option(taking, option.help).choices(option.choices)];
    case 'flag':
      return [new Option(`--${flag}`, option.help)];
    case 'offSwitch':
      return [new Option(`--no-${flag}`, option.help)];
    case 'textOrOff':
      return [new Option(taking, option.help), new Option(`--no-${flag}`, option.offHelp)];
    case 'textOrOn':
      return [new Option(`--${flag} [${value}]`, option.help)];
  }
}
