import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  rmdirSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowser } from '../../../src/browsers/index.ts';
import type { ProcessIdentity } from '../../../src/processes/index.ts';
import {
  type CleanupSummary,
  type LaunchRequest,
  SessionClient,
  type SessionEvent,
  type SessionInfo,
  openSession,
} from '../../../src/sessions/index.ts';
import { recoverSessions } from '../../../src/sessions/recoverSessions.ts';
import { packageFolder } from '../../../src/support/index.ts';
import { type Sandbox } from './sandbox.ts';
import { until } from '../../support/until.ts';

/** One thing that goes wrong, and what must hold after it. Throws when it does not. */
export interface Fault {
  readonly name: string;
  /** Why it cannot be brought about here, where it cannot. */
  readonly unavailable?: string;
  readonly run: (sandbox: Sandbox) => Promise<void>;
}

const page = (html: string) => `data:text/html,${encodeURIComponent(html)}`;
const afterLoad = (script: string) =>
  page(`<button>b</button><script>onload = () => setTimeout(() => { ${script} }, 20)</script>`);

/** A launched session in a host of its own, and the host ended whatever happens. */
async function withClient(
  sandbox: Sandbox,
  use: (client: SessionClient, events: readonly SessionEvent[]) => Promise<void>,
): Promise<void> {
  const client = new SessionClient();
  const events: SessionEvent[] = [];
  client.onEvent((event) => events.push(event));
  try {
    await use(client, events);
  } finally {
    await client.dispose();
  }
  await sandbox.expectNothingLeft();
}

async function launch(
  client: SessionClient,
  sandbox: Sandbox,
  request: Partial<LaunchRequest> = {},
): Promise<SessionInfo & { readonly root: ProcessIdentity }> {
  const info = await client.launch({ source: { kind: 'launch' }, ...request });
  assert.ok(info.root, 'the root process is known');
  await sandbox.remember(info.root);
  return { ...info, root: info.root };
}

function expectTotal(summary: CleanupSummary): void {
  assert.deepEqual(summary.survivors, []);
  assert.deepEqual(summary.remaining, []);
  assert.equal(summary.successful, true);
  assert.equal(summary.effectivenessPercentage, 100);
}

/** Closes a session that shows a page, and expects all of it to be gone. */
function closing(name: string, request: Partial<LaunchRequest>, check?: (summary: CleanupSummary) => void): Fault {
  return {
    name,
    run: (sandbox) =>
      withClient(sandbox, async (client) => {
        const { id } = await launch(client, sandbox, request);
        const summary = await client.close(id);
        expectTotal(summary);
        check?.(summary);
        assert.deepEqual(await client.list(), []);
      }),
  };
}

const canMount = process.platform === 'linux' && process.getuid?.() === 0 && mountWorks();

function mountWorks(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'lw-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    // A container that may not mount.
    return false;
  } finally {
    rmdirSync(folder);
  }
}

