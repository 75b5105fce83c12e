import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ProcessTable, childrenOf, createProcessReader, descendantsOf } from '../../../src/processes/index.ts';
import { kill } from '../../tools/ownedProcesses.ts';
import { removeFolder } from '../../support/removeFolder.ts';
import { until } from '../../support/until.ts';

/** A row of ps(1), which reads /proc with code that is not ours. */
interface PsRow {
  readonly pid: number;
  readonly ppid: number;
  readonly groupId: number;
  readonly sessionId: number;
  readonly uid: number;
  readonly state: string;
  readonly threads: number;
  readonly name: string;
}

function ps(): ReadonlyMap<number, PsRow> {
  const out = execFileSync('ps', ['-e', '-o', 'pid=,ppid=,pgid=,sess=,ruid=,stat=,nlwp=,comm=:20'], {
    encoding: 'utf8',
  });
  const rows = new Map<number, PsRow>();
  for (const line of out.split('\n')) {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\d+) (.*)$/.exec(line);
    if (!match) continue;
    const [pid, ppid, groupId, sessionId, uid] = match.slice(1, 6).map(Number) as [
      number,
      number,
      number,
      number,
      number,
    ];
    rows.set(pid, { pid, ppid, groupId, sessionId, uid, state: match[6]!, threads: Number(match[7]), name: match[8]! });
  }
  return rows;
}

/** A repeatable source of randomness (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const NAMES = [
  'sleep',
  'we (ird)',
  ') S 1 1 (',
  'a b  c',
  '((',
  'fifteen-chars-x',
  'much-longer-than-the-kernel-keeps',
  'ünï',
];

/**
 * Starts a random tree of shells that end up asleep under odd names: children, grandchildren adopted by init (double forks),
 * sessions and groups of their own, zombies, stopped processes.
 */
class RandomTree {
  readonly #folder = mkdtempSync(join(tmpdir(), 'lw-forest-'));
  readonly #mark: string;
  readonly #pick: (below: number) => number;
  #scripts = 0;
  /** How many processes the tree consists of when it has come to rest, without zombies. */
  expected = 0;

