import { basename } from 'node:path';
import { type ProcessInfo, type ProcessTable, byStart, childrenOf } from '../processes/index.ts';

/**
 * Whether a process is one that the kernel gives the children of dead processes to, and whether it launches any itself.
 * - `launcher`: an ordinary program: its children are its own (it may have made itself a subreaper, and then only what was
 *   seen before, or a closed pipe, tells)
 * - `supervisor`: runs the one program on its command line (s6-supervise, runsv) and adopts nothing
 * - `single`: launches one main child and adopts the rest (tini, dumb-init, catatonit)
 * - `systemd`: launches what units say, adopts the rest, and marks what it launches in the environment
 * - `init`: adopts; launches only what its configuration names
 * - `either`: pid 1 of a container is given orphans whatever it is, a server or a test runner too
 */
export type ParentKind = 'launcher' | 'supervisor' | 'single' | 'systemd' | 'init' | 'either';

/** Names as the kernel keeps them: at most 15 bytes. */
const KINDS: readonly { readonly kind: ParentKind; readonly names: RegExp }[] = [
  { kind: 'supervisor', names: /^(?:s6-supervise|runsv|supervise)$/ },
  // docker-init is tini, podman-init is catatonit, reaper is Steam's. A shim is the parent of its container's first process, which
  // is in sight with `docker run --pid=host`.
  {
    kind: 'single',
    names: /^(?:tini(?:-static)?|docker-init|dumb-init|catatonit|podman-init|reaper|containerd-shim.*|conmon)$/,
  },
  { kind: 'systemd', names: /^systemd$/ },
  {
    kind: 'init',
    names: /^(?:init|upstart|launchd|runit|runsvdir|s6-svscan|s6-linux-init.*|openrc-init)$/,
  },
];

/** What containers are kept alive with, and what starts nothing. */
const IDLERS = /^(?:sleep|tail|pause|cat|sshd|true)$/;

/** Programs that cannot become another by `exec`, as an entry script does: no browser was one of these. */
const NEVER_ANOTHER = /^(?:node|nodejs|deno|bun|java|sleep|tail)$/;

const KTHREADD = 2;

export function parentKind(info: ProcessInfo, table: ProcessTable): ParentKind {
  const name = programName(info);
  const known = KINDS.find(({ names }) => names.test(name) || names.test(info.name));
  // Whatever pid 1 is, it adopts.
  if (known) return known.kind === 'supervisor' && info.pid === 1 ? 'either' : known.kind;
  if (isWslInit(info)) return 'init';
  if (info.pid !== 1) return 'launcher';
  // Where the kernel's own threads are in sight we are not in a container, and pid 1 is what the kernel started.
  if (table.processes.get(KTHREADD)?.name === 'kthreadd') return 'init';
  return IDLERS.test(name) ? 'init' : 'either';
}

/**
 * Whether this is the child that a `single` parent was started for. Tini, dumb-init and catatonit fork it before anything
 * can be adopted and put it at the head of a process group, so it is their oldest child that leads a group. Older than it is
 * only what an entry script had started before it became the init by `exec`, which is no orphan either. Of an init that
 * makes no group (`dumb-init -c`) the oldest child is the main one.
 */
export function isMainChild(info: ProcessInfo, parent: ProcessInfo, table: ProcessTable): boolean {
  if (isOnCommandLineOf(info, parent)) return true;
  const program = parent.commandLine.slice(1).find((argument) => !argument.startsWith('-'));
  const staysItself = program !== undefined && NEVER_ANOTHER.test(basename(program));
  const children = childrenOf(table, parent.pid);
  const named = children.find((child) => isOnCommandLineOf(child, parent));
  if (staysItself && named === undefined) return false;
  const main = named ?? children.find((child) => child.groupId === child.pid) ?? children[0];
  return main === undefined || byStart(info, main) <= 0;
}

/** `tini -- chromium --headless` has the whole command of its child at the end of its own. */
function isOnCommandLineOf(child: ProcessInfo, parent: ProcessInfo): boolean {
  const tail = child.commandLine;
  if (tail.length < 2 || tail.length >= parent.commandLine.length) return false;
  const offset = parent.commandLine.length - tail.length;
  // The program's own name may have become a path, or that of what a wrapper script runs.
  return tail.every((argument, index) => index === 0 || argument === parent.commandLine[offset + index]);
}

/** Whether an `init` is known to launch nothing itself; a machine's pid 1 of another name may be any server. */
export function launchesNothing(info: ProcessInfo): boolean {
  const name = programName(info);
  return IDLERS.test(name) || isWslInit(info) || KINDS.some(({ names }) => names.test(name) || names.test(info.name));
}

function programName(info: ProcessInfo): string {
  return basename(info.commandLine[0] ?? '').replace(/:$/, '') || info.name;
}

/** WSL 2 runs a `/init` per terminal, which calls itself SessionLeader and Relay(pid). */
function isWslInit(info: ProcessInfo): boolean {
  return info.commandLine[0] === '/init' || /^(?:SessionLeader|Relay\(\d*\)?)/.test(info.name);
}
