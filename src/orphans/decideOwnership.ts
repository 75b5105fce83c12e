import { type BrowserTree, ELECTRON_APP, type Evidence } from '../browsers/index.ts';
import { type JournalEntry, placeOf } from '../journal/index.ts';
import {
  type ProcessIdentity,
  type ProcessInfo,
  type ProcessReader,
  type ProcessTable,
  ancestorsOf,
  byStart,
  livingIn,
  sameProcess,
} from '../processes/index.ts';
import { defined, formatDuration, eachText, maskText } from '../support/index.ts';
import { type AutomationStrength, automationStrength, ownerWord } from './automationStrength.ts';
import { type TreeProbe, createTreeProbe } from './clients.ts';
import type { OwnedTree, Owner, OwnershipStatus } from './model.ts';
import type { OwnerObservations, TreeObservation } from './observations.ts';
import { ownDisplay, servesScreen } from './displays.ts';
import { findOrigin } from './origin.ts';
import { idleOf } from './idle.ts';
import { isCleanUp } from './otherCleanUps.ts';
import { clientIsGone, clientOf, serverCompanions, toolOf } from './agentServers.ts';
import { type LauncherVerdict, describeProcess, findLauncher, isOfProgram } from './parents.ts';
import { mayBeReached } from './reuse.ts';
import { companionsOf, skipWrappers } from './wrappers.ts';

export interface DecideOwnershipOptions {
  readonly trees: readonly BrowserTree[];
  readonly table: ProcessTable;
  readonly journal: readonly JournalEntry[];
  readonly reader: ProcessReader;
  /** What was seen while the owners lived; the editor has it, a terminal command does not. */
  readonly observations?: OwnerObservations;
  /** Default: ours; -1 where the system has none (Windows). */
  readonly ownUid?: number;
  /** How long an owner may leave its browser idle, in ms; 0 for ever. Default 30 minutes. Only with observations. */
  readonly idleLimitMs?: number;
  /** Find out for how long each has been idle, too: that looks at all of its profile. */
  readonly withIdle?: boolean;
  /** Default: the system's. */
  readonly probe?: TreeProbe;
  readonly tempFolders?: readonly string[];
  readonly platform?: NodeJS.Platform;
  readonly selfPid?: number;
}

interface Circumstances extends DecideOwnershipOptions {
  /** Drivers that are orphans and have no browser below them: one that is attached to a browser is no client. */
  readonly leftDrivers: readonly ProcessInfo[];
}

/**
 * Says of each tree whose it is, with the evidence. A tree is an orphan only when every question is answered against it:
 * automation's beyond doubt, not on a default profile, this user's, its launcher provably gone, no process of its job left,
 * and no client connected. One open question makes it `unknown`.
 */
export async function decideOwnership(options: DecideOwnershipOptions): Promise<OwnedTree[]> {
  const decideAll = async (trees: readonly BrowserTree[], leftDrivers: readonly ProcessInfo[]) =>
    await Promise.all(trees.map((tree) => decide(tree, { ...options, leftDrivers })));
  const drivers = await decideAll(options.trees.filter(isDriverAlone), []);
  const left = drivers.filter(({ status }) => status === 'orphan').map(({ tree }) => tree.root);
  const others = await decideAll(
    options.trees.filter((tree) => !isDriverAlone(tree)),
    left,
  );
  return [...drivers, ...others].sort((a, b) => byStart(a.tree.root, b.tree.root));
}

const isDriverAlone = (tree: BrowserTree) => tree.driver !== undefined && !tree.browser;

interface Decision {
  readonly status: OwnershipStatus;
  readonly owner?: Owner;
  readonly evidence: readonly Evidence[];
  readonly journalId?: string;
  /** The driver or server above it that serves only this tree. */
  readonly companions?: readonly ProcessInfo[];
}

async function decide(tree: BrowserTree, options: Circumstances): Promise<OwnedTree> {
  const observation = options.observations?.of(tree.root);
  const decision = byJournal(tree, options) ?? byUser(tree, options) ?? (await byEvidence(tree, observation, options));
  let orphanForMs: number | undefined;
  if (decision.status === 'orphan') orphanForMs = options.observations?.noteOrphan(tree.root, options.table.at);
  else options.observations?.noteNoOrphan(tree.root);
  const companions = [...companionsOf(tree, options.table), ...(decision.companions ?? [])];
  const display =
    decision.status === 'orphan' || decision.status === 'unknown'
      ? await ownDisplay(tree, {
          table: options.table,
          reader: options.reader,
          probe: options.probe ?? createTreeProbe(),
          platform: options.platform ?? process.platform,
        })
      : undefined;
  // What xvfb-run had started ends with the wrapper.
  const alone = display && !companions.some(({ pid }) => pid === display.server.pid) ? display : undefined;
  const idle = options.withIdle
    ? await idleOf(tree, options.probe ?? createTreeProbe(), observation, options.table.at)
    : undefined;
  return {
    tree,
    status: decision.status,
    ...defined({ idle }),
    ...(companions.length === 0 ? {} : { companions }),
    // Facts quote parts of command lines, and people pass such lists on, so secrets are masked.
    evidence: eachText([...tree.evidence, ...(alone ? [alone.evidence] : []), ...decision.evidence], maskText),
    ...defined({ display: alone }),
    ...defined({ owner: eachText(decision.owner, maskText), journalId: decision.journalId, orphanForMs }),
  };
}

