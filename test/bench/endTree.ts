/**
 * How long until a tree is verifiedly dead, beside tree-kill in the same run, and how often anything survives.
 *
 *   node test/bench/endTree.ts compare [ROUNDS]   13-process browser: forced and polite, beside tree-kill
 *   node test/bench/endTree.ts parallel [TREES]   one tree, then many at once
 *   node test/bench/endTree.ts trials [COUNT]     a tree ended at a random moment; survivors and bystanders
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kill } from '../tools/ownedProcesses.ts';
import treeKill from 'tree-kill';
import { findBrowserTrees } from '../../src/browsers/index.ts';
import { type OwnedTree, cleanUp, planCleanUp } from '../../src/orphans/index.ts';
import {
  type ProcessIdentity,
  createProcessReader,
  endTree,
  identityOf,
  membersOf,
  shareTableReads,
} from '../../src/processes/index.ts';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const PROCESSES = 13;
const reader = createProcessReader();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Browser {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly profile: string;
}

function launch(): Browser {
  const folder = mkdtempSync(join(tmpdir(), 'lw-bench-'));
  const profile = join(folder, 'profile');
  const child = spawn(
    CHROMIUM,
    [
      '--headless',
      '--no-sandbox',
      '--disable-breakpad',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { detached: true, stdio: 'ignore', env: { ...process.env, TMPDIR: folder } },
  );
  return { child, folder, profile };
}

async function portOf({ profile }: Browser): Promise<string> {
  for (;;) {
    const text = await readFile(join(profile, 'DevToolsActivePort'), 'utf8').catch(() => '');
    if (text.includes('\n')) return text.split('\n')[0]!;
    await pause(20);
  }
}

async function identify(pid: number): Promise<ProcessIdentity> {
  const info = await reader.readProcess(pid);
  if (!info) throw new Error(`pid ${pid} is not running`);
  return identityOf(info);
}

/** A browser grown to as many processes as the comparison is about. */
async function launchGrown(): Promise<Browser & { root: ProcessIdentity; members: number[] }> {
  const browser = launch();
  const port = await portOf(browser);
  const root = await identify(browser.child.pid!);
  for (let page = 0; ; page += 1) {
    const members = membersOf(await reader.readTable(), root).map(({ pid }) => pid);
    if (members.length >= PROCESSES) return { ...browser, root, members };
    await fetch(`http://127.0.0.1:${port}/json/new?data:text/html,${page}`, { method: 'PUT' });
    await pause(300);
  }
}

/** Judged without the code under test: a process is dead when it is gone or a zombie. */
function isDead(pid: number): boolean {
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return true;
  }
}

async function allDead(pids: readonly number[]): Promise<void> {
  while (!pids.every(isDead)) await pause(1);
}

/** All that names the folder on its command line or in its environment. */
function livingIn(folder: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      if (!Number.isInteger(pid) || pid === process.pid || isDead(pid)) return false;
      try {
        return ['cmdline', 'environ'].some((file) => readFileSync(`/proc/${pid}/${file}`, 'latin1').includes(folder));
      } catch {
        return false;
      }
    });
}

/** Ends and removes what is left; `tell` says what that was. Crash handlers go some ms after their browser. */
async function cleanAway(folder: string, tell = false): Promise<number[]> {
  const left = livingIn(folder);
  if (tell) for (const pid of left) console.log(`  left: ${pid} ${describe(pid)}`);
  for (const pid of left) kill(pid);
  await allDead(left);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  return left;
}

function describe(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, ppid, group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').slice(0, 120);
    return `${state} ppid ${ppid} group ${group} session ${session}: ${command}`;
  } catch {
    return 'gone meanwhile';
  }
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const show = (values: readonly number[]) =>
  `median ${median(values).toFixed(0)} ms (${Math.min(...values).toFixed(0)}-${Math.max(...values).toFixed(0)})`;

