import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestProgram, hasProgram } from '../../tools/obtainPrograms.ts';
import { Machine, canMakeMachines } from '../../support/machine.ts';
import { until } from '../../support/until.ts';
import { kill } from '../../tools/ownedProcesses.ts';

const OWNER = Machine.inside(join(import.meta.dirname, '..', '..', 'support', 'owners', 'puppeteer.ts'));
const NODE = Machine.inside(process.execPath);
/** What a person, a service or a test runner runs: a script that launches a browser, works with it, and says so in a file. */
const SCRIPT = `'${NODE}' '${OWNER}' >"$LEAKWRIGHT_STATE_DIR/said" 2>&1`;
/** The same where what ran it goes on when it is over. */
const AND_MORE = `${SCRIPT}; sleep 1000`;

/** What runs the script, as pid 1 or beside it. */
interface Situation {
  readonly name: string;
  readonly needs?: TestProgram;
  readonly init?: readonly string[];
  readonly runs?: (machine: Machine) => readonly string[];
  readonly uid?: number;
}

const sh = (line: string): readonly string[] => ['sh', '-c', line];
const node = (code: string): readonly string[] => [NODE, '-e', code, AND_MORE];
const PIPED = `const { spawn } = require('node:child_process');
  const run = (line, more) => { const child = spawn('sh', ['-c', line], { stdio: ['ignore', 'pipe', 'pipe'], ...more }); child.stdout.resume(); child.stderr.resume(); };`;

/** A folder with a `run` file, in a folder that a supervisor of services scans. */
function services(machine: Machine): string {
  const folder = join(machine.state, 'services');
  mkdirSync(join(folder, 'tests'), { recursive: true });
  writeFileSync(join(folder, 'tests', 'run'), `#!/bin/sh\n${AND_MORE}\n`);
  chmodSync(join(folder, 'tests', 'run'), 0o755);
  return folder;
}

const SUPERVISOR = `import os, subprocess, sys, time
child = subprocess.Popen(['sh', '-c', sys.argv[1]], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True)
while True:
    try: os.waitpid(-1, os.WNOHANG)
    except ChildProcessError: pass
    time.sleep(0.2)`;

