import { RULE_CONDITIONS } from '../scenarios/index.ts';
import { BROWSERS, type CheckOption, allCheckOptions } from './options.ts';
import { defined } from '../support/index.ts';

/** A part of package.json. Texts like `%task.url%` are looked up in package.nls.json. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const textOrTexts: { readonly [key: string]: Json } = {
  anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
};

/** The properties of tasks of type `leakwright`, for `contributes.taskDefinitions`. */
export function taskProperties(): Readonly<Record<string, Json>> {
  const options = allCheckOptions().filter(([, { inTask }]) => inTask !== false);
  return {
    command: { type: 'string', enum: ['check', 'tree'], default: 'check', description: '%task.command%' },
    file: { ...textOrTexts, description: '%task.file%' },
    ...Object.fromEntries(
      options.map(([name, option]) => [name, { ...schemaOf(option), description: `%task.${name}%` }]),
    ),
    interval: { type: 'integer', minimum: 250, description: '%task.interval%' },
  };
}

/** `leakwright.browser` and `leakwright.ignore`: the parts of the settings that are options of a check. */
export function settingParts(): Readonly<Record<string, Readonly<Record<string, Json>>>> {
  const names = ['auto', ...BROWSERS];
  return {
    'leakwright.browser': {
      enum: names,
      markdownEnumDescriptions: names.map((name) => `%setting.browser.${name}%`),
    },
    'leakwright.ignore': { items: ruleSchema() },
  };
}

function schemaOf(option: CheckOption): Record<string, Json> {
  switch (option.kind) {
    case 'text':
      return { type: 'string', ...defined({ pattern: option.pattern }) };
    case 'texts':
      return textOrTexts;
    case 'integer':
      return { type: 'integer', minimum: option.minimum };
    case 'number':
      return { type: 'number', exclusiveMinimum: 0 };
    case 'flag':
    case 'offSwitch':
      return { type: 'boolean' };
    case 'choice':
      return { type: 'string', enum: option.choices };
    case 'textOrOff':
      return { anyOf: [{ type: 'string' }, { const: false }] };
    case 'textOrOn':
      return { type: ['string', 'boolean'] };
    case 'rules':
      return { type: 'array', items: ruleSchema() };
  }
}

/** An ignore rule needs its reason and a condition: one that names nothing would match nothing. */
function ruleSchema(): Json {
  return {
    type: 'object',
    required: ['reason'],
    minProperties: 2,
    additionalProperties: false,
    properties: Object.fromEntries(
      ['reason', ...RULE_CONDITIONS].map((name) => [name, { type: 'string', description: `%rule.${name}%` }]),
    ),
  };
}
