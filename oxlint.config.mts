import { existsSync } from 'node:fs';
import { type OxlintOverride, defineConfig } from 'oxlint';

/**
 * Which room may import from which, as src/README.md draws it. An import is allowed along the arrows
 * (directly or through the rooms between), and always through the other room's door, its index.ts.
 */
const arrows = {
  support: [],
  stores: ['support'],
  processes: ['support'],
  browsers: ['processes'],
  journal: ['processes'],
  sessions: ['browsers', 'journal', 'stores'],
  orphans: ['browsers', 'journal'],
  doctor: ['sessions', 'orphans'],
  scenarios: ['processes'],
  leaks: ['scenarios', 'sessions'],
  checks: ['leaks'],
  reports: ['leaks'],
  api: ['reports', 'checks'],
  history: ['reports', 'stores'],
  machine: ['orphans'],
  monitoring: ['sessions', 'machine', 'history'],
  terminal: ['monitoring', 'doctor', 'api'],
  agents: ['reports', 'orphans', 'checks'],
  playwrightTest: ['reports', 'orphans', 'checks'],
  editor: ['monitoring', 'doctor', 'checks'],
} as const satisfies Record<string, readonly string[]>;

type Room = keyof typeof arrows;
const rooms = Object.keys(arrows) as Room[];

function reachable(room: Room, seen = new Set<Room>()): Set<Room> {
  for (const next of arrows[room] as readonly Room[]) {
    if (!seen.has(next)) {
      seen.add(next);
      reachable(next, seen);
    }
  }
  return seen;
}

const vscodeOnlyInEditor = {
  name: 'vscode',
  message: "Only src/editor and src/extension.ts may import 'vscode'.",
};

const roomRules = rooms.map((room): OxlintOverride => {
  const allowed = reachable(room);
  const otherRooms = rooms.filter((other) => other !== room);
  const forbidden = otherRooms.filter((other) => !allowed.has(other));
  return {
    files: [`src/${room}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: room === 'editor' ? [] : [vscodeOnlyInEditor],
          patterns: [
            ...(forbidden.length === 0
              ? []
              : [
                  {
                    regex: `^(\\.\\./)+(${forbidden.join('|')})/`,
                    message: `${room}/ may import from ${[...allowed].join(', ') || 'no other room'} only (see src/README.md).`,
                  },
                ]),
            {
              group: otherRooms.flatMap((other) => [
                `**/../${other}/**`,
                `!**/../${other}/index.ts`,
                // A folder of this room's own that has the name of another room, seen from beside it.
                ...(existsSync(`src/${room}/${other}`) ? [`!../${other}/**`] : []),
              ]),
              message: "Import another room through its door, its 'index.ts'.",
            },
          ],
        },
      ],
    },
  };
});

export default defineConfig({
  plugins: ['typescript', 'import', 'unicorn', 'node', 'promise', 'oxc'],
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  ignorePatterns: ['dist', 'node_modules', '.vscode-test', 'test/corpus', 'test/**/recorded'],
  rules: {
    'no-restricted-imports': ['error', { paths: [vscodeOnlyInEditor] }],
    'import/no-cycle': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/no-non-null-assertion': 'off',
    'typescript/no-unsafe-type-assertion': 'off',
    eqeqeq: ['error', 'always', { null: 'ignore' }],
    'prefer-const': 'error',
    'no-console': 'error',
    // Steps of an iteration, a clean-up or a poll must run one after the other: awaiting in a loop is the point there.
    'no-await-in-loop': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/no-array-reverse': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'no-shadow': 'off',
    // TypeScript's noImplicitReturns knows exhaustive switches; this rule does not.
    'consistent-return': 'off',
    'oxc/no-map-spread': 'off',
    'no-underscore-dangle': 'off',
    'import/no-unassigned-import': 'off',
    'import/no-named-as-default-member': 'off',
    'promise/always-return': 'off',
    // The editor's webviews have a function of that name which takes no origin.
    'unicorn/require-post-message-target-origin': 'off',
  },
  overrides: [
    ...roomRules,
    {
      files: ['src/extension.ts'],
      rules: { 'no-restricted-imports': 'off' },
    },
    {
      files: ['test/**/*.ts', 'scripts/**/*.ts', 'esbuild.js', '*.mts'],
      rules: { 'no-console': 'off', 'no-restricted-imports': 'off' },
    },
  ],
});
