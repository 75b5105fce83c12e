import type { Page } from 'playwright';
import type { Scenario } from '../../src/scenarios/index.ts';
import { listen } from './listen.ts';

/**
 * Pages beside the corpus for recordings: each kind of content in each kind of holder, so that a rule which fits an array in a
 * variable fits the same array in a closure, a private field or a module. Small and generated: what tells them apart is in
 * the two tables below.
 */
export interface ReplayPage {
  readonly name: string;
  readonly truth: 'leak' | 'clean';
  readonly folder: string;
  readonly script: string;
  readonly isModule: boolean;
  scenario(origin: string): Scenario;
}

/** Puts `init` into a holder named `kept`; `step` is the body of the click handler and may assign `kept`. */
const HOLDERS: Readonly<
  Record<string, { readonly isModule?: boolean; readonly wrap: (init: string, step: string) => string }>
> = {
  let: { wrap: (init, step) => `let kept = ${init};\n${onClick(step)}` },
  module: { isModule: true, wrap: (init, step) => `let kept = ${init};\n${onClick(step)}` },
  closure: { wrap: (init, step) => `(() => {\n  let kept = ${init};\n  ${onClick(step)}\n})();` },
  private: {
    wrap: (init, step) =>
      `class Recorder {\n  #kept = ${init};\n  record() {\n    let kept = this.#kept;\n    ${step}\n    this.#kept = kept;\n  }\n}\nconst recorder = new Recorder();\n${onClick('recorder.record();')}`,
  },
  property: {
    wrap: (init, step) =>
      `const state = { kept: ${init} };\n${onClick(`let kept = state.kept;\n${step}\nstate.kept = kept;`)}`,
  },
};

function onClick(body: string): string {
  return `document.getElementById('iter').addEventListener('click', () => {\n${body}\n});`;
}

/** What a click does to `kept`. `n` counts clicks. */
const CONTENTS: Readonly<
  Record<string, { readonly truth: 'leak' | 'clean'; readonly init: string; readonly step: string }>
> = {
  'growing-buffer': {
    truth: 'leak',
    init: 'new Uint8Array(0)',
    step: 'const more = new Uint8Array(kept.length + 8192); more.set(kept); kept = more;',
  },
  'growing-text': {
    truth: 'leak',
    init: "''",
    step: "kept = JSON.parse(JSON.stringify(kept + Array.from({ length: 80 }, () => Math.random().toString(36)).join(';')));",
  },
  'numbers-by-hundreds': {
    truth: 'leak',
    init: '[]',
    step: 'for (let i = 0; i < 200; i += 1) kept.push(Math.random());',
  },
  'copied-list': { truth: 'leak', init: '[]', step: 'kept = [...kept, { at: performance.now(), tags: [1, 2, 3] }];' },
  'map-of-objects': {
    truth: 'leak',
    init: 'new Map()',
    step: "kept.set(`k${kept.size}`, { rows: new Array(30).fill('r') });",
  },
  'chained-nodes': { truth: 'leak', init: 'null', step: 'kept = { next: kept, payload: new Array(20).fill(kept) };' },
  'flushed-buffer': {
    truth: 'clean',
    init: 'new Uint8Array(0)',
    step: 'const more = new Uint8Array(kept.length > 60_000 ? 0 : kept.length + 8192); kept = more;',
  },
  'replaced-text': {
    truth: 'clean',
    init: "''",
    step: "kept = JSON.parse(JSON.stringify(Array.from({ length: 80 }, () => Math.random().toString(36)).join(';')));",
  },
  'small-lru': {
    truth: 'clean',
    init: 'new Map()',
    step: "kept.set(performance.now(), { rows: new Array(30).fill('r') }); if (kept.size > 24) kept.delete(kept.keys().next().value);",
  },
  'ring-of-objects': {
    truth: 'clean',
    init: '{ at: 0, slots: new Array(32) }',
    step: 'kept.slots[kept.at++ % 32] = { at: kept.at, data: new Array(10).fill(kept.at) };',
  },
};

/** Slots that have no name for script, or of which script has only a copy: a few contents each. */
const SLOTS: typeof HOLDERS = {
  generator: {
    wrap: (init, step) =>
      `function* record() {\n  let kept = ${init};\n  for (;;) {\n    ${step}\n    yield;\n  }\n}\nconst recording = record();\n${onClick('recording.next();')}`,
  },
  'async-function': {
    wrap: (init, step) =>
      `let wake;\n(async () => {\n  let kept = ${init};\n  for (;;) {\n    await new Promise((resolve) => { wake = resolve; });\n    ${step}\n  }\n})();\n${onClick('wake();')}`,
  },
  'map-entry': slotOf("new Map([['log', INIT]])", "slots.get('log')", "slots.set('log', kept);"),
  'weak-entry': {
    wrap: (init, step) =>
      `const key = {};\nconst slots = new WeakMap([[key, ${init}]]);\n${onClick(`let kept = slots.get(key);\n${step}\nslots.set(key, kept);`)}`,
  },
  element: slotOf('[0, INIT]', 'slots[1]', 'slots[1] = kept;'),
  symbol: {
    wrap: (init, step) =>
      `const key = Symbol('log');\nconst slots = { [key]: ${init} };\n${onClick(`let kept = slots[key];\n${step}\nslots[key] = kept;`)}`,
  },
  'bound-argument': {
    wrap: (init, step) =>
      `const give = (value) => value;\nlet bound = give.bind(null, ${init});\n${onClick(`let kept = bound();\n${step}\nbound = give.bind(null, kept);`)}`,
  },
  promise: {
    wrap: (init, step) =>
      `let last = Promise.resolve(${init});\n${onClick(`last = last.then((kept) => {\n${step}\nreturn kept;\n});`)}`,
  },
  'new-state': slotOf(
    '{ state: { count: 0, log: INIT } }',
    'slots.state.log',
    'slots.state = { ...slots.state, log: kept };',
  ),
};