async function compare(rounds: number): Promise<void> {
  const ways: Record<string, (root: ProcessIdentity) => Promise<unknown>> = {
    'ours, forced': (root) => endTree(root, { reader, graceMs: 0 }),
    // What the kernel itself takes: nothing can be faster.
    'kernel (kill -pgid)': ({ pid }) => Promise.resolve(process.kill(-pid, 'SIGKILL')),
    'tree-kill SIGKILL': ({ pid }) => new Promise((resolve) => treeKill(pid, 'SIGKILL', resolve)),
    'ours, polite': (root) => endTree(root, { reader }),
    'tree-kill SIGTERM': ({ pid }) => new Promise((resolve) => treeKill(pid, 'SIGTERM', resolve)),
  };
  const times: Record<string, number[]> = {};
  const early: Record<string, number> = {};
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, end] of Object.entries(ways)) {
      const { root, members, folder } = await launchGrown();
      const startedAt = performance.now();
      await end(root);
      if (!members.every(isDead)) early[name] = (early[name] ?? 0) + 1;
      await allDead(members);
      (times[name] ??= []).push(performance.now() - startedAt);
      await cleanAway(folder);
    }
  }
  for (const [name, values] of Object.entries(times))
    console.log(
      `${name.padEnd(19)} ${show(values)}; said done while processes lived: ${early[name] ?? 0} of ${values.length}`,
    );
  const ratio = (a: string, b: string) => (median(times[a]!) / median(times[b]!)).toFixed(3);
  console.log(`forced / tree-kill SIGKILL: ${ratio('ours, forced', 'tree-kill SIGKILL')} (at most 0.200)`);
  console.log(`polite / tree-kill SIGTERM: ${ratio('ours, polite', 'tree-kill SIGTERM')} (at most 0.500)`);
  console.log(`polite / tree-kill SIGKILL: ${ratio('ours, polite', 'tree-kill SIGKILL')}`);
}

type Grown = Awaited<ReturnType<typeof launchGrown>>;

/** Ways to end trees at once. The kernel's own is what nothing can be faster than: its teardown takes the processor. */
const ATONCE: Readonly<Record<string, (trees: readonly Grown[]) => Promise<unknown>>> = {
  'endTree, polite': (trees) => endAll(trees, 2_000),
  'endTree, forced': (trees) => endAll(trees, 0),
  'kernel (kill -pgid)': (trees) => Promise.resolve(trees.map(({ root }) => process.kill(-root.pid, 'SIGKILL'))),
  'whole clean-up': async (trees) => {
    const mine = new Set(trees.map(({ root }) => root.pid));
    const options = {
      reader,
      tempFolder: join(tmpdir(), 'no-leftovers'),
      cacheFolder: '',
      filter: ({ tree }: OwnedTree) => mine.has(tree.root.pid),
    };
    const plan = await planCleanUp(options);
    await cleanUp({ ...plan, trees: plan.trees.map((tree) => ({ ...tree, action: 'end' })) }, options);
  },
};

async function endAll(trees: readonly Grown[], graceMs: number): Promise<void> {
  const shared = shareTableReads(reader);
  // As the clean-up does it: crash handlers live outside of their browser's session, and only the finder ties them to it.
  const found = new Map(findBrowserTrees(await shared.readTable()).map((tree) => [tree.root.pid, tree]));
  const endOne = ({ root }: Grown) => {
    const members = found.get(root.pid)?.processes.map(({ info }) => identityOf(info)) ?? [];
    return endTree(root, { reader: shared, graceMs, members });
  };
  await Promise.all(trees.map(endOne));
}