/** Launched by Leakwright: the journal says so before the browser runs, so nothing else needs to be asked. */
function byJournal(tree: BrowserTree, { journal, table }: DecideOwnershipOptions): Decision | undefined {
  const entry = journal.find((candidate) => isOf(candidate, tree));
  if (!entry) return undefined;
  const journalId = entry.id;
  const what = entry.purpose === 'check' ? 'check' : 'session';
  const recorded: Evidence = { source: 'journal', fact: `Leakwright launched it for ${what} ${entry.id}` };
  if (placeOf(entry) === 'elsewhere')
    return {
      status: 'unknown',
      evidence: [recorded, { source: 'journal', fact: 'Its session host is in another container, and may live' }],
      journalId,
    };
  const alive = livingIn(table, entry.host) !== undefined;
  const owner: Owner = { kind: 'leakwright', name: `Leakwright ${what} ${entry.id}`, identity: entry.host, alive };
  if (alive) return { status: 'managed', owner, evidence: [recorded], journalId };
  const gone: Evidence = { source: 'journal', fact: `Its session host (pid ${entry.host.pid}) has ended` };
  return { status: 'orphan', owner, evidence: [recorded, gone], journalId };
}

function isOf(entry: JournalEntry, tree: BrowserTree): boolean {
  const place = placeOf(entry);
  if (place === 'gone') return false;
  if (place === 'here' && entry.browser && tree.processes.some(({ info }) => sameProcess(info, entry.browser!)))
    return true;
  const profile = tree.profile?.path;
  // The browser may run before its identity is recorded; its command line names the session's folder from the start.
  return (
    profile !== undefined && profile !== '' && (profile === entry.folder || profile.startsWith(`${entry.folder}/`))
  );
}

/** A browser that a person may use, or of another user, is not judged further. */
function byUser(tree: BrowserTree, options: Circumstances): Decision | undefined {
  const ownUid = options.ownUid ?? process.getuid?.() ?? -1;
  const { uid } = tree.root;
  if (ownUid !== -1 && uid !== -1 && uid !== ownUid)
    return { status: 'unknown', evidence: [{ source: 'parent', fact: `It belongs to another user (uid ${uid})` }] };
  if (tree.profile?.kind === 'default')
    return {
      status: 'personal',
      evidence: [{ source: 'profile', fact: 'It uses a person’s own profile, so it is not ours to end' }],
    };
  return undefined;
}

async function byEvidence(
  tree: BrowserTree,
  observation: TreeObservation | undefined,
  options: Circumstances,
): Promise<Decision> {
  const automation = automationStrength(tree, observation, options.tempFolders);
  if (automation.strength === 'none')
    return {
      status: 'personal',
      evidence: [{ source: 'command-line', fact: 'Nothing says that a program drives it' }],
    };
  const probe = options.probe ?? createTreeProbe();
  const found = await findLauncher(tree, options.table, {
    reader: options.reader,
    probe,
    ...defined({ observation, platform: options.platform }),
  });
  const server = found.kind === 'alive' ? found.launcher : undefined;
  const left = server && (await clientIsGone(server, options.table, probe));
  const companions = left === undefined ? [] : serverCompanions(tree, server!, options.table);
  // A driver serves the one program that started it; any other server may get another client.
  const launcher: LauncherVerdict =
    left !== undefined && toolOf(server!)?.kind === 'driver'
      ? { kind: 'gone', evidence: [...found.evidence, left] }
      : found;
  const owner = ownerOf(launcher, observation, options.table);
  const named: Evidence[] =
    observation?.owner === undefined
      ? []
      : [{ source: 'observed', fact: observedFact(observation.owner, observation.ownerEndedAt !== undefined) }];
  const decision = (status: OwnershipStatus, ...evidence: readonly Evidence[]): Decision => ({
    status,
    evidence: [...named, ...launcher.evidence, ...evidence],
    companions,
    ...defined({ owner }),
  });

  const isFragment = tree.browser === undefined && tree.driver === undefined;
  if (launcher.kind === 'alive' && !isFragment && left) return decision('abandoned', left);
  if (launcher.kind === 'alive' && !isFragment)
    return idleDecision(decision, observation, options) ?? decision('owned');
  if (launcher.kind === 'unclear' && !isFragment) return decision('unknown');
  const doubt = await firstDoubt(tree, automation, launcher, observation, options, server);
  if (doubt) return decision('unknown', doubt);
  // Its owner was not observed: the environment it inherited may still name it.
  const origin = owner === undefined ? await findOrigin(tree.root, options.reader) : undefined;
  const known: Owner | undefined =
    owner ?? (origin?.name ? { kind: 'process', name: origin.name, alive: false } : undefined);
  // The fact that names the ended launcher decides, so it comes last.
  return {
    status: 'orphan',
    evidence: [
      // A driver alone is not driven.
      ...(isDriverAlone(tree) ? [] : automation.evidence.slice(0, 1)),
      ...(origin ? [origin.evidence] : []),
      // When the browser itself has ended, its remaining processes have no owner.
      ...(isFragment && launcher.kind !== 'gone' ? [LEFT_OVER] : launcher.evidence),
      ...named,
    ],
    companions,
    ...defined({ owner: known }),
  };
}

