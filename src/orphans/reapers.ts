import { basename } from 'node:path';
import type { ProcessInfo, ProcessTable } from '../processes/index.ts';

/**
 * Whether a process is one that is given the children of the dead.
 * - `trade`: an init, a session's manager, a container's shim: that is what it is for
 * - `maybe`: pid 1 of a container is given them whatever it is, a server or a test runner too
 * - `no`: an ordinary program (which could have made itself a subreaper, and then only what we saw tells)
 */
export type Reaper = 'trade' | 'maybe' | 'no';

/**
 * Programs that call prctl(PR_SET_CHILD_SUBREAPER), or are made to be pid 1: systemd (also --user), upstart, s6, runit,
 * OpenRC, dinit, tini (Docker's `--init`), dumb-init, catatonit (Podman), container shims, Steam's reaper; launchd on
 * macOS. Names as the kernel keeps them, at most 15 bytes.
 */
const REAPERS =
  /^(?:systemd|init|upstart|launchd|runit|runsvdir|runsv|s6-svscan|s6-supervise|s6-linux-init.*|openrc-init|dinit|tini(?:-static)?|docker-init|dumb-init|catatonit|containerd-shim.*|conmon|podman-init|reaper)$/;

/** What containers are kept alive with, and what cannot launch anything. */
const IDLERS = /^(?:sleep|tail|pause|cat|sshd|true)$/;

const KTHREADD = 2;

export function reaperKind(info: ProcessInfo, table: ProcessTable): Reaper {
  const name = basename(info.commandLine[0] ?? '').replace(/:$/, '') || info.name;
  if (REAPERS.test(name) || REAPERS.test(info.name) || isWslInit(info)) return 'trade';
  if (info.pid !== 1) return 'no';
  // Where the kernel's own threads are in sight we are not in a container, and pid 1 is what the kernel started.
  if (table.processes.get(KTHREADD)?.name === 'kthreadd') return 'trade';
  return IDLERS.test(name) ? 'trade' : 'maybe';
}

/** WSL 2 runs a `/init` per terminal, which calls itself SessionLeader and Relay(pid). */
function isWslInit(info: ProcessInfo): boolean {
  return info.commandLine[0] === '/init' || /^(?:SessionLeader|Relay\(\d*\)?)/.test(info.name);
}
