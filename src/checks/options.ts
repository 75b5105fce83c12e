/**
 * Every option of a leak check, once. The command line, the argument list of a check's process, the task schema in
 * package.json, what agents may send, the configuration file and the Playwright fixture are made from this table.
 */

/** What an option may be, as it is written where people write values: in a task, a configuration, an agent's call. */
type OptionKind =
  /** One text: `--url TEXT`. */
  | { readonly kind: 'text'; readonly pattern?: string }
  /** A text or several: the option is repeated for each. */
  | { readonly kind: 'texts' }
  | { readonly kind: 'integer'; readonly minimum: number }
  /** A number above 0. */
  | { readonly kind: 'number' }
  /** `true` gives `--name`. */
  | { readonly kind: 'flag' }
  /** On unless `false`, which gives `--no-name`. */
  | { readonly kind: 'offSwitch' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  /** A text, or `false` for `--no-name`. */
  | { readonly kind: 'textOrOff'; readonly offHelp: string }
  /** A text, or `true` for the bare `--name`. */
  | { readonly kind: 'textOrOn' }
  /** Ignore rules: objects in a file, JSON on the command line. */
  | { readonly kind: 'rules' };

export type CheckOption = OptionKind & {
  /** What the value is called in the help: `<n>`. */
  readonly value?: string;
  /** The line in `leakwright check --help`. */
  readonly help: string;
  /** False where a task in a repository must not say it: what names a program is a setting of the machine. */
  readonly inTask?: false;
};

export const BROWSERS = ['chromium', 'chrome', 'msedge', 'firefox', 'webkit'] as const;

export const checkOptions = {
  url: {
    kind: 'text',
    value: 'url',
    help: 'check a page without a scenario file: its --click steps, or each of its links there and back',
  },
  click: {
    kind: 'texts',
    value: 'selector',
    help: 'one step of an iteration; repeat it for more, the last one ends where the first began',
  },
  node: {
    kind: 'text',
    value: 'program',
    help: 'check a program on Node instead of a page: this file is started, with the arguments that follow its name',
  },
  nodePid: { kind: 'integer', minimum: 2, value: 'pid', help: 'check a Node program that runs' },
  inspect: {
    kind: 'text',
    value: 'url',
    help: 'check a Node program whose inspector is open: http://127.0.0.1:9229 or its ws:// address',
  },
  request: {
    kind: 'texts',
    value: 'request',
    help: 'of a Node program: one HTTP request of an iteration, "GET /items" or "POST /items BODY"; repeat it for more',
  },
  evaluate: {
    kind: 'texts',
    value: 'expression',
    help: 'of a Node program: JavaScript that it runs in an iteration, after the requests, awaited; repeat it for more',
  },
  iterations: { kind: 'integer', minimum: 3, value: 'n', help: 'counted iterations (default: 7)' },
  warmup: { kind: 'integer', minimum: 0, value: 'n', help: 'iterations before the count (default: 3)' },
  deep: { kind: 'flag', help: 'track allocations even when no counter rises' },
  clock: {
    kind: 'text',
    value: 'time',
    help: 'time of the page that passes after each iteration, without being waited for: 500ms, 5s, 1h (headless Chromium)',
  },
  duration: {
    kind: 'text',
    value: 'time',
    help: 'watch for this long instead of counting iterations: 90s, 2m, 1h',
  },
  opsPerMinute: { kind: 'number', value: 'n', help: 'operations a minute with --duration' },
  profile: {
    kind: 'choice',
    choices: ['quick', 'medium', 'endurance'],
    value: 'name',
    help: 'a preset of --duration',
  },
  browser: { kind: 'choice', choices: BROWSERS, value: 'name', help: 'the browser to launch (default: chromium)' },
  executablePath: { kind: 'text', value: 'path', help: 'the browser to run', inTask: false },
  connect: {
    kind: 'text',
    value: 'endpoint',
    help: 'use a running browser: a CDP (http://) or Playwright server (ws://) endpoint',
  },
  headed: { kind: 'flag', help: 'show the browser window' },
  keepOpen: {
    kind: 'flag',
    help: 'with --headed: when a step fails, keep its browser window open until it is closed',
  },
  sandbox: {
    kind: 'offSwitch',
    help: "run Chromium without its sandbox (always so for root, where it can't have one)",
  },
  config: {
    kind: 'textOrOff',
    value: 'file',
    help: 'a Playwright configuration: its use options and web servers (default: the one beside the scenario or above it); or a leakwright.config file (default: the one here or above)',
    offHelp: 'use no configuration',
  },
  project: {
    kind: 'text',
    value: 'name',
    help: 'a project of leakwright.config (default: all), or of the Playwright configuration (default: the first one with Chromium)',
  },
  storageState: { kind: 'text', value: 'file', help: "a signed-in state, as Playwright's storageState saves it" },
  ignoreHttpsErrors: { kind: 'flag', help: 'accept certificates of an unknown authority' },
  output: { kind: 'text', value: 'folder', help: 'write reports into this folder' },
  evidence: { kind: 'text', value: 'file', help: 'write what the verdict rests on to this file, as JSON' },
  baseline: { kind: 'text', value: 'file', help: 'a former JSON report: only new or grown leaks fail' },
  failOn: {
    kind: 'choice',
    choices: ['minor', 'moderate', 'critical'],
    value: 'severity',
    help: 'the least severity that fails (default: minor)',
  },
  history: {
    kind: 'text',
    value: 'place',
    help: "record the run: a file, redis://HOST:PORT, or 'default' for this user's own",
  },
  failOnRegression: {
    kind: 'flag',
    help: 'fail only for what is worse than the accepted run of the history, or the one before',
  },
  shard: {
    kind: 'text',
    pattern: String.raw`^\d+/\d+$`,
    value: 'i/n',
    help: 'check only the i-th of n parts of the scenarios; merge-reports makes one report of all',
  },
  otlp: {
    kind: 'textOrOn',
    value: 'url',
    help: 'send the metrics of the run to an OpenTelemetry collector (default: what OTEL_EXPORTER_OTLP_ENDPOINT says)',
  },
  workers: {
    kind: 'integer',
    minimum: 1,
    value: 'n',
    help: 'checks that run side by side, each in a browser of its own (default: half of the processors)',
  },
  timeout: { kind: 'number', value: 'seconds', help: 'limit for one check (default: 120)' },
  stepTimeout: {
    kind: 'number',
    value: 'seconds',
    help: 'limit for one step: loading the page, one iteration (default: a quarter of --timeout, at least 30)',
  },
  showUrls: { kind: 'flag', help: 'print URLs and texts with the passwords and tokens in them, instead of •••' },
  ignore: {
    kind: 'rules',
    value: 'rule',
    help: 'do not fail for what matches, as JSON: {"holder":"…","reason":"…"}; repeatable',
  },
  reporter: {
    kind: 'texts',
    value: 'name[=file]',
    help: 'text, json, ndjson, junit, markdown, html, blob; repeatable (default: text)',
  },
} as const satisfies Readonly<Record<string, CheckOption>>;

export type CheckOptionName = keyof typeof checkOptions;

/** The value of an option on the command line and in our own code: lists are lists, rules are JSON texts. */
type ValueOf<O> = O extends { kind: 'text' | 'choice' }
  ? string
  : O extends { kind: 'texts' | 'rules' }
    ? readonly string[]
    : O extends { kind: 'integer' | 'number' }
      ? number
      : O extends { kind: 'flag' | 'offSwitch' }
        ? boolean
        : O extends { kind: 'textOrOff' }
          ? string | false
          : O extends { kind: 'textOrOn' }
            ? string | true
            : never;

/** The options of one run of checks, each as the command line gives it. */
export type CheckSettings = { readonly [Name in CheckOptionName]?: ValueOf<(typeof checkOptions)[Name]> };

/** The same as people write them in a task or a configuration: a list may be a single text, rules are objects. */
export type WrittenSettings = {
  readonly [Name in CheckOptionName]?: Written<(typeof checkOptions)[Name]>;
};

type Written<O> = O extends { kind: 'rules' }
  ? unknown
  : O extends { kind: 'texts' }
    ? string | readonly string[]
    : O extends { kind: 'textOrOn' }
      ? string | boolean
      : ValueOf<O>;

/** Whether options are about a Node program, as the command line gives them or as people write them. */
export const isNodeCheck = ({ node, nodePid, inspect, request, evaluate }: WrittenSettings): boolean =>
  node !== undefined ||
  nodePid !== undefined ||
  inspect !== undefined ||
  [request ?? [], evaluate ?? []].flat().length > 0;

/** `opsPerMinute` as the command line writes it: `ops-per-minute`. */
export function flagOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** All options with their names, in the order of the table. */
export function allCheckOptions(): readonly (readonly [CheckOptionName, CheckOption])[] {
  return Object.entries(checkOptions) as [CheckOptionName, CheckOption][];
}
