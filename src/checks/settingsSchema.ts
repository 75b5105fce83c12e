import * as z from 'zod/mini';
import { rulesSchema, thresholdsSchema } from '../scenarios/index.ts';
import { type CheckOption, type CheckOptionName, checkOptions } from './options.ts';

const text = z.string({ error: 'must be a text' }).check(z.minLength(1, 'must not be empty'));

/** How the options of the table are written in a configuration and in a program: one schema each, all optional. */
export function settingsShape(names: readonly CheckOptionName[]): Record<string, z.core.$ZodType> {
  const shape = Object.fromEntries(
    names.map((name) => {
      const schema = z.optional(schemaOf(checkOptions[name]));
      z.globalRegistry.add(schema, { description: checkOptions[name].help });
      return [name, schema];
    }),
  );
  return { ...shape, thresholds: z.optional(thresholdsSchema) };
}

function schemaOf(option: CheckOption): z.core.$ZodType {
  switch (option.kind) {
    case 'text':
      return text;
    case 'texts':
      return z.union([text, z.array(text)], { error: 'must be a text or a list of texts' });
    case 'integer': {
      const error = `must be a whole number of ${option.minimum} or more`;
      return z.int({ error }).check(z.minimum(option.minimum, error));
    }
    case 'number':
      return z.number({ error: 'must be a number above 0' }).check(z.positive('must be a number above 0'));
    case 'flag':
    case 'offSwitch':
      return z.boolean({ error: 'must be true or false' });
    case 'choice':
      return z.enum(option.choices as [string, ...string[]], { error: `must be one of ${option.choices.join(', ')}` });
    case 'textOrOff':
      return z.union([text, z.literal(false)], { error: 'must be a text or false' });
    case 'textOrOn':
      return z.union([text, z.boolean()], { error: 'must be a text, true or false' });
    case 'rules':
      return rulesSchema;
  }
}