async function parallel(count: number): Promise<void> {
  for (const [name, end] of Object.entries(ATONCE)) {
    const times: number[] = [];
    let cpuMs = 0;
    let survivors = 0;
    for (const size of [1, 1, 1, count]) {
      const trees: Grown[] = [];
      for (let index = 0; index < size; index += 1) trees.push(await launchGrown());
      const cpu = process.cpuUsage();
      const startedAt = performance.now();
      await end(trees);
      await allDead(trees.flatMap(({ members }) => members));
      times.push(performance.now() - startedAt);
      const spent = process.cpuUsage(cpu);
      cpuMs = (spent.user + spent.system) / 1000;
      for (const { folder } of trees) survivors += (await cleanAway(folder)).length;
    }
    const one = median(times.slice(0, 3));
    const many = times[3]!;
    console.log(
      `${name.padEnd(19)} 1 tree ${one.toFixed(0)} ms; ${count} at once ${many.toFixed(0)} ms = ${(many / one).toFixed(1)} x (own processor time ${cpuMs.toFixed(0)} ms); survivors: ${survivors}`,
    );
  }
}

/** Start-up (nothing awaited), steady state, and a page that opens and closes frames and navigates without rest. */
async function trials(count: number): Promise<void> {
  const bystander = spawn('sleep', ['86400'], { stdio: 'ignore' });
  const failures: string[] = [];
  const durations: number[] = [];
  let forced = 0;
  let late = 0;
  const storm =
    'data:text/html,<script>setInterval(()=>{document.body.append(Object.assign(document.createElement("iframe"),{src:"data:text/html,"+Math.random()}));if(document.body.children.length>8)location.reload()},5)</script>';
  for (let trial = 0; trial < count; trial += 1) {
    const phase = ['start-up', 'steady', 'storm'][trial % 3]!;
    const browser = launch();
    try {
      if (phase === 'start-up') await pause(Math.random() * 400);
      else {
        const port = await portOf(browser);
        if (phase === 'storm') await fetch(`http://127.0.0.1:${port}/json/new?${encodeURI(storm)}`, { method: 'PUT' });
        await pause(Math.random() * (phase === 'storm' ? 600 : 200));
      }
      const root = await identify(browser.child.pid!);
      const graceMs = trial % 2 === 0 ? 0 : 2_000;
      // As the clean-up does it: what the finder ties to the browser (its crash handlers) is known beforehand.
      const tree = findBrowserTrees(await reader.readTable()).find((one) => one.root.pid === root.pid);
      const result = await endTree(root, {
        reader,
        graceMs,
        ...(tree ? { members: tree.processes.map(({ info }) => identityOf(info)) } : {}),
      });
      const handlers = livingIn(browser.folder);
      if (handlers.length > 0) {
        // Born while it was ended, and outside of its session: a crash handler goes when its browser's socket closes.
        late += 1;
        const until = performance.now() + 5_000;
        while (!handlers.every(isDead) && performance.now() < until) await pause(5);
      }
      durations.push(result.durationMs);
      if (result.outcome === 'ended' && result.forced) forced += 1;
      if (result.outcome !== 'ended') failures.push(`${trial} ${phase}: ${result.outcome}`);
    } catch (error) {
      failures.push(`${trial} ${phase}: ${String(error)}`);
    } finally {
      const left = await cleanAway(browser.folder, true);
      if (left.length > 0) failures.push(`${trial} ${phase}: survivors ${left.join(', ')}`);
    }
    if (isDead(bystander.pid!)) failures.push(`${trial} ${phase}: the bystander died`);
    if ((trial + 1) % 50 === 0) console.log(`${trial + 1} trials, ${failures.length} failures, ${show(durations)}`);
  }
  bystander.kill('SIGKILL');
  console.log(
    `${count} trials: ${failures.length} failures, ${forced} forced, ${late} with a crash handler that went by itself right after, ${show(durations)}`,
  );
  for (const failure of failures) console.log(`  ${failure}`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

const [mode = 'compare', amount] = process.argv.slice(2);
if (mode === 'compare') await compare(Number(amount ?? 5));
else if (mode === 'parallel') await parallel(Number(amount ?? 10));
else if (mode === 'trials') await trials(Number(amount ?? 1000));
else throw new Error(`no mode '${mode}'`);
