import { join } from 'node:path';
import { type Disposable, type ExtensionContext, type Uri, commands, l10n, workspace } from 'vscode';
import { LeftoverWatch } from '../machine/index.ts';
import type { SessionInfo } from '../sessions/index.ts';
import { describeError, toolVersion } from '../support/index.ts';
import { offerTools } from './agents/languageModelTools.ts';
import { offerMcpServer } from './agents/mcpServer.ts';
import { pickPage } from './checks/askForPage.ts';
import { checkAfterSave } from './checks/checkAfterSave.ts';
import { CheckResults } from './checks/checkResults.ts';
import { CheckTasks } from './checks/checkTasks.ts';
import { FindingActions } from './checks/findingActions.ts';
import { FindingHover } from './checks/findingHover.ts';
import { Findings } from './checks/findings.ts';
import { KeptFindings } from './checks/keptFindings.ts';
import type { CheckTarget } from './checks/locateFinding.ts';
import { RecentChecks } from './checks/recentChecks.ts';
import { RunningChecks } from './checks/runningChecks.ts';
import { RunningStatus } from './checks/runningStatus.ts';
import { cleanUpLeftovers } from './cleaning/cleanUpLeftovers.ts';
import { cleanUpOrphans } from './cleaning/cleanUpOrphans.ts';
import { cleanUpOurs } from './cleaning/cleanUpOurs.ts';
import { LeakAlerts } from './cleaning/leakAlerts.ts';
import { OwnerWatch } from './cleaning/ownerWatch.ts';
import { forgetContextKeys, setContextKey } from './contextKeys.ts';
import { COMMANDS, type CommandId, ROW_COMMANDS } from './contributions.ts';
import { watchDeletions } from './deletedFiles.ts';
import { reportFailure } from './failure.ts';
import { engine, onDemand } from './lazyBundles.ts';
import { LeakChecksView } from './leakChecks/leakChecksView.ts';
import type { OpenReportArgument } from './leakChecks/leakCommands.ts';
import type { LeakNode } from './leakChecks/leakRows.ts';
import { PastRuns } from './leakChecks/pastRuns.ts';
import { createLog, inBackground } from './log.ts';
import { PageWatch } from './managed/pageWatch.ts';
import { registerSessionCommands } from './managed/registerCommands.ts';
import { closeInteractively } from './managed/sessionCommands.ts';
import { SessionNews } from './managed/sessionNews.ts';
import { WindowSessions } from './managed/windowSessions.ts';
import { Marks, marksOfCheck } from './memoryView/marks.ts';
import { MemoryView } from './memoryView/memoryView.ts';
import { MonitorProcess } from './monitoring/monitorProcess.ts';
import type { RowOrder } from './processTree/buildRows.ts';
import type { Node } from './processTree/nodeStore.ts';
import { ProcessesView } from './processTree/processesView.ts';
import { ProcessWatch } from './processTree/processWatch.ts';
import {
  capturePageSnapshot,
  focusPage,
  copyCommandLine,
  copyEndpoint,
  copyPid,
  endTree,
  copyLeftoverPath,
  removeLeftoverOf,
  revealLeftover,
} from './processTree/rowCommands.ts';
import { StatusBar } from './processTree/statusBar.ts';
import { ReportPanels } from './report/reportPanel.ts';
import { compareSnapshots, registerSnapshotEditor } from './snapshots/snapshotEditor.ts';
import type { NewScenario } from './testExplorer/newScenario.ts';
import { ScenarioLens } from './testExplorer/scenarioLens.ts';
import { ScenarioTests } from './testExplorer/scenarioTests.ts';
import { setTranslator } from './translate.ts';

/** The extension while it is active. */
export interface Leakwright {
  /** How long activation took, in ms. */
  readonly activationMs: number;
  /** This window's own folder. */
  readonly storage: string;
  readonly results: CheckResults;
  readonly checks: CheckTasks;
  readonly running: RunningChecks;
  readonly scenarios: ScenarioTests;
  readonly findings: Findings;
  readonly sessions: WindowSessions;
  readonly watch: ProcessWatch;
  readonly leftovers: LeftoverWatch;
  readonly owners: OwnerWatch;
  readonly processes: ProcessesView;
  readonly memory: MemoryView;
  readonly pastRuns: PastRuns;
  readonly leakChecks: LeakChecksView;
  readonly statusBar: StatusBar;
  readonly monitor: MonitorProcess;
  /** Ends what we started and disposes of all registrations. */
  stop(): Promise<void>;
}

