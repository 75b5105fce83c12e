import * as z from 'zod/mini';
import { nearest } from '../support/index.ts';

/**
 * What people may write in a scenario, a rule, thresholds and the options of a check in a test. A key that is not known
 * is an error with the nearest right one: a misspelt rule would let every leak pass.
 */

export const FINDING_KINDS = [
  'object',
  'dom-node',
  'event-listener',
  'timer',
  'observer',
  'array-buffer',
  'object-url',
  'worker',
  'frame',
  'socket',
  'page',
  'context',
  'process',
  'native-memory',
] as const;

/** Fewer readings than this cannot tell growth from chance. */
export const MIN_ITERATIONS = 3;

const text = z.string({ error: 'must be a text' }).check(z.minLength(1, 'must not be empty'));
const bytes = z.number({ error: 'must be a number of bytes' }).check(z.minimum(0, 'must not be negative'));
const wholeNumber = (least: number) =>
  z
    .int({ error: `must be a whole number of ${least} or more` })
    .check(z.minimum(least, `must be a whole number of ${least} or more`));
const step = z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function', 'is not a function');

/** An object in which each key is known. */
export function strict<Shape extends Record<string, z.core.$ZodType>>(shape: Shape, what: string) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? unknownKey(issue.keys[0]!, known) : `must be ${what}, written { … }`,
  });
}

/** Says that a name is not known, with the name that was meant or all that there are. */
export function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  const advice = meant === undefined ? `there are ${known.join(', ')}` : `did you mean '${meant}'?`;
  return `has no '${key}': ${advice}`;
}

/** A text is looked for as a part of the name, a pattern is matched. An empty one would match everything. */
const condition = z.union(
  [
    text,
    z.custom<RegExp>((value) => Object.prototype.toString.call(value) === '[object RegExp]' && !isEmptyPattern(value)),
  ],
  { error: 'must be a text or a regular expression that is not empty' },
);

function isEmptyPattern(value: unknown): boolean {
  return (value as RegExp).source === '(?:)';
}

const ruleShape = {
  reason: text,
  name: z.optional(condition),
  holder: z.optional(condition),
  file: z.optional(condition),
  fingerprint: z.optional(text),
  kind: z.optional(
    z.enum(FINDING_KINDS, {
      error: ({ input }) => nearKind(input),
    }),
  ),
};

function nearKind(input: unknown): string {
  const meant = typeof input === 'string' ? nearest(input, FINDING_KINDS) : undefined;
  return meant === undefined ? `must be one of ${FINDING_KINDS.join(', ')}` : `is not known: did you mean '${meant}'?`;
}

/** What a rule can look at; one of them at least, since a rule that names nothing matches nothing. */
export const RULE_CONDITIONS = Object.keys(ruleShape).filter((name) => name !== 'reason');

const ruleSchema = strict(ruleShape, 'a rule').check(
  z.refine((rule) => Object.values(rule).filter((value) => value !== undefined).length > 1, {
    error: `needs one of ${RULE_CONDITIONS.join(', ')} beside its reason`,
  }),
);

export const rulesSchema = z.array(ruleSchema, { error: 'must be a list of rules, each with a reason' });

export const thresholdsSchema = strict(
  { criticalBytes: z.optional(bytes), moderateBytes: z.optional(bytes), minorBytes: z.optional(bytes) },
  'numbers of bytes',
);

/** What scenarios and checks in tests have in common. */
const sharedShape = {
  name: z.optional(text),
  iterations: z.optional(wholeNumber(MIN_ITERATIONS)),
  warmup: z.optional(wholeNumber(0)),
  thresholds: z.optional(thresholdsSchema),
  ignore: z.optional(rulesSchema),
};

const scenarioShape = {
  ...sharedShape,
  url: z.optional(z.string({ error: 'must be a URL' })),
  setup: z.optional(step),
  prepare: z.optional(step),
  iteration: step,
  teardown: z.optional(step),
  use: z.optional(
    z.record(z.string(), z.unknown(), {
      error: 'is not an object of options: write use: { viewport: { width: 800, height: 600 } }',
    }),
  ),
  storageState: z.optional(z.unknown()),
};

export const SCENARIO_KEYS = Object.keys(scenarioShape);
export const scenarioSchema = strict(scenarioShape, 'a scenario');

/** The options of `leaks.check()` and of the fixture. `timeout` is in milliseconds, as Playwright's are. */
export const leakOptionsSchema = strict(
  {
    ...sharedShape,
    deep: z.optional(z.boolean({ error: 'must be true or false' })),
    clock: z.optional(z.union([text, z.number().check(z.positive())], { error: 'must be a time: 500 (ms) or 5s' })),
    timeout: z.optional(z.number({ error: 'must be a number of milliseconds' }).check(z.positive('must be above 0'))),
  },
  'options',
);

/**
 * Looks whether a value is what the schema says.
 *
 * @returns what is wrong with it, such as `'ignore[0]' has no 'hodler': did you mean 'holder'?`, or undefined
 */
export function problemOf(schema: z.core.$ZodType, value: unknown, itself = 'it'): string | undefined {
  const result = z.safeParse(schema, value);
  if (result.success) return undefined;
  const issue = result.error.issues[0]!;
  // Of a union only the message of the union itself is useful.
  return `${pathOf(issue.path, itself)} ${issue.message}`;
}

function pathOf(path: readonly PropertyKey[], itself: string): string {
  if (path.length === 0) return itself;
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return `'${text.replace(/^\./, '')}'`;
}

/** Whether a function's body has no statement, as far as its text tells. */
export function isEmptyFunction(run: (...args: never[]) => unknown): boolean {
  const source = Function.prototype.toString
    .call(run)
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
    .replaceAll(/\s+/g, '');
  return (
    /\)(?:=>)?\{\}$/.test(source) || /^(?:async)?[\w$]+=>\{\}$/.test(source) || /=>(?:undefined|null)$/.test(source)
  );
}