const LEFT_OVER: Evidence = {
  source: 'parent',
  fact: 'Its browser has ended, and its remaining processes are of no use',
};

/** The owner lives and no longer uses its browser. */
function idleDecision(
  decision: (status: OwnershipStatus, ...evidence: readonly Evidence[]) => Decision,
  observation: TreeObservation | undefined,
  options: Circumstances,
): Decision | undefined {
  if (!observation) return undefined;
  // A job that outlives its terminal on purpose (`nohup`) is still in use.
  if (observation.ownerEndedAt !== undefined && observation.owner && observation.owner.kind !== 'terminal')
    return decision('abandoned', {
      source: 'observed',
      fact: `The ${ownerWord(observation.owner.kind)} it was started by is over, and the process that launched it still runs`,
    });
  const limit = options.idleLimitMs ?? 30 * 60_000;
  const idleMs = options.table.at - observation.lastBusyAt;
  if (limit === 0 || observation.lastBusyAt === 0 || idleMs < limit) return undefined;
  return decision('abandoned', {
    source: 'observed',
    fact: `Neither it nor its owner has done anything for ${formatDuration(idleMs)}`,
  });
}

/**
 * The first reason not to call it an orphan although its launcher is gone.
 *
 * @param driver its living parent, a driver whose client is gone
 */
async function firstDoubt(
  tree: BrowserTree,
  automation: AutomationStrength,
  launcher: LauncherVerdict,
  observation: TreeObservation | undefined,
  options: Circumstances,
  driver: ProcessInfo | undefined,
): Promise<Evidence | undefined> {
  if (automation.strength !== 'strong') return automation.evidence[0];
  const byHand = startedByHand(tree, launcher, observation);
  if (byHand) return byHand;
  // What a driver of WebKitGTK starts keeps nothing on disk, nor does a driver without a browser. An Electron application under test
  // keeps its data where it always does.
  const keepsNothing =
    isDriverAlone(tree) || (tree.family === 'webkit' && tree.driver !== undefined) || tree.product === ELECTRON_APP;
  if (!tree.profile && !keepsNothing) return { source: 'profile', fact: 'Its profile is not known' };
  const probe = options.probe ?? createTreeProbe();
  const colleague = launcher.kind === 'gone' && launcher.former ? undefined : await jobColleague(tree, options, probe);
  if (colleague)
    return {
      source: 'process-group',
      fact: `${describeProcess(colleague)} of the job it was started in still runs and may use it`,
    };
  // The user stopped the debug session, so its script will not come back for the browser.
  const wasStopped = observation?.owner?.kind === 'debug' && observation.ownerEndedAt !== undefined;
  const reached = wasStopped
    ? undefined
    : await mayBeReached(tree, {
        table: options.table,
        reader: options.reader,
        probe,
        selfPid: options.selfPid ?? process.pid,
        leftDrivers: options.leftDrivers,
        ...defined({ tempFolders: options.tempFolders, driver }),
      });
  if (reached) return reached;
  if (await probe.isInOtherContainer(tree.root)) return { source: 'parent', fact: 'It runs in another container' };
  const clients = await probe.countClients(tree, options.leftDrivers);
  if (clients !== undefined && clients > 0)
    return {
      source: 'connection',
      fact: `${clients === 1 ? 'A program is' : `${clients} programs are`} connected to it`,
    };
  return undefined;
}

