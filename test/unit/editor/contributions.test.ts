import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  COMMANDS,
  type ContextKeys,
  ROW_COMMANDS,
  SETTING_DEFAULTS,
  TASK_TYPE,
  TREE_MATCHER,
  VIEWS,
} from '../../../src/editor/contributions.ts';
import { jsonSchemas, withMadeParts } from '../../tools/manifest.ts';
import { renderTrees } from '../../../src/terminal/treeText.ts';

/** Settings that name a program or its arguments, or open a port. */
const MACHINE_SETTINGS: readonly (keyof typeof SETTING_DEFAULTS)[] = [
  'executablePath',
  'browserArguments',
  'sessions',
  'monitorPort',
];

interface MenuItem {
  readonly command: string;
  readonly when?: string;
}

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { command: string; title: string; category?: string; enablement?: string }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly views: Readonly<Record<string, readonly { id: string }[]>>;
    readonly viewsWelcome: readonly { view: string; contents: string; when?: string }[];
    readonly walkthroughs: readonly {
      readonly steps: readonly {
        readonly id: string;
        readonly description: string;
        readonly media: { readonly markdown?: string; readonly image?: Readonly<Record<string, string>> };
        readonly completionEvents: readonly string[];
      }[];
    }[];
    readonly keybindings: readonly MenuItem[];
    readonly configuration: readonly {
      readonly properties: Readonly<Record<string, { default: unknown; scope: string; markdownDescription?: string }>>;
    }[];
    readonly taskDefinitions: readonly {
      type: string;
      properties: Readonly<Record<string, { description?: string }>>;
    }[];
    readonly snippets: readonly { path: string }[];
    readonly problemMatchers: readonly {
      name: string;
      background?: { beginsPattern: string; endsPattern: string };
      pattern: { regexp: string; file: number; line: number; message: number };
    }[];
  };
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
}

const read = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, '../../..', name), 'utf8')) as unknown;
const texts = read('package.nls.json') as Record<string, string>;
const manifest = JSON.parse(JSON.stringify(read('package.json')), (_key, value: unknown) => {
  const key = typeof value === 'string' ? /^%(.+)%$/.exec(value)?.[1] : undefined;
  return key === undefined ? value : texts[key];
}) as Manifest;
const { contributes } = manifest;

