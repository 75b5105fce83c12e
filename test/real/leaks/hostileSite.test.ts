import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReport, renderMarkdown, renderText } from '../../../src/reports/index.ts';
import { clickScenario } from '../../../src/scenarios/index.ts';
import { check, useStateFolder } from './checking.ts';

/** Of the process that checks, as the operating system counts it. */
const MAX_RSS_BYTES = 1024 * 1024 * 1024;

const section = (line: number, more: object) => ({ offset: { line, column: 0 }, ...more });
const MAP = { version: 3, sources: ['../../../../etc/passwd'], names: [], mappings: 'AAAA;AACA;AACA;AACA' };

/** What each map is, and how it is served. All of them belong to a script with one leak. */
const maps: Record<string, { readonly url?: string; readonly serve?: (response: ServerResponse) => void }> = {
  Selfish: {
    serve: (response) =>
      void response.end(
        JSON.stringify({
          version: 3,
          sections: Array.from({ length: 30 }, (_, line) => section(line, { url: 'Selfish.map' })),
        }),
      ),
  },
  Far: {
    serve: (response) =>
      void response.end(
        JSON.stringify({ version: 3, sections: [section(0, { map: MAP }), section(2 ** 31 - 1, { map: MAP })] }),
      ),
  },
  Silent: { serve: () => {} },
  Endless: {
    serve: (response) => {
      const piece = Buffer.alloc(1 << 20, ' ');
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
      };
      response.on('drain', more);
      more();
    },
  },
  Nested: { serve: (response) => void response.end('['.repeat(4e7)) },
  Zero: { url: 'file:///dev/zero' },
  Socket: { url: 'ws://127.0.0.1:1/' },
};

const TOLD = {
  resources: 'hundreds of thousands of resources that come and go',
  restless: 'a worker that never answers and a heap that comes and goes',
};