  constructor(seed: number) {
    this.#mark = `LW_FOREST=${process.pid}-${seed}`;
    this.#pick = random(seed);
    for (const name of NAMES) symlinkSync('/bin/sleep', join(this.#folder, name));
  }

  start(): void {
    const script = this.#script(4);
    const [name, value] = this.#mark.split('=') as [string, string];
    spawn('sh', [script], {
      stdio: 'ignore',
      detached: true,
      env: { PATH: process.env['PATH'], [name]: value },
    }).unref();
  }

  /** Writes the script of one process, with those of all below it. */
  #script(depth: number): string {
    this.expected += 1;
    const lines: string[] = [];
    const children = depth === 0 ? 0 : 1 + this.#pick(3);
    for (let child = 0; child < children; child += 1) {
      const below = `sh '${this.#script(depth - 1)}'`;
      lines.push([`${below} &`, `( ${below} & )`, `setsid ${below} &`, `( setsid ${below} & )`][this.#pick(4)]!);
    }
    // A child that ends after exec is never waited for: it stays a zombie.
    if (this.#pick(4) === 0) lines.push('sh -c "kill -9 \\$\\$" &');
    if (this.#pick(5) === 0) lines.push('( sleep 0.2; kill -STOP $$ ) &');
    lines.push(`exec '${join(this.#folder, NAMES[this.#pick(NAMES.length)]!)}' 300`);
    this.#scripts += 1;
    const file = join(this.#folder, `${this.#scripts}.sh`);
    writeFileSync(file, lines.join('\n'));
    return file;
  }

  /** The pids of the tree's living processes, by the mark in their environment. */
  pids(): number[] {
    const found: number[] = [];
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      try {
        if (readFileSync(`/proc/${name}/environ`, 'latin1').split('\0').includes(this.#mark)) found.push(Number(name));
      } catch {
        // Gone meanwhile.
      }
    }
    return found;
  }

  /** @param meanwhile done while it is not */
  async atRest(meanwhile: () => Promise<unknown>): Promise<number[]> {
    return await until(`${this.expected} processes come to rest`, async () => {
      const pids = this.pids();
      const asleep = pids.filter((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'latin1').endsWith('\x00300\0');
        } catch {
          return false;
        }
      });
      if (asleep.length === this.expected && pids.length === this.expected) return pids;
      await meanwhile();
      return undefined;
    });
  }

  async end(): Promise<void> {
    const deadline = Date.now() + 10_000;
    for (let left = this.pids(); left.length > 0 && Date.now() < deadline; left = this.pids()) {
      for (const pid of left) kill(pid);
      await delay(20);
    }
    removeFolder(this.#folder);
  }
}

const stateOf = (stat: string) => (stat.startsWith('Z') ? 'zombie' : /^[Tt]/.test(stat) ? 'stopped' : 'running');

describe('the forest of a live machine', () => {
  if (process.platform !== 'linux') return;

  const seen = { zombie: 0, stopped: 0, running: 0 };
  for (const seed of [1, 2, 3, 4]) {
    it(`is the one that ps sees: who is whose child, in which state, under which name (seed ${seed})`, async () => {
      const tree = new RandomTree(seed);
      try {
        const reader = createProcessReader();
        tree.start();
        // The reader has seen these processes as shells: what they are called now must not be what it remembers.
        await reader.readTable();
        const pids = await tree.atRest(() => reader.readTable());
        const before = await reader.readTable();
        const expected = ps();
        const after = await reader.readTable();

        const own = new Set(pids);
        for (const row of expected.values()) {
          if (!own.has(row.pid) && !(own.has(row.ppid) && row.state.startsWith('Z'))) continue;
          const info = after.processes.get(row.pid);
          assert.ok(info, `ps sees ${row.pid} (${row.name}) and we do not`);
          const { ppid, groupId, sessionId, uid, threads } = info;
          assert.deepEqual(
            { pid: info.pid, ppid, groupId, sessionId, uid, threads },
            {
              pid: row.pid,
              ppid: row.ppid,
              groupId: row.groupId,
              sessionId: row.sessionId,
              uid: row.uid,
              threads: row.threads,
            },
          );
          assert.equal(info.state, stateOf(row.state));
          seen[stateOf(row.state)] += 1;
          // ps marks the dead and shows what is not ASCII as '?'.
          if (info.state !== 'zombie' && !/[^\u0020-\u007e]/.test(info.name))
            assert.equal(info.name.trimEnd(), row.name);
          if (info.state !== 'zombie' && own.has(row.pid)) assert.equal(info.commandLine.at(-1), '300');
        }
        assert.ok(pids.length > 10 && pids.every((pid) => after.processes.has(pid)), `${pids.length} processes`);

        // Of the whole machine, what was there before and after ps looked.
        for (const [pid, row] of expected) {
          const then = before.processes.get(pid);
          const now = after.processes.get(pid);
          if (then && now && then.startTime === now.startTime && then.ppid === now.ppid)
            assert.equal(now.ppid, row.ppid);
        }
        checkForest(after);
      } finally {
        await tree.end();
      }
    });
  }

  it('was asked about all kinds of processes in doing so', () => {
    assert.ok(seen.zombie > 2 && seen.stopped > 2 && seen.running > 50, JSON.stringify(seen));
  });

  /** Who is whose child and descendant agrees with the table's parents, for every process. */
  function checkForest(table: ProcessTable): void {
    for (const { pid, ppid } of table.processes.values()) {
      if (table.processes.has(ppid) && ppid !== pid)
        assert.ok(childrenOf(table, ppid).some((child) => child.pid === pid));
      const below = new Set(descendantsOf(table, pid).map((process) => process.pid));
      for (const child of childrenOf(table, pid)) assert.ok(below.has(child.pid) && child.ppid === pid);
    }
  }
});