/** Which order the user chose, in the workspace's state. */
const SORTED_BY_MEMORY = 'processes.sortedByMemory';

export function startLeakwright(context: ExtensionContext): Leakwright {
  const startedAt = performance.now();
  setTranslator((message, ...values) => l10n.t(message, ...values));
  const log = createLog();
  const { fsPath: storage } = context.storageUri ?? context.globalStorageUri;

  const cli = join(context.extensionPath, 'dist', 'cli.js');
  const results = new CheckResults();
  const running = new RunningChecks();
  const recent = new RecentChecks(context.workspaceState);
  const checking = { cli, storage, results, running, recent, log };
  const checks = new CheckTasks(checking);
  const scenarios = new ScenarioTests(checking);
  const findings = new Findings();
  const pastRuns = new PastRuns({ storage, log });
  const kept = new KeptFindings({ storage, log, results: () => findings.results });
  const leakChecks = new LeakChecksView(pastRuns, running);
  const reports = new ReportPanels({
    extensionUri: context.extensionUri,
    log,
    readRun: (id) => pastRuns.readWithFolder(id),
  });
  const past = { runs: pastRuns, reports, selected: () => leakChecks.view.selection };
  const loop = { ...past, findings, checks, scenarios, results, recent, running };
  const start = { ...loop, cli, storage, memory: context.workspaceState };
  const sessions = new WindowSessions(log);
  const marks = new Marks();
  const pages = new PageWatch({
    map: (id) => sessions.mapPages(id),
    sample: (id) => sessions.samplePages(id),
    marks,
    log,
    onChange: () => watch.announce(),
  });
  const watch = new ProcessWatch({ log, sessions: () => sessions.sessions, pages: (id, key) => pages.of(id, key) });
  const leftovers = new LeftoverWatch({
    survey: async () => await engine().surveyLeftovers({}, await watch.reader.readTable()),
    log,
  });
  const cleaning = { watch, leftovers, log };
  const alerts = new LeakAlerts(cleaning);
  const owners = new OwnerWatch({
    context: cleaning,
    offer: (owner, aftermath) => alerts.offer(owner, aftermath),
    onEnding: (owner) => alerts.noteOwnerEnding(owner),
    onEnded: (owner, aftermath, beganAt) => alerts.noteOwnerEnded(owner, aftermath, beganAt),
  });
  const processes = new ProcessesView({
    watch,
    leftovers,
    log,
    leaks: () => findings.leaks,
    folders: localFolders,
    housekeeping: () => sessions.statistics,
  });
  const memory = new MemoryView({
    extensionUri: context.extensionUri,
    watch,
    log,
    selected: () => processes.view.selection[0]?.row,
    past: {
      history: (key) => watch.history(key),
      processHistory: (key) => watch.processHistory(key),
      pageHistory: (key, pid) => pages.history(key, pid),
      marks: (key, pid) => marks.of(key, pid),
    },
  });
  const managed = { sessions, news: new SessionNews(sessions, log), watch, log };
  const rows = {
    watch,
    sessions,
    leftovers,
    log,
    selected: () => processes.view.selection[0],
    closeSession: (session: SessionInfo) => closeInteractively(managed, session),
  };

  const monitor = new MonitorProcess({ cli, log });
  const statusBar = new StatusBar({ watch, sessions: () => sessions.sessions });
  const sortRows = async (order: RowOrder) => {
    processes.setOrder(order);
    await context.workspaceState.update(SORTED_BY_MEMORY, order === 'memory');
  };

  sessions.onEvent(({ type }) => {
    statusBar.update();
    watch.announce();
    // Browsers came or went: the next beat may be ten seconds away.
    const isTurn = type === 'sessionStarted' || type === 'sessionEnded' || type === 'hostLost';
    if (isTurn && processes.view.visible && !watch.paused)
      inBackground(log, 'Looking at the browsers', watch.refresh());
  });
  watch.onDidChange((trees) => {
    // Hidden views need no names and no numbers.
    if (processes.view.visible || memory.visible) pages.update(trees);
  });
  const disposables: Disposable[] = [
    results.onDidResult(({ result, folder }) => findings.accept(result, folder ?? '')),
    results.onDidResult((outcome) => {
      pastRuns.accept(outcome);
      setContextKey('leakwright.hasRuns', true);
    }),
    results.onDidResult(({ result }) => {
      for (const mark of marksOfCheck(result)) marks.add(undefined, mark);
      memory.update();
    }),
    watchDeletions((isGone) => {
      findings.forget(isGone);
      inBackground(log, 'Looking for deleted scenarios', leakChecks.noteDeleted(isGone));
    }),
    checks.onDidEnd((ended) => inBackground(log, 'Saying how a check ended', onDemand().announceEnd(findings, ended))),
    findings.onDidChange(() => kept.note()),
    checkAfterSave(findings),
    new RunningStatus(running),
    running,
    findings.onDidChange(() => processes.updateBadge()),
    processes.view.onDidChangeSelection(() => memory.update()),
    processes.view.onDidChangeVisibility(() => statusBar.update()),
    checks,
    scenarios,
    registerSnapshotEditor({ cli, log }),
    new ScenarioLens(),
    new FindingActions(findings),
    new FindingHover(findings, async ({ result, finding }) => await pastRuns.growthOf(result, finding.fingerprint)),
    results,
    findings,
    leakChecks,
    reports,
    ...offerMcpServer(join(context.extensionPath, 'dist', 'mcp.js'), toolVersion()),
    ...offerTools(cleaning, checks),
    statusBar,
    monitor,
    memory,
    processes,
    pages,
    owners,
    alerts,
    leftovers,
    watch,
    log.channel,
  ];

  const command = (id: CommandId, run: (...args: never[]) => unknown) => {
    disposables.unshift(
      commands.registerCommand(id, async (...args: unknown[]) => {
        try {
          return await run(...(args as never[]));
        } catch (error) {
          log.error(`${id}: ${describeError(error)}`);
          inBackground(log, id, reportFailure(error));
          return undefined;
        }
      }),
    );
  };
  registerSessionCommands(command, managed, (node) => copyEndpoint(rows, node));
  command(COMMANDS.cleanUpOrphans, () => cleanUpOrphans(cleaning));
  command(COMMANDS.cleanUpLeftovers, () => cleanUpLeftovers(cleaning));
  command(COMMANDS.cleanUpOurs, () => cleanUpOurs(cleaning, sessions));
  command(COMMANDS.checkUrl, (given?: { url?: string }) => onDemand().checkPage(start, given));
  command(COMMANDS.checkScenario, (uri?: Uri) => scenarios.run('check', uri));
  command(COMMANDS.debugScenario, (uri?: Uri) => scenarios.run('debug', uri));
  command(COMMANDS.newScenario, (given?: NewScenario) => onDemand().newScenario(context.workspaceState, given));
  command(COMMANDS.pickLocator, () => onDemand().pickLocator(context.workspaceState, cli));
  command(COMMANDS.recordScenario, () => onDemand().recordScenario(context.workspaceState, cli));
  command(COMMANDS.clearFindings, () => findings.clear());
  command(COMMANDS.showLog, () => log.channel.show());
  command(COMMANDS.doctor, () => onDemand().doctor({ cli, extensionVersion: ownVersion(context), log }));
  command(COMMANDS.openReport, (asked?: OpenReportArgument) => onDemand().openReport(past, asked));
  command(COMMANDS.openReportFile, (uri?: Uri) => onDemand().openReportFile(past, uri));
  command(COMMANDS.clearRuns, () => onDemand().clearRuns(past));
  command(COMMANDS.refresh, () => processes.refresh());
  command(COMMANDS.pause, () => processes.setPaused(true));
  command(COMMANDS.resume, () => processes.setPaused(false));
  command(ROW_COMMANDS.pickPage, () => pickPage(context.workspaceState));
  command(COMMANDS.checkAgain, (target?: CheckTarget) => onDemand().checkAgain(loop, target));
  command(ROW_COMMANDS.checkHeaded, (target?: CheckTarget) => onDemand().checkAgain(loop, target, 'show'));
  command(ROW_COMMANDS.saveAsScenario, (target?: CheckTarget) => onDemand().saveAsScenario(loop, target));
  command(ROW_COMMANDS.fixLeak, (target?: CheckTarget) => onDemand().fixLeak(loop, target));
  command(ROW_COMMANDS.stopCheck, (node?: LeakNode) => {
    for (const { id, stop } of running.list) if (node?.kind !== 'running' || node.check.id === id) stop();
  });
  command(ROW_COMMANDS.showBrowser, (node?: LeakNode) => {
    if (node?.kind === 'running') running.list.find(({ id }) => id === node.check.id)?.showBrowser?.();
  });
  command(ROW_COMMANDS.ignoreLeak, async (target: CheckTarget & { readonly reason?: string }) => {
    const located = await onDemand().locateFinding(loop, target);
    if (located) await onDemand().ignoreLeak(findings, located, target.reason);
  });
  command(COMMANDS.sortByMemory, () => sortRows('memory'));
  command(COMMANDS.sortByRole, () => sortRows('role'));
  command(COMMANDS.filter, (text?: string) => onDemand().filterInteractively(processes, text));
  command(COMMANDS.clearFilter, () => processes.setFilter(''));
  command(COMMANDS.showMenu, () => onDemand().showMenu({ paused: watch.paused, sessions: sessions.sessions.length }));
  command(ROW_COMMANDS.checkThisPage, (node?: Node) => onDemand().checkThisPage(start, (node ?? rows.selected())?.row));
  command(ROW_COMMANDS.focusPage, (node?: Node) => focusPage(rows, node));
  command(ROW_COMMANDS.capturePageSnapshot, (node?: Node, file?: unknown) =>
    capturePageSnapshot(rows, node, typeof file === 'string' ? file : undefined),
  );
  command(ROW_COMMANDS.checkProgram, (node?: Node, given?: object) =>
    onDemand().checkProgram(start, (node ?? rows.selected())?.row, given),
  );
  command(ROW_COMMANDS.captureProgramSnapshot, (node?: Node, file?: unknown) =>
    onDemand().captureProgramSnapshot(
      rows,
      (node ?? rows.selected())?.row,
      typeof file === 'string' ? file : undefined,
    ),
  );
  command(ROW_COMMANDS.endTree, (node?: Node) => endTree(rows, node));
  command(ROW_COMMANDS.revealOwner, (node?: Node) => onDemand().revealOwner(rows, node));
  command(ROW_COMMANDS.copyPid, (node?: Node) => copyPid(rows, node));
  command(ROW_COMMANDS.copyCommandLine, (node?: Node) => copyCommandLine(rows, node));
  command(ROW_COMMANDS.removeLeftover, (node?: Node) => removeLeftoverOf(rows, node));
  command(ROW_COMMANDS.revealLeftover, (node?: Node) => revealLeftover(rows, node));
  command(ROW_COMMANDS.copyLeftoverPath, (node?: Node) => copyLeftoverPath(rows, node));
  command(ROW_COMMANDS.goToLeak, (target?: CheckTarget) => onDemand().goToLine(loop, target));
  command(ROW_COMMANDS.compareRuns, (node?: LeakNode, nodes?: LeakNode[]) => onDemand().compareRuns(past, node, nodes));
  command(ROW_COMMANDS.compareSnapshots, (_uri: Uri, uris: Uri[] = []) => compareSnapshots({ cli, log }, uris));
  command(ROW_COMMANDS.deleteRun, (node?: LeakNode, nodes?: LeakNode[]) => onDemand().deleteRuns(past, node, nodes));
  setContextKey('leakwright.paused', false);
  // A process more, and a file to read, is nothing activation should wait for.
  setImmediate(() => {
    monitor.apply();
    const restore = async () => {
      const earlier = await kept.read();
      if (disposables.length > 0) findings.restore(earlier);
    };
    inBackground(log, 'Reading earlier Problems', restore());
  });
  if (context.workspaceState.get(SORTED_BY_MEMORY)) processes.setOrder('memory');

  return {
    activationMs: performance.now() - startedAt,
    storage,
    results,
    checks,
    running,
    scenarios,
    findings,
    sessions,
    watch,
    leftovers,
    owners,
    processes,
    memory,
    pastRuns,
    leakChecks,
    statusBar,
    monitor,
    async stop() {
      for (const disposable of disposables.splice(0)) disposable.dispose();
      forgetContextKeys();
      // The editor gives an extension some seconds; should they not do, the host finishes by itself.
      await Promise.all([sessions.dispose(), scenarios.settled(), pastRuns.close(), kept.flush()]);
    },
  };
}

/** The workspace's folders that are on a disk of this machine. */
const localFolders = (): readonly string[] =>
  (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file').map(({ uri }) => uri.fsPath);

function ownVersion({ extension }: ExtensionContext): string {
  return (extension.packageJSON as { version: string }).version;
}