describe('a hostile site', () => {
  useStateFolder();
  let server: Server;
  let origin: string;
  let folder: string;
  const requests: string[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leakwright-hostile-'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    maps['Pipe'] = { url: `file://${join(folder, 'pipe')}` };
    server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  function answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
    const [, name = '', kind] = /^\/(\w*)(?:\.(\w+))?/.exec(url) ?? [];
    if (kind === 'map') {
      requests.push(url);
      maps[name]?.serve?.(response);
    } else if (kind === 'js') {
      response.setHeader('content-type', 'text/javascript');
      response.end(
        `const kept${name} = [];\nclass ${name} { constructor() { this.made = 1; } }\n` +
          `document.querySelector('#go').addEventListener('click', () => { kept${name}.push(new ${name}()); });\n` +
          `//# sourceMappingURL=${maps[name]!.url ?? `${name}.map`}`,
      );
    } else {
      response.setHeader('content-type', 'text/html');
      response.end(`<link rel="icon" href="data:,"><button id="go">Go</button>${pages[name] ?? ''}`);
    }
  }

  const pages: Record<string, string> = {
    maps: '',
    texts: `<script>
      const kept = [];
      const attack = '\\u001b]0;x\\u0007 ::error::x ##vso[task.complete result=Failed]x \\u202e @octocat https://user:hunter22@evil.test/?token=abcdefgh';
      document.title = attack;
      // A class whose name is whatever one likes.
      const Named = { [attack]: class { rows = new Array(100).fill(1); } }[attack];
      document.querySelector('#go').addEventListener('click', () => {
        kept.push(new Named());
        for (let line = 0; line < 5; line += 1) console.log(attack + 'x'.repeat(100_000));
        // A gigabyte in ten iterations.
        const long = attack + 'x'.repeat(1_000_000);
        for (let line = 0; line < 100; line += 1) console.log(long);
        for (let number = 0; number < 2; number += 1) setTimeout(() => { throw new Error(attack + (number > 0 ? long : '')); });
        alert(attack);
      });
    </script>`,
    // Some 4,000 an iteration; none of them stays.
    resources: `<script>
      const kept = [];
      class Kept { constructor() { this.made = 1; } }
      const code = URL.createObjectURL(new Blob(['1']));
      document.querySelector('#go').addEventListener('click', () => {
        kept.push(new Kept());
        const list = document.createElement('ul');
        const target = new EventTarget();
        for (let number = 0; number < 1500; number += 1) {
          list.append(document.createElement('li'));
          target.addEventListener('x', () => number);
        }
        document.body.append(list);
        list.remove();
        for (let number = 0; number < 500; number += 1) {
          setTimeout(() => {}, number % 20);
          performance.mark('mark ' + number);
        }
        performance.clearMarks();
        for (let number = 0; number < 100; number += 1) URL.revokeObjectURL(URL.createObjectURL(new Blob(['x'])));
        for (let number = 0; number < 30; number += 1) {
          fetch('data:,' + number);
          new Image().src = 'data:image/gif;base64,R0lGODlhAQABAAAAACw=';
        }
        for (let number = 0; number < 3; number += 1) {
          const frame = document.createElement('iframe');
          document.body.append(frame);
          frame.remove();
          new Worker(code).terminate();
        }
      });
    </script>`,
    // Beside a worker that never answers again, and a heap that comes and goes by itself.
    restless: `<script>
      const kept = [];
      class Kept { constructor() { this.made = 1; } }
      document.querySelector('#go').addEventListener('click', () => { kept.push(new Kept()); });
      new Worker(URL.createObjectURL(new Blob(['for (;;);'])));
      let texts = [];
      setInterval(() => { texts = Array.from({ length: Math.random() * 100 }, (_, number) => ({ number })); }, 3);
    </script>`,
  };

  it('with maps of every bad kind: each leak is found, each in bounded time, memory and requests', async () => {
    pages['maps'] = Object.keys(maps)
      .map((name) => `<script src="${name}.js"></script>`)
      .join('');
    const { result } = await check(clickScenario(`${origin}/maps`, ['#go']), { options: { timeoutMs: 120_000 } });
    assert.equal(result.error, undefined);
    assert.equal(result.verdict, 'leak');
    const found = result.findings.map(({ name }) => name);
    for (const name of Object.keys(maps)) assert.ok(found.includes(name), `${name} among ${found.join(', ')}`);
    for (const { allocatedAt, name } of result.findings)
      assert.match(allocatedAt?.file ?? '', new RegExp(`^http.*/${name}\\.js$|passwd$`), name);
    assert.deepEqual(requests.toSorted(), [...new Set(requests)].toSorted(), 'each map is asked for once');
    const { maxRSS } = process.resourceUsage();
    assert.ok(maxRSS * 1024 < MAX_RSS_BYTES, `${Math.round(maxRSS / 1024)} MB at the peak`);
  });

  it('with hostile texts, dialogs, errors and a gigabyte of console: the leak is found and said safely', async () => {
    const { result } = await check(clickScenario(`${origin}/texts`, ['#go']), { options: { timeoutMs: 120_000 } });
    assert.equal(result.error, undefined);
    assert.equal(result.verdict, 'leak', JSON.stringify(result.because));
    const report = createReport([result], result);
    for (const text of [renderText(report), renderMarkdown(report)]) {
      // eslint-disable-next-line no-control-regex -- control characters are what must not be there
      assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|##vso\[|::error::/);
      assert.doesNotMatch(text, /hunter22|abcdefgh/);
    }
    assert.doesNotMatch(JSON.stringify(result), /hunter22|token=abcdefgh/);
    const { maxRSS } = process.resourceUsage();
    assert.ok(maxRSS * 1024 < MAX_RSS_BYTES, `${Math.round(maxRSS / 1024)} MB at the peak`);
  });

  for (const name of ['resources', 'restless'] as const)
    it(`with ${TOLD[name]}: the leak is found, in bounded time and memory`, async () => {
      const { result } = await check(clickScenario(`${origin}/${name}`, ['#go']), { options: { timeoutMs: 170_000 } });
      assert.equal(result.error, undefined);
      assert.equal(result.verdict, 'leak', JSON.stringify(result.because));
      assert.deepEqual(
        result.findings.map(({ name: found, holder }) => `${found} in ${holder}`),
        ['Kept in kept'],
      );
      const { maxRSS } = process.resourceUsage();
      assert.ok(maxRSS * 1024 < MAX_RSS_BYTES, `${Math.round(maxRSS / 1024)} MB at the peak`);
    });
});