const situations: readonly Situation[] = [
  { name: 'a container under tini -g', needs: 'tini', init: ['tini', '-g', '--', ...sh(AND_MORE)] },
  { name: 'a container under dumb-init -c', needs: 'dumb-init', init: ['dumb-init', '-c', ...sh(AND_MORE)] },
  {
    name: 'a container of docker --init',
    needs: 'tini',
    init: sh(
      'cp /usr/bin/tini "$LEAKWRIGHT_STATE_DIR/docker-init"; exec "$LEAKWRIGHT_STATE_DIR/docker-init" -- sh -c "$0"',
    ).concat(AND_MORE),
  },
  { name: 'a container whose pid 1 is its entry script', init: sh(AND_MORE) },
  { name: 'a container whose pid 1 is a supervisor in Python', init: ['/usr/bin/python3', '-c', SUPERVISOR, AND_MORE] },
  {
    name: 'a container whose pid 1 is a server on Node',
    init: node(`${PIPED} run(process.argv[1]); setInterval(() => {}, 1e6);`),
  },
  { name: 'a supervisor in Python that makes sessions', runs: () => ['/usr/bin/python3', '-c', SUPERVISOR, AND_MORE] },
  { name: 'a service of s6-svscan', needs: 's6-supervise', runs: (machine) => ['s6-svscan', services(machine)] },
  { name: 'a service of runsvdir', needs: 'runsv', runs: (machine) => ['runsvdir', services(machine)] },
  {
    name: 'a daemon that runs scripts, like pm2',
    runs: () =>
      node(`${PIPED}
      if (process.argv[2] !== 'daemon') { spawn(process.execPath, [...process.execArgv, process.argv[1], 'daemon'], { detached: true, stdio: 'ignore' }).unref(); process.exit(); }
      run(process.argv[1], { detached: true }); setInterval(() => {}, 1e6);`),
  },
  {
    name: 'programs side by side, like concurrently',
    runs: () => node(`${PIPED} run(process.argv[1]); run('sleep 1000'); setInterval(() => {}, 1e6);`),
  },
  {
    name: 'a worker of a Node cluster',
    runs: () =>
      node(`const cluster = require('node:cluster');
      if (cluster.isPrimary) { cluster.fork(); setInterval(() => {}, 1e6); }
      else require('node:child_process').spawn('sh', ['-c', process.argv[1]], { stdio: 'ignore' });`),
  },
  {
    name: 'a systemd scope (INVOCATION_ID of the unit)',
    runs: () => ['env', 'INVOCATION_ID=0123456789abcdef', ...sh(AND_MORE)],
  },
  { name: 'a window of tmux', runs: () => ['tmux', '-S', '/dev/shm/lw-tmux', 'new-session', '-d', AND_MORE] },
  {
    name: 'nohup, whose shell has ended',
    runs: () => sh(`nohup sh -c '${SCRIPT.replaceAll("'", `'\\''`)}' >/dev/null 2>&1 &`),
  },
  { name: 'setsid -f, whose shell has ended', runs: () => ['setsid', '-f', ...sh(AND_MORE)] },
  { name: 'a background job that was disowned', runs: () => ['bash', '-c', `${SCRIPT} & disown; exit`] },
  {
    name: 'a job of cron, without an environment',
    runs: (machine) => [
      'setsid',
      '-f',
      'env',
      '-i',
      `PATH=${process.env['PATH']}`,
      `TMPDIR=${machine.temp}`,
      `LEAKWRIGHT_STATE_DIR=${machine.state}`,
      ...sh(AND_MORE),
    ],
  },
  { name: 'timeout', runs: () => ['timeout', '600', ...sh(AND_MORE)] },
  { name: 'npx', runs: () => ['npx', '--offline', '-c', AND_MORE] },
  {
    name: 'make',
    runs: (machine) => {
      writeFileSync(join(machine.state, 'Makefile'), `all:\n\t${AND_MORE.replaceAll('$', '$$$$')}\n`);
      return ['make', '-s', '-f', join(machine.state, 'Makefile')];
    },
  },
  { name: 'xargs -P', runs: () => sh(`echo one | xargs -P 2 -I{} sh -c "$0"`).concat(AND_MORE) },
  { name: 'a recorded terminal (script)', runs: () => ['script', '-qec', AND_MORE, '/dev/null'] },
  {
    name: 'the terminal of VS Code',
    runs: () => [
      'env',
      'TERM_PROGRAM=vscode',
      'VSCODE_PID=4242',
      'VSCODE_IPC_HOOK_CLI=/x.sock',
      'setsid',
      'bash',
      '-c',
      AND_MORE,
    ],
  },
  {
    name: 'a remote shell',
    runs: () => [
      'env',
      'SSH_CONNECTION=10.0.0.1 1 10.0.0.2 22',
      'SSH_TTY=/dev/pts/9',
      'setsid',
      'bash',
      '-c',
      AND_MORE,
    ],
  },
  {
    name: 'a CI runner that pipes its steps into a shell',
    runs: () => sh('printf "%s\\n" "$0" | bash --noprofile --norc').concat(AND_MORE),
  },
  {
    name: 'a lock (flock), politely (nice)',
    runs: () => ['flock', '/dev/shm/lw-lock', 'nice', '-n', '5', ...sh(AND_MORE)],
  },
  { name: 'a container under catatonit', init: ['catatonit', '--', ...sh(AND_MORE)] },
  {
    name: 'a container whose pid 1 is a login shell that waits',
    init: ['bash', '-l', '-c', `${SCRIPT} & wait; sleep 1000`],
  },
  {
    name: 'a container whose pid 1 is a script in Perl',
    init: ['perl', '-e', 'unless (fork) { exec "sh", "-c", $ARGV[0] } while (1) { waitpid(-1, 0); sleep 1 }', AND_MORE],
  },
  {
    name: 'supervisord',
    runs: (machine) => {
      writeFileSync(join(machine.state, 'tests.sh'), `${AND_MORE}\n`);
      writeFileSync(
        join(machine.state, 'supervisord.conf'),
        `[supervisord]\nnodaemon=true\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile=${machine.state}/supervisord.pid\n[program:tests]\ncommand=sh ${machine.state}/tests.sh\n`,
      );
      return ['supervisord', '-c', join(machine.state, 'supervisord.conf')];
    },
  },
  { name: 'a detached screen', runs: () => ['screen', '-D', '-m', 'sh', '-c', AND_MORE] },
  { name: 'GNU parallel', runs: () => sh(`printf '%s\\n' "$0" 'sleep 1000' | parallel -j2`).concat(AND_MORE) },
  {
    name: 'expect',
    runs: () => ['env', `LINE=${AND_MORE}`, 'expect', '-c', 'set timeout -1; spawn sh -c $env(LINE); expect eof'],
  },
  { name: 'sudo', runs: () => ['sudo', '-E', ...sh(AND_MORE)] },
  { name: 'sudo as another user', uid: 65_534, runs: () => ['sudo', '-E', '-u', 'nobody', ...sh(AND_MORE)] },
  { name: 'runuser', uid: 65_534, runs: () => ['runuser', '-u', 'nobody', '--', ...sh(AND_MORE)] },
  {
    name: 'setpriv as another user',
    uid: 65_534,
    runs: () => ['setpriv', '--reuid', '65534', '--clear-groups', ...sh(AND_MORE)],
  },
  {
    name: 'start-stop-daemon',
    runs: () => ['start-stop-daemon', '--start', '--background', '--exec', '/bin/sh', '--', '-c', AND_MORE],
  },
  { name: 'daemonize', runs: () => ['daemonize', '/bin/sh', '-c', AND_MORE] },
  { name: 'a subshell in a subshell, gone', runs: () => sh(`( ( ${SCRIPT} & ) )`) },
  { name: 'a script whose output is piped on', runs: () => sh(`( ${SCRIPT}; echo done ) | cat; sleep 1000`) },
  { name: 'a coprocess of bash', runs: () => ['bash', '-c', `coproc { ${AND_MORE}; }; wait`] },
  {
    name: 'a job of an interactive shell',
    runs: (machine) => {
      writeFileSync(join(machine.state, 'line.sh'), `${SCRIPT} &\nwait\nsleep 1000\n`);
      return ['script', '-qfc', `bash --norc -i ${machine.state}/line.sh`, '/dev/null'];
    },
  },
  {
    name: 'a pool of processes in Python',
    runs: () => [
      '/usr/bin/python3',
      '-c',
      'import multiprocessing, os, sys\ndef run(line): os.system(line)\nif __name__ == "__main__":\n  with multiprocessing.Pool(2) as pool: pool.map(run, [sys.argv[1], "sleep 1000"])',
      AND_MORE,
    ],
  },
  {
    name: 'a worker thread of Node',
    runs: () =>
      node(
        `new (require('node:worker_threads').Worker)("require('node:child_process').spawn('sh', ['-c', require('node:worker_threads').workerData], { stdio: 'inherit' })", { eval: true, workerData: process.argv[1] }); setInterval(() => {}, 1e6);`,
      ),
  },
  {
    name: 'npm run',
    runs: (machine) => {
      writeFileSync(join(machine.state, 'e2e.sh'), `${AND_MORE}\n`);
      writeFileSync(
        join(machine.state, 'package.json'),
        JSON.stringify({ name: 'shop', scripts: { e2e: `sh ${machine.state}/e2e.sh` } }),
      );
      return ['npm', '--prefix', machine.state, 'run', 'e2e'];
    },
  },
  {
    name: 'make -j with a jobserver',
    runs: (machine) => {
      const line = AND_MORE.replaceAll('$', '$$$$');
      writeFileSync(join(machine.state, 'Makefile'), `all: a b\na:\n\t+${line}\nb:\n\tsleep 1000\n`);
      return ['make', '-s', '-j2', '-f', join(machine.state, 'Makefile')];
    },
  },
  {
    name: 'nice, ionice, stdbuf, chrt in a row',
    runs: () => ['nice', 'ionice', '-c3', 'stdbuf', '-oL', 'env', 'A=1', ...sh(AND_MORE)],
  },
  { name: 'a display of its own (xvfb-run)', needs: 'xvfb-run', runs: () => ['xvfb-run', '-a', ...sh(AND_MORE)] },
  { name: 'timeout of busybox', runs: () => ['busybox', 'timeout', '600', 'sh', '-c', AND_MORE] },
  { name: 'dumb-init beside pid 1', needs: 'dumb-init', runs: () => ['dumb-init', ...sh(AND_MORE)] },
  { name: 'another user (su)', uid: 65_534, runs: () => ['su', '-s', '/bin/sh', 'nobody', '-c', AND_MORE] },
];

// Whoever runs the script: its browser is in use while the script works, and nobody's once the script was killed.
/** Each takes about 4 s. Every fifth by default; all with LEAKWRIGHT_ALL_SITUATIONS=1, as the schedule has it. */
const all = process.env['LEAKWRIGHT_ALL_SITUATIONS'] === '1';
const chosen = situations.filter((_, index) => all || index % 5 === 0);

describe('A script’s browser, under whatever runs the script', function () {
  before(function () {
    if (!canMakeMachines()) this.skip();
  });

  for (const { name, needs, init, runs, uid } of chosen) {
    it(`${name}: kept while the script works, gone once it was killed`, async function () {
      if (needs !== undefined && !hasProgram(needs)) this.skip();
      if (init && !hasProgram(init[0]!)) this.skip();
      const machine = await Machine.start(init ? { init } : {});
      try {
        const command = runs?.(machine);
        if (command && !(await exists(machine, command[0]!))) this.skip();
        if (command) machine.spawn(command).unref();
        const said = join(machine.state, 'said');
        const text = (): string => {
          try {
            return readFileSync(said, 'utf8');
          } catch {
            return '';
          }
        };
        await until('the script has a browser', () => text().includes('"browser"')).catch((error: Error) => {
          throw new Error(`${error.message}, it says '${text()}'`);
        });
        const as = uid === undefined ? {} : { uid };
        const [browser] = machine.browsers();
        const working = await machine.clean(['--yes'], as);
        const explain = (report: typeof working): string =>
          JSON.stringify(
            report.trees.map(({ status, evidence }) => [status, evidence]),
            null,
            1,
          );
        assert.ok(
          machine.browsers().some(({ pid }) => pid === browser?.pid),
          explain(working),
        );
        assert.equal(working.trees.length, 1, 'it is seen');

        for (const { command: line, outerPid } of machine.processes())
          if (/^\S*node '?\S*puppeteer\.ts/.test(line)) kill(outerPid);
        await until(
          'the script has ended',
          () => !machine.processes().some(({ command: line }) => /^\S*node \S*puppeteer\.ts/.test(line)),
        );
        const left = await machine.clean(['--yes'], as);
        const processes = machine
          .processes()
          .filter(({ command: line }) => /chrom/.test(line) && !line.includes('puppeteer.ts'));
        assert.deepEqual(processes, [], explain(left));
        assert.deepEqual(
          machine.files().filter((file) => /^(?:puppeteer_dev|\.org\.chromium)/.test(file)),
          [],
          JSON.stringify(left.leftovers),
        );
        assert.equal(left.code, 0, explain(left));
      } finally {
        await machine.stop();
      }
    });
  }
});

async function exists(machine: Machine, program: string): Promise<boolean> {
  const { code } = await machine.run(['sh', '-c', 'command -v "$1"', 'sh', program]);
  return code === 0;
}
