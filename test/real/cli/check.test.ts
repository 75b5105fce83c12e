import assert from 'node:assert/strict';
import { chmodSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LeakEvent } from '../../../src/leaks/index.ts';
import type { Report } from '../../../src/reports/index.ts';
import { packageFolder } from '../../../src/support/index.ts';
import { type ShopServer, serveShop } from '../../demo/shop/serve.ts';
import { type CliHome, type CliProcess, type CliRun, createCliHome } from '../../support/cli.ts';
import { until } from '../../support/until.ts';
import { startOtlpReceiver } from '../../support/otlpReceiver.ts';
import type { LoopbackServer } from '../../support/listen.ts';
import { servePages } from '../../support/pages.ts';

const shopFolder = join(packageFolder(), 'test', 'demo', 'shop');

/** Pids of living processes whose environment names this test's temp folder: browsers and helpers of the command. */
function livingIn(tempFolder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const dead = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.startsWith('Z');
      return !dead && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(tempFolder);
    } catch {
      return false;
    }
  });
}

describe('leakwright check', () => {
  let home: CliHome;
  let shop: ShopServer;
  let pages: LoopbackServer;

  before(async () => {
    shop = await serveShop();
    pages = await servePages({
      '/hang': `<button id="go" onclick="while(true);">go</button>`,
      '/hang-on-load': `<script>while(true);</script>`,
      '/throw': `<button id="go" onclick="debugger; throw new Error('boom in the page')">go</button>`,
      '/hoard': `<button id="go" onclick="(window.hoard ??= []).push(new Uint8Array(2 ** 20).fill(7))">go</button>`,
      '/idle': `<button id="go" onclick="this.lang = 'en'">go</button>`,
    });
  });
  after(async () => {
    await shop.close();
    await pages.close();
  });
  beforeEach(() => {
    home = createCliHome();
  });
  afterEach(async () => {
    try {
      await until('no process of the command lives', () => livingIn(home.tempFolder).length === 0);
      assert.deepEqual(home.leftFiles(), [], 'the command must leave nothing in the temp folder');
    } finally {
      home.dispose();
    }
  });

  it('names the leaking line in the TypeScript source, and the collection that keeps it', async () => {
    const run = await home.run(
      ['check', '--url', shop.url, '--click', '.open', '--click', '.close', '--reporter', 'json'],
      {
        cwd: shopFolder,
      },
    );
    assert.equal(run.code, 1, run.stderr);
    const report = JSON.parse(run.stdout) as Report;
    assert.equal(report.exitCode, 1);
    const [check] = report.checks;
    assert.equal(check!.verdict, 'leak');
    const finding = check!.findings[0]!;
    const source = readFileSync(join(shopFolder, 'src/shop.ts'), 'utf8').split('\n');
    assert.equal(finding.holder, 'closedPanels');
    assert.equal(finding.keptAt?.file, 'src/shop.ts');
    assert.match(source[finding.keptAt.line - 1]!, /closedPanels\.push/);
    assert.match(source[finding.allocatedAt!.line - 1]!, /new DetailsPanel/);
    assert.ok(check!.cleanup.successful);
  });

  it('finds the fixed twin clean, and tells a collector', async () => {
    const collector = await startOtlpReceiver();
    try {
      const run = await home.run(
        [
          'check',
          '--url',
          `${shop.url}fixed.html`,
          '--click',
          '.open',
          '--click',
          '.close',
          '--otlp',
          collector.origin,
        ],
        { env: { GITHUB_SHA: 'c0ffee' } },
      );
      assert.equal(run.code, 0, run.stdout + run.stderr);
      assert.match(run.stdout, /Clean/);
      // eslint-disable-next-line no-control-regex -- piped output must have no colour
      assert.doesNotMatch(run.stdout, /\u001b/);
      assert.equal(collector.requests.length, 1);
      const { resource, points } = collector.requests[0]!;
      assert.equal(resource['vcs.ref.head.revision'], 'c0ffee');
      assert.deepEqual(
        points.flatMap(({ name, value }) => (name === 'leakwright_scenario_leaks' ? [value] : [])),
        [0],
      );
    } finally {
      await collector.close();
    }
  });

  it('streams one event a line as ndjson, for other programs to follow', async () => {
    const run = await home.run(['check', '--url', `${pages.origin}/idle`, '--click', '#go', '--reporter', 'ndjson']);
    assert.equal(run.code, 0, run.stderr);
    const events = run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as LeakEvent);
    assert.equal(events[0]!.type, 'checkStarted');
    assert.equal(events.at(-1)!.type, 'checkEnded');
    assert.equal(events.filter((event) => event.type === 'iteration' && event.phase === 'count').length, 7);
  });

  // In CI one broken file would otherwise hide what all the others find.
  it('reports a scenario file that cannot be loaded with its line, and still checks the others', async () => {
    writeFileSync(join(home.tempFolder, 'a-broken.leak.mjs'), 'export default {\n  iteration( {\n};\n');
    writeFileSync(
      join(home.tempFolder, 'b-throws.leak.mjs'),
      `export default {\n  url: '${pages.origin}/idle',\n  async iteration(page) {\n    await page.click('#go');\n    throw new Error('no such step');\n  },\n};\n`,
    );
    try {
      const run = await home.run(['check', '--reporter', 'json']);
      assert.equal(run.code, 3, run.stderr);
      const [broken, throwing] = (JSON.parse(run.stdout) as Report).checks;
      assert.equal(broken!.error?.code, 'leaks.scenarioInvalid');
      assert.equal(broken!.error.at?.file, 'a-broken.leak.mjs');
      assert.ok(broken!.error.at.line >= 2);
      assert.match(throwing!.error!.message, /iteration 1 failed: no such step/);
      assert.equal(throwing!.error!.at?.line, 5);
    } finally {
      rmSync(join(home.tempFolder, 'a-broken.leak.mjs'));
      rmSync(join(home.tempFolder, 'b-throws.leak.mjs'));
    }
  });

  // An editor that is closed, or killed, must not leave a browser working for nobody.
  it('cleans up and exits when the program that started it closes its channel', async () => {
    const started = home.start(['check', '--url', `${pages.origin}/idle`, '--click', '#go', '--reporter', 'ndjson'], {
      channel: true,
    });
    await until('its browser runs', () => started.stdout().includes('"browserReady"'));
    started.child.disconnect();
    const { code } = await started.done;
    assert.equal(code, 130);
  });

  const failures: readonly { what: string; args: () => string[]; code: number; says: RegExp }[] = [
    {
      what: 'an address where nobody listens',
      args: () => ['--url', 'http://127.0.0.1:9/', '--click', '#go'],
      code: 3,
      says: /127\.0\.0\.1:9/,
    },
    {
      what: 'a selector that matches nothing',
      args: () => ['--url', `${pages.origin}/idle`, '--click', '#nothing'],
      code: 1,
      says: /#nothing/,
    },
    {
      what: 'a page that hangs',
      args: () => ['--url', `${pages.origin}/hang`, '--click', '#go'],
      code: 1,
      says: /hung|hang/i,
    },
    {
      what: 'a page that hangs while it loads',
      args: () => ['--url', `${pages.origin}/hang-on-load`, '--click', '#go', '--timeout', '15'],
      code: 3,
      says: /load|hung|hang/i,
    },
    {
      what: 'a browser that is not there',
      args: () => ['--url', `${pages.origin}/idle`, '--click', '#go', '--executable-path', '/nowhere/chrome'],
      code: 3,
      says: /\/nowhere\/chrome/,
    },
    { what: 'an unknown flag', args: () => ['--url', pages.origin, '--clck', '#go'], code: 3, says: /--click/ },
    { what: 'a scenario file that is not there', args: () => ['nowhere.leak.js'], code: 3, says: /nowhere\.leak\.js/ },
    { what: 'no work at all', args: () => [], code: 3, says: /\.leak\./ },
  ];
  // They mostly wait, for a page that hangs or an element that never comes: all at once.
  describe('says clearly what is wrong, and leaves nothing, with', () => {
    const runs: { home: CliHome; done: Promise<CliRun> }[] = [];
    before(() => {
      for (const { args } of failures) {
        const itsHome = createCliHome();
        runs.push({ home: itsHome, done: itsHome.run(['check', ...args()]) });
      }
    });
    after(() => runs.forEach((run) => run.home.dispose()));

    failures.forEach(({ what, code, says }, index) => {
      it(what, async () => {
        const run = runs[index]!;
        const { code: ended, stdout, stderr } = await run.done;
        const said = stdout + stderr;
        assert.equal(ended, code, said);
        assert.match(said, says);
        assert.doesNotMatch(said, /\n\s+at .*\(?(node:|file:|\/)/, 'a stack trace is not for people');
        await until('no process of it lives', () => livingIn(run.home.tempFolder).length === 0);
        assert.deepEqual(run.home.leftFiles(), []);
      });
    });
  });

  it('watches memory over time where a duration is given, and tells growth from a page at rest', async () => {
    const long = ['--duration', '8s', '--ops-per-minute', '300', '--reporter', 'json'];
    const [leaky, idle] = await Promise.all([
      home.run(['check', '--url', `${pages.origin}/hoard`, '--click', '#go', ...long], { env: { CI: '1' } }),
      home.run(['check', '--url', `${pages.origin}/idle`, '--click', '#go', ...long]),
    ]);
    const [found] = (JSON.parse(leaky.stdout) as Report).checks;
    assert.equal(leaky.code, 1, leaky.stderr);
    assert.equal(found!.mode, 'duration');
    assert.match(leaky.stderr, /warning: critical: .*grows by/, 'it must be told while the run goes on');
    assert.ok(found!.cleanup.successful, 'processes, files and descriptors are verified at the end');
    assert.equal(found!.memoryTrend.leakSeverity, 'critical');
    assert.equal(found!.findings[0]!.kind, 'native-memory');
    // The page hoards 1 MiB a click, five times a second.
    assert.ok(found!.findings[0]!.bytesPerIteration > 700_000, JSON.stringify(found!.memoryTrend));
    assert.ok(found!.memoryStats.peakMb > found!.memoryStats.initialMb + 20);
    assert.equal(idle.code, 0, idle.stdout);
  });

  it('gives a verdict on a page that throws, and has a `debugger` statement, and says that it threw', async () => {
    const run = await home.run(['check', '--url', `${pages.origin}/throw`, '--click', '#go']);
    assert.equal(run.code, 0, run.stdout + run.stderr);
    assert.match(run.stdout, /boom in the page/);
  });

  /** A check that is at work, and would be for long. */
  async function startCounting(): Promise<CliProcess> {
    const args = ['check', '--url', `${pages.origin}/idle`, '--click', '#go', '--iterations', '2000'];
    const run = home.start([...args, '--reporter', 'ndjson']);
    await until('the check counts', () => run.stdout().includes('"type":"iteration"'));
    return run;
  }

  it('says so when the browser dies in the middle, and leaves nothing', async () => {
    const run = await startCounting();
    const ready = run
      .stdout()
      .split('\n')
      .find((line) => line.includes('"browserReady"'))!;
    process.kill((JSON.parse(ready) as { pid: number }).pid, 'SIGKILL');
    const { code, stdout } = await run.done;
    assert.equal(code, 3, stdout);
    assert.match(stdout, /leaks\.browserDied/);
  });

  it('cleans up on Ctrl-C', async () => {
    const run = await startCounting();
    run.child.kill('SIGINT');
    const { code, signal } = await run.done;
    assert.deepEqual({ code, signal }, { code: 130, signal: null });
  });

  it('leaves nothing even when it is killed without a chance to clean up', async () => {
    const run = await startCounting();
    run.child.kill('SIGKILL');
    await run.done;
    await until('the guard has cleaned up', () => home.leftFiles().length === 0);
  });

  it('refuses a browser that cannot be started, with its own words', async () => {
    const fake = join(home.tempFolder, 'chrome');
    writeFileSync(fake, '#!/bin/sh\necho "missing libnss3.so" >&2\nexit 127\n');
    chmodSync(fake, 0o755);
    const run = await home.run(['check', '--url', `${pages.origin}/idle`, '--click', '#go', '--executable-path', fake]);
    rmSync(fake);
    assert.equal(run.code, 3);
    assert.match(run.stdout + run.stderr, /libnss3/);
  });
});