function slotOf(init: string, read: string, write: string): (typeof HOLDERS)[string] {
  return {
    wrap: (value, step) =>
      `const slots = ${init.replace('INIT', value)};\n${onClick(`let kept = ${read};\n${step}\n${write}`)}`,
  };
}

const IN_SLOTS = ['growing-text', 'flushed-buffer'];

/** Pages that stand for themselves. */
const SINGLE: Readonly<Record<string, { readonly truth: 'leak' | 'clean'; readonly script: string }>> = {
  'every-third-object': {
    truth: 'leak',
    script: `const kept = []; let n = 0;\n${onClick("n += 1; if (n % 3 === 0) kept.push({ view: document.createElement('section'), rows: new Array(400).fill(n) });")}`,
  },
  'every-fourth-listener': {
    truth: 'leak',
    script: `let n = 0;\n${onClick("n += 1; if (n % 4 === 0) window.addEventListener('resize', () => console.log(n));")}`,
  },
  'late-starter': {
    truth: 'leak',
    script: `const kept = []; let n = 0;\n${onClick('n += 1; if (n > 4) kept.push({ n, rows: new Array(40).fill(n) });')}`,
  },
  'doubly-linked-list': {
    truth: 'leak',
    script: `const list = { first: null, last: null };\nclass Tween { constructor() { this.parts = Array.from({ length: 12 }, (_, i) => ({ i })); } }\n${onClick('const tween = new Tween(); tween.previous = list.last; if (list.last) list.last.next = tween; else list.first = tween; list.last = tween;')}`,
  },
  'bounded-linked-list': {
    truth: 'clean',
    script: `const list = { first: null, last: null, size: 0 };\nclass Entry { constructor() { this.parts = Array.from({ length: 12 }, (_, i) => ({ i })); } }\n${onClick('const entry = new Entry(); entry.previous = list.last; if (list.last) list.last.next = entry; else list.first = entry; list.last = entry; list.size += 1; while (list.size > 20) { list.first = list.first.next; list.first.previous = null; list.size -= 1; }')}`,
  },
  'queue-trimmed-every-ten': {
    truth: 'clean',
    script: `const queue = [];\n${onClick('queue.push({ rows: new Array(60).fill(queue.length) }); if (queue.length >= 10) queue.length = 0;')}`,
  },
  'uncaught-errors': { truth: 'clean', script: onClick("setTimeout(() => { throw new Error('of each click'); });") },
  'logged-objects': {
    truth: 'clean',
    script: onClick("console.log({ rows: new Array(100).fill('x'), at: Date.now() });"),
  },
};

const HTML =
  '<!doctype html><meta charset="utf-8"><title>page</title><button id="iter">iterate</button><div id="host"></div>';

export function listReplayPages(): ReplayPage[] {
  const pages: ReplayPage[] = [];
  for (const [content, { truth, init, step }] of Object.entries(CONTENTS))
    for (const [holder, { wrap, isModule }] of Object.entries(HOLDERS))
      pages.push(toPage(`${truth}-${content}-in-${holder}`, truth, wrap(init, step), isModule === true));
  for (const content of IN_SLOTS) {
    const { truth, init, step } = CONTENTS[content]!;
    for (const [slot, { wrap }] of Object.entries(SLOTS))
      pages.push(toPage(`${truth}-${content}-in-${slot}`, truth, wrap(init, step), false));
  }
  for (const [name, { truth, script }] of Object.entries(SINGLE))
    pages.push(toPage(`${truth}-${name}`, truth, script, false));
  return pages;
}

function toPage(name: string, truth: 'leak' | 'clean', script: string, isModule: boolean): ReplayPage {
  const iteration = async (page: Page): Promise<void> => await page.click('#iter');
  return {
    name,
    truth,
    folder: import.meta.dirname,
    script,
    isModule,
    scenario: (origin) => ({ name, url: `${origin}/${name}/`, iteration }),
  };
}

export async function startPagesServer(): Promise<{ readonly origin: string; close(): Promise<void> }> {
  const pages = new Map(listReplayPages().map((page) => [page.name, page]));
  return await listen((request, response) => {
    const [, name = '', file = ''] = new URL(request.url ?? '/', 'http://page').pathname.split('/');
    const page = pages.get(name);
    if (!page) return void response.writeHead(404).end();
    if (file === 'app.js') return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(page.script);
    const tag = `<script${page.isModule ? ' type="module"' : ''} src="app.js"></script>`;
    return void response.writeHead(200, { 'content-type': 'text/html' }).end(HTML + tag);
  });
}