describe('What the manifest contributes', () => {
  // A command without code answers "command not found"; code without a command cannot be reached.
  it('has exactly the commands the code knows', () => {
    const known = [...Object.values(COMMANDS), ...Object.values(ROW_COMMANDS)].sort();
    assert.deepEqual(contributes.commands.map(({ command }) => command).sort(), known);
    for (const command of contributes.commands) assert.equal(command.category, 'Leakwright', command.command);
  });

  // Run from the palette, a row's command would not know which row.
  it("hides the rows' commands from the palette", () => {
    const hidden = contributes.menus['commandPalette']!.filter(({ when }) => when === 'false');
    assert.deepEqual(hidden.map(({ command }) => command).sort(), Object.values(ROW_COMMANDS).sort());
  });

  it('uses no unknown command, view or context key', () => {
    const commands = new Set<string>([...Object.values(COMMANDS), ...Object.values(ROW_COMMANDS)]);
    const items = [...Object.values(contributes.menus).flat(), ...contributes.keybindings];
    for (const { command } of items) assert.ok(commands.has(command), `a menu names ${command}`);
    for (const { contents } of contributes.viewsWelcome) {
      for (const [, command] of contents.matchAll(/command:(leakwright\.\w+)/g)) assert.ok(commands.has(command!));
    }
    const keys: Record<keyof ContextKeys, true> = {
      'leakwright.sampled': true,
      'leakwright.paused': true,
      'leakwright.hasSessions': true,
      'leakwright.hasRuns': true,
      'leakwright.sortedByMemory': true,
      'leakwright.filtered': true,
    };
    const known = new Set<string>([...Object.keys(keys), ...Object.values(VIEWS)]);
    const clauses = [
      ...items.map(({ when }) => when),
      ...contributes.commands.map(({ enablement }) => enablement),
      ...contributes.viewsWelcome.map(({ when }) => when),
    ];
    for (const clause of clauses) {
      for (const [word] of (clause ?? '').matchAll(/leakwright\.\w+/g))
        assert.ok(known.has(word), `${clause}: ${word}`);
    }
  });

  it('walks through with commands and files that there are', () => {
    const known = new Set<string>([...Object.values(COMMANDS), ...Object.values(ROW_COMMANDS)]);
    const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    assert.ok(steps.length >= 5);
    for (const { id, description, media, completionEvents } of steps) {
      const named = [
        ...`${description} ${completionEvents.join(' ')}`.matchAll(/(?:command|onCommand):(leakwright\.\w+)(?!\.)\b/g),
      ];
      for (const [, command] of named) {
        const isView = Object.values<string>(VIEWS).some((view) => view === command);
        assert.ok(known.has(command!) || isView, `${id} names ${command}`);
      }
      const files = media.markdown ? [media.markdown] : Object.values(media.image ?? {});
      assert.ok(files.length > 0, `${id} shows something`);
      for (const file of files)
        assert.ok(existsSync(join(import.meta.dirname, '../../..', file)), `${id} shows ${file}`);
    }
  });

  it('has exactly the views the code fills', () => {
    const ids = Object.values(contributes.views)
      .flat()
      .map(({ id }) => id);
    assert.deepEqual(ids.sort(), Object.values(VIEWS).sort());
  });

  it('has exactly the settings the code reads, with the same defaults', () => {
    const declared = Object.fromEntries(
      contributes.configuration
        .flatMap(({ properties }) => Object.entries(properties))
        .map(([name, property]) => [name, property.default]),
    );
    const read = Object.fromEntries(
      Object.entries(SETTING_DEFAULTS).map(([name, value]) => [`leakwright.${name}`, value]),
    );
    assert.deepEqual(declared, read);
  });

  // Otherwise a cloned repository could name the program that is run.
  it('lets no folder set a program or its arguments', () => {
    const names = MACHINE_SETTINGS.map((name) => `leakwright.${name}`);
    for (const [name, property] of contributes.configuration.flatMap(({ properties }) => Object.entries(properties))) {
      assert.equal(property.scope === 'machine', names.includes(name), `${name} has scope ${property.scope}`);
      assert.ok(property.markdownDescription, `${name} says what it does`);
    }
    assert.deepEqual([...manifest.capabilities.untrustedWorkspaces.restrictedConfigurations].sort(), names.sort());
  });

  it('ships every snippet file it names, with bodies that are text', () => {
    assert.ok(contributes.snippets.length > 0);
    for (const { path } of contributes.snippets) {
      const file = join(import.meta.dirname, '../../..', path);
      assert.ok(existsSync(file), path);
      const snippets = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { prefix: unknown; body: string[] }>;
      for (const [name, { prefix, body }] of Object.entries(snippets)) assert.ok(prefix && body.join('\n'), name);
    }
  });

  it('declares the task type the code provides', () => {
    assert.deepEqual(
      contributes.taskDefinitions.map(({ type }) => type),
      [TASK_TYPE],
    );
  });

  // What the command line can do and tasks.json cannot would be found out only by trying.
  it('has the parts that are made from the options of a check: npm run manifest writes them', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8');
    assert.equal(text, withMadeParts(text));
    for (const [name, schema] of Object.entries(jsonSchemas())) {
      assert.equal(readFileSync(join(import.meta.dirname, '../../../schema', name), 'utf8'), schema);
    }
    const properties = Object.entries(contributes.taskDefinitions[0]!.properties);
    assert.ok(properties.length > 25);
    for (const [name, property] of properties) assert.ok(property.description, `${name} says what it does`);
    // A folder must not name the program that is run: that is a setting of the machine.
    assert.ok(!properties.some(([name]) => name === 'executablePath'));
  });

  // A background task without an end pattern would keep whatever depends on it waiting for ever.
  it('has a problem matcher that sees the first sample of a browser watch', () => {
    const { background } = contributes.problemMatchers.find(({ name }) => `$${name}` === TREE_MATCHER)!;
    const tree = { at: 0, trees: [], servers: [] };
    assert.match(renderTrees(tree).trimEnd(), new RegExp(background!.endsPattern));
    assert.match('3 browsers, 1.2 GB', new RegExp(background!.endsPattern));
    assert.match('1 browser, 210 MB', new RegExp(background!.endsPattern));
    assert.match('                          PID  MEMORY  PRIVATE  AGE', new RegExp(background!.beginsPattern));
  });

  // In a shell task with $leakwright the finding's line would not be a Problem.
  it("has a problem matcher that reads the text report's findings", () => {
    const { regexp, file, line, message } = contributes.problemMatchers[0]!.pattern;
    const match = new RegExp(regexp).exec(
      '  src/shop.ts:18:3: minor leak: 1 DetailsPanel (4.1 KB) survives each iteration, kept in closedPanels',
    );
    assert.equal(match?.[file], 'src/shop.ts');
    assert.equal(match[line], '18');
    assert.match(match[message]!, /^minor leak: 1 DetailsPanel/);
    assert.equal(new RegExp(regexp).exec('  http://localhost/x.js:18:3: clean'), null);
  });
});