/** Writes a file until the disk takes no more. */
function fillUp(file: string): void {
  const descriptor = openSync(file, 'w');
  try {
    for (const size of [1 << 20, 1 << 12, 1]) {
      try {
        for (;;) writeSync(descriptor, Buffer.alloc(size));
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'ENOSPC');
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

const SYSTEM_FFMPEG = '/usr/bin/ffmpeg';
const canRecord = process.platform === 'linux' && existsSync(SYSTEM_FFMPEG);

/**
 * The environment in which a host records video. Playwright uses an ffmpeg of its own, which it downloads; the system's
 * does as well when it is put where Playwright looks.
 */
function recordingEnvironment(folder: string): Record<string, string> {
  const manifest = join(packageFolder(), 'node_modules', 'playwright-core', 'browsers.json');
  const { browsers } = JSON.parse(readFileSync(manifest, 'utf8')) as { browsers: { name: string; revision: string }[] };
  const { revision } = browsers.find(({ name }) => name === 'ffmpeg')!;
  const place = join(folder, 'registry', `ffmpeg-${revision}`);
  mkdirSync(place, { recursive: true });
  symlinkSync(SYSTEM_FFMPEG, join(place, 'ffmpeg-linux'));
  return { PLAYWRIGHT_BROWSERS_PATH: join(folder, 'registry') };
}

const pidsOf = (processes: readonly ProcessIdentity[]) => processes.map(({ pid }) => pid).sort((a, b) => a - b);

async function ended(events: readonly SessionEvent[], id: string): Promise<CleanupSummary> {
  return await until(
    `the end of session ${id} to be told`,
    () =>
      events.find((event) => event.type === 'sessionEnded' && event.id === id) as
        | { summary: CleanupSummary }
        | undefined,
  ).then(({ summary }) => summary);
}

export const faults: readonly Fault[] = [
  closing('close', { url: page('<h1>hello</h1>') }, (summary) => {
    assert.deepEqual(summary.errors, []);
    assert.equal(summary.pagesClosed, 1);
    assert.equal(summary.emergency, false);
    assert.ok(summary.processesEnded >= 4, `${summary.processesEnded} processes`);
    assert.ok(summary.memoryRecoveredMb > 50, `${summary.memoryRecoveredMb} MB`);
    assert.deepEqual(
      summary.steps.map(({ name }) => name),
      ['requests', 'videos', 'cursors', 'pages', 'contexts', 'browser', 'connection', 'state', 'verify'],
    );
  }),
  closing('close while a page is in an endless loop', { url: afterLoad('for (;;);') }),
  closing('close while a page shows a dialog', { url: afterLoad('alert(1)'), dialogs: 'ask' }),
  closing('close while a page holds beforeunload', {
    url: page('<script>addEventListener("beforeunload", (e) => { e.preventDefault(); e.returnValue = 1; })</script>'),
  }),
  {
    name: 'close while a page downloads',
    run: async (sandbox) => {
      const server = createServer((_request, response) => {
        response.writeHead(200, {
          'content-disposition': 'attachment; filename="large.bin"',
          'content-length': '1000000000',
        });
        response.write(Buffer.alloc(100_000));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      try {
        await withClient(sandbox, async (client) => {
          const { port } = server.address() as AddressInfo;
          const { id } = await launch(client, sandbox, {
            url: afterLoad(`const a = document.createElement("a"); a.href = "http://127.0.0.1:${port}/"; a.click();`),
          });
          await until('the download to begin', async () => (await client.list())[0]?.resources.downloads === 1);
          const summary = await client.close(id);
          expectTotal(summary);
          assert.equal(summary.downloadsCancelled, 1);
        });
      } finally {
        server.closeAllConnections();
        server.close();
      }
    },
  },
  ...(['close', 'browser killed'] as const).map((how): Fault => ({
    name: `${how} while a page records video`,
    ...(canRecord ? {} : { unavailable: 'there is no ffmpeg here' }),
    run: async (sandbox) => {
      // Before the registry is changed: the browser stays the one that all other tests use.
      const { executablePath } = findBrowser();
      await sandbox.within(recordingEnvironment(sandbox.folder), () =>
        withClient(sandbox, async (client, events) => {
          const { id, root } = await launch(client, sandbox, {
            source: { kind: 'launch', executablePath },
            recordVideo: true,
            url: page(
              '<h1 style="animation: a 1s infinite">hello</h1><style>@keyframes a { to { color: red } }</style>',
            ),
          });
          assert.equal((await client.list())[0]?.resources.videos, 1);
          await until('the recording to run', async () =>
            (await sandbox.commandLines()).some((line) => /\.webm/.test(line)),
          );
          if (how === 'browser killed') process.kill(root.pid, 'SIGKILL');
          const summary = how === 'close' ? await client.close(id) : await ended(events, id);
          expectTotal(summary);
          assert.equal(summary.videoPagesCleaned, 1);
        }),
      );
    },
  })),
  {
    name: 'browser killed (SIGKILL)',
    run: (sandbox) =>
      withClient(sandbox, async (client, events) => {
        const { id, root } = await launch(client, sandbox, { url: 'about:blank' });
        process.kill(root.pid, 'SIGKILL');
        const summary = await ended(events, id);
        assert.equal(summary.reason, 'browser-lost');
        assert.equal(summary.pagesClosed, 1, 'what the browser took along is told');
        expectTotal(summary);
        assert.deepEqual(client.sessions, []);
      }),
  },
  {
    name: 'browser stopped (SIGSTOP), then closed',
    run: (sandbox) =>
      withClient(sandbox, async (client) => {
        const { id, root } = await launch(client, sandbox);
        process.kill(root.pid, 'SIGSTOP');
        const summary = await client.close(id);
        expectTotal(summary);
        assert.equal(summary.emergency, true);
        assert.match(summary.errors.map(({ message }) => message).join(), /stopped/);
        assert.ok(summary.durationMs < 4000, `${summary.durationMs} ms`);
      }),
  },
  {
    name: 'host killed (SIGKILL)',
    run: (sandbox) =>
      withClient(sandbox, async (client, events) => {
        const { id, root } = await launch(client, sandbox);
        // A stopped browser does not notice that its pipe is gone: the worst case.
        process.kill(root.pid, 'SIGSTOP');
        process.kill((await client.host())!.pid, 'SIGKILL');
        const lost = await until('the loss of the host to be told', () =>
          events.find((event) => event.type === 'hostLost'),
        );
        assert.deepEqual(
          lost.recovered.map((session) => [session.id, session.complete, session.folderRemoved]),
          [[id, true, true]],
        );
        assert.deepEqual(
          lost.sessions.map((session) => session.id),
          [id],
        );
        await sandbox.expectNothingLeft();
      }),
  },
  {
    name: 'host and client killed at once',
    run: async (sandbox) => {
      const program = sandbox.start('clientProgram.ts');
      const host = await program.said<ProcessIdentity>('host');
      const session = await program.said<SessionInfo>('session');
      await sandbox.remember(session.root!);
      process.kill(session.root!.pid, 'SIGSTOP');
      process.kill(host.pid, 'SIGKILL');
      await program.kill();
      // A host that is still dying counts as living, and its sessions are not touched.
      await until('the host to be gone', async () => !(await sandbox.isAlive(host)));
      // Nobody is left to clean up: what is on disk must lead the next start to it.
      const { recovered } = await recoverSessions();
      assert.deepEqual(
        recovered.map(({ id, complete }) => [id, complete]),
        [[session.id, true]],
      );
      await sandbox.expectNothingLeft();
    },
  },
  {
    name: 'client killed (SIGKILL)',
    run: async (sandbox) => {
      const program = sandbox.start('clientProgram.ts');
      const session = await program.said<SessionInfo>('session');
      await sandbox.remember(session.root!);
      await program.kill();
      await sandbox.expectNothingLeft();
    },
  },
  ...[0, 60, 150, 300].map((delayMs): Fault => ({
    name: `client killed ${delayMs} ms into a launch`,
    run: async (sandbox) => {
      const program = sandbox.start('clientProgram.ts');
      await program.said('launching');
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      await program.kill();
      await sandbox.expectNothingLeft();
    },
  })),
  {
    name: 'leak run killed (SIGKILL)',
    run: async (sandbox) => {
      const program = sandbox.start('checkProgram.ts');
      const session = await program.said<SessionInfo>('session');
      await sandbox.remember(session.root!);
      process.kill(session.root!.pid, 'SIGSTOP');
      await program.kill();
      await sandbox.expectNothingLeft();
    },
  },
  {
    name: 'leak run killed during launch',
    run: async (sandbox) => {
      const program = sandbox.start('checkProgram.ts');
      await program.said('launching');
      await until('the session to be on record', async () =>
        (await sandbox.leftovers()).some((left) => left.includes('.json')),
      );
      await program.kill();
      await sandbox.expectNothingLeft();
    },
  },
  {
    name: 'disk full for artifacts',
    ...(canMount ? {} : { unavailable: 'a full disk is made with mount, which needs root on Linux' }),
    run: async (sandbox) => {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', sandbox.temp]);
      try {
        await withClient(sandbox, async (client, events) => {
          const { id, folder } = await launch(client, sandbox);
          fillUp(join(folder, 'a', 'filler'));
          const store = 'for (let i = 0; i < 40; i++) localStorage.setItem(i, "x".repeat(100000))';
          // A Chromium without room for what its processes share crashes or hangs, depending on when it notices.
          const opened = await client
            .ask('openUrl', id, page(`<script>try { ${store} } catch {}</script>`))
            .catch(String);
          const summary = await client.close(id).catch(() => ended(events, id));
          expectTotal(summary);
          assert.ok(
            typeof opened === 'object' ||
              summary.errors.length > 0 ||
              summary.reason === 'browser-lost' ||
              /Timeout|longer than/.test(opened),
            opened as string,
          );
          // And a launch onto the full disk either works or fails with a reason, and leaves nothing.
          fillUp(join(sandbox.temp, 'filler'));
          await client.launch({ source: { kind: 'launch' } }).then(
            async (session) => expectTotal(await client.close(session.id)),
            (error: Error) => assert.match(error.message, /ENOSPC|no space|did not start/i),
          );
          rmSync(join(sandbox.temp, 'filler'));
        });
      } finally {
        execFileSync('umount', ['-l', sandbox.temp]);
      }
    },
  },
  {
    name: 'a step of the pipeline throwing',
    run: async (sandbox) => {
      for (const step of ['requests', 'pages', 'contexts', 'browser', 'connection', 'state', 'verify'] as const) {
        const session = await openSession({
          source: { kind: 'launch' },
          purpose: 'session',
          cleanupOverride: { [step]: () => Promise.reject(new Error(`${step} is broken`)) },
        });
        await sandbox.remember(session.root!);
        const summary = await session.close();
        assert.deepEqual(summary.errors[0], { step, message: `${step} is broken` }, 'the failure is named');
        expectTotal(summary);
        await sandbox.expectNothingLeft();
      }
    },
  },
  {
    name: 'two sessions, one cleaned',
    run: (sandbox) =>
      withClient(sandbox, async (client) => {
        const [one, two] = [
          await launch(client, sandbox),
          await launch(client, sandbox, { url: page('<h1>two</h1>') }),
        ];
        const before = await sandbox.remember(two.root);
        expectTotal(await client.close(one.id));
        const [left, ...others] = await client.list();
        assert.deepEqual(others, []);
        assert.equal(left?.id, two.id);
        assert.equal(left?.state, 'ready');
        assert.deepEqual(
          pidsOf(await sandbox.remember(two.root)),
          pidsOf(before),
          'the other browser has all its processes',
        );
        assert.equal((await client.ask('openUrl', two.id, page('<title>still here</title>'))).resources.pages, 2);
        expectTotal(await client.close(two.id));
      }),
  },
];