/**
 * A line typed in a terminal, as far as that was watched. `(chromium … &)` is a job of the terminal although its parent is
 * gone at once: it stays in the shell's session. And a browser that the shell itself started outlives it only on purpose
 * (`nohup`, `disown`, `setsid`): a terminal that closes ends its other jobs. What a *program* left behind, under a shell, is
 * in neither case: it was seen under that program, which has ended.
 */
function startedByHand(
  tree: BrowserTree,
  launcher: LauncherVerdict,
  observation: TreeObservation | undefined,
): Evidence | undefined {
  const terminal = observation?.owner;
  if (terminal?.kind !== 'terminal') return undefined;
  const former = launcher.kind === 'gone' ? launcher.former : undefined;
  if (former && terminal.identity && sameProcess(former, terminal.identity))
    return {
      source: 'observed',
      fact: `It was started by hand in the terminal '${terminal.name}' and told to outlive it`,
    };
  if (!former && observation?.ownerEndedAt === undefined && tree.root.sessionId === terminal.identity?.pid)
    return { source: 'observed', fact: `It is a background job of the terminal '${terminal.name}', which is open` };
  return undefined;
}

/**
 * A living process in the process group that the tree was launched in. A shell that started the browser and ended at once
 * (`sh -c "chromium … &"`) leaves it to init while the script it did so for, in the same group, goes on using it. We
 * ourselves and what we run under do not count: they are in it when `leakwright clean` is a line of that very script.
 */
async function jobColleague(
  tree: BrowserTree,
  { trees, table, selfPid = process.pid, platform = process.platform }: DecideOwnershipOptions,
  probe: TreeProbe,
): Promise<ProcessInfo | undefined> {
  const top = skipWrappers(tree, table);
  // 0 is every group that began outside of this container, several jobs perhaps: what a program started is no shell's to hand on.
  if (top.groupId === 0 && (platform !== 'linux' || (await isOfProgram(top, probe)))) return undefined;
  if (top.groupId === 1 || top.groupId === top.pid || top.groupId === tree.root.pid) return undefined;
  // Another browser of the same job uses nothing: it is in the same case.
  const members = new Set(
    trees.flatMap((other) =>
      [...other.processes.map(({ info }) => info), ...companionsOf(other, table)].map(({ pid }) => pid),
    ),
  );
  const ours = new Set([selfPid, ...ancestorsOf(table, selfPid).map(({ pid }) => pid)]);
  const isOther = (info: ProcessInfo) =>
    info.groupId === top.groupId &&
    // What keeps the container alive began outside of it, too.
    (top.groupId !== 0 || (info.sessionId === top.sessionId && info.pid > 1 && info.commandLine.length > 0)) &&
    info.state !== 'zombie' &&
    info.pid !== top.pid &&
    !members.has(info.pid) &&
    !ours.has(info.pid) &&
    !isCleanUp(info) &&
    !servesScreen(info) &&
    !ancestorsOf(table, info.pid).some(({ pid }) => members.has(pid) || pid === selfPid);
  return [...table.processes.values()].find(isOther);
}

function ownerOf(
  launcher: LauncherVerdict,
  observation: TreeObservation | undefined,
  table: ProcessTable,
): Owner | undefined {
  const watched = observation?.owner;
  const process: { identity?: ProcessIdentity; name?: string } =
    launcher.kind === 'alive'
      ? { identity: launcher.launcher, name: nameOf(launcher.launcher, table) }
      : launcher.kind === 'gone'
        ? {
            ...defined({ identity: launcher.former, name: launcher.name }),
          }
        : {};
  const identity = process.identity && { pid: process.identity.pid, startTime: process.identity.startTime };
  const alive = launcher.kind === 'alive';
  if (watched) {
    const known = watched.identity ?? identity;
    return { kind: watched.kind, name: watched.name, alive, ...defined({ identity: known }) };
  }
  if (process.name === undefined) return undefined;
  return { kind: 'process', name: process.name, alive, ...defined({ identity }) };
}

/** `Playwright MCP of claude (pid 12)`: an agents' server with its client. */
function nameOf(launcher: ProcessInfo, table: ProcessTable): string {
  const name = describeProcess(launcher);
  const client = clientOf(launcher, table);
  return client ? name.replace(' (pid', ` of ${describeProcess(client).replace(/ \(pid \d+\)$/, '')} (pid`) : name;
}

function observedFact(owner: NonNullable<TreeObservation['owner']>, ended: boolean): string {
  const what = `the ${ownerWord(owner.kind)} '${owner.name}'`;
  return ended ? `It was left behind by ${what}` : `It was started under ${what}`;
}
