/**
 * What package.json contributes to the editor, typed once. A unit test compares the two, so that neither a command
 * without code nor code without a command can be shipped.
 */
import type { CheckResult } from '../leaks/index.ts';
import { ALERT_AGES } from '../machine/index.ts';

/** Commands of the palette and the view's title. */
export const COMMANDS = {
  launchSession: 'leakwright.launchSession',
  attachSession: 'leakwright.attachSession',
  openUrlInSession: 'leakwright.openUrlInSession',
  runScriptInSession: 'leakwright.runScriptInSession',
  debugScriptInSession: 'leakwright.debugScriptInSession',
  copyEndpoint: 'leakwright.copyEndpoint',
  captureHeapSnapshot: 'leakwright.captureHeapSnapshot',
  closeSession: 'leakwright.closeSession',
  closeAllSessions: 'leakwright.closeAllSessions',
  cleanUpOrphans: 'leakwright.cleanUpOrphans',
  cleanUpLeftovers: 'leakwright.cleanUpLeftovers',
  cleanUpOurs: 'leakwright.cleanUpOurs',
  checkUrl: 'leakwright.checkUrl',
  checkAgain: 'leakwright.checkAgain',
  checkScenario: 'leakwright.checkScenario',
  debugScenario: 'leakwright.debugScenario',
  newScenario: 'leakwright.newScenario',
  recordScenario: 'leakwright.recordScenario',
  pickLocator: 'leakwright.pickLocator',
  clearFindings: 'leakwright.clearFindings',
  showLog: 'leakwright.showLog',
  doctor: 'leakwright.doctor',
  openReport: 'leakwright.openReport',
  openReportFile: 'leakwright.openReportFile',
  clearRuns: 'leakwright.clearRuns',
  refresh: 'leakwright.refresh',
  pause: 'leakwright.pause',
  resume: 'leakwright.resume',
  sortByMemory: 'leakwright.sortByMemory',
  sortByRole: 'leakwright.sortByRole',
  filter: 'leakwright.filter',
  clearFilter: 'leakwright.clearFilter',
  showMenu: 'leakwright.showMenu',
} as const;

/** Commands of a tree row or of a finding; the palette hides them, since it cannot say which. */
export const ROW_COMMANDS = {
  ignoreLeak: 'leakwright.ignoreLeak',
  saveAsScenario: 'leakwright.saveAsScenario',
  fixLeak: 'leakwright.fixLeak',
  stopCheck: 'leakwright.stopCheck',
  showBrowser: 'leakwright.showBrowser',
  checkHeaded: 'leakwright.checkHeaded',
  pickPage: 'leakwright.pickPage',
  endTree: 'leakwright.endTree',
  focusPage: 'leakwright.focusPage',
  checkThisPage: 'leakwright.checkThisPage',
  capturePageSnapshot: 'leakwright.capturePageSnapshot',
  checkProgram: 'leakwright.checkProgram',
  captureProgramSnapshot: 'leakwright.captureProgramSnapshot',
  revealOwner: 'leakwright.revealOwner',
  copyPid: 'leakwright.copyPid',
  copyCommandLine: 'leakwright.copyCommandLine',
  goToLeak: 'leakwright.goToLeak',
  compareRuns: 'leakwright.compareRuns',
  deleteRun: 'leakwright.deleteRun',
  removeLeftover: 'leakwright.removeLeftover',
  revealLeftover: 'leakwright.revealLeftover',
  copyLeftoverPath: 'leakwright.copyLeftoverPath',
  compareSnapshots: 'leakwright.compareSnapshots',
} as const;

/** What *Open Report* is given: a run, with the finding to begin at. */
export interface OpenReportRequest {
  readonly result: CheckResult;
  /** The absolute path that its files are relative to. */
  readonly folder: string;
  readonly fingerprint?: string;
}

export type CommandId = (typeof COMMANDS)[keyof typeof COMMANDS] | (typeof ROW_COMMANDS)[keyof typeof ROW_COMMANDS];

/** The read-only editor of heap snapshots. */
export const SNAPSHOT_EDITOR = 'leakwright.heapSnapshot';

export const VIEWS = {
  processes: 'leakwright.processes',
  leakChecks: 'leakwright.leakChecks',
  memory: 'leakwright.memory',
} as const;

/** The `viewType` of report tabs; the editor activates us for it when it restores one. */
export const REPORT_PANEL = 'leakwright.report';

export const TASK_TYPE = 'leakwright';
/** Tools for the editor's agents. */
export const AGENT_TOOLS = {
  listBrowsers: 'leakwright_list_browsers',
  checkPage: 'leakwright_check_page',
  cleanOrphans: 'leakwright_clean_orphans',
} as const;
export const MCP_PROVIDER = 'leakwright.mcp';

/** Recognises the first sample of `tree --watch`. */
export const TREE_MATCHER = '$leakwright-tree';
/** `${command:leakwright.pickPage}` in a task stands for the page that the user picks. */
export const ASK_FOR_PAGE = `\${command:${ROW_COMMANDS.pickPage}}`;
export const TEST_CONTROLLER = 'leakwright';

/** Keys of `when` clauses, with the type of their value. */
export interface ContextKeys {
  /** A first sample was taken: only then may the view say that nothing runs. */
  'leakwright.sampled': boolean;
  'leakwright.paused': boolean;
  'leakwright.hasSessions': boolean;
  /** Checks were run in this workspace and are kept. */
  'leakwright.hasRuns': boolean;
  'leakwright.sortedByMemory': boolean;
  'leakwright.filtered': boolean;
}

export type BrowserSetting = 'auto' | 'chromium' | 'chrome' | 'msedge' | 'firefox' | 'webkit';
/** A rule for leaks that are known: shown with its reason, and no failure. Texts match as substrings. */
export interface IgnoreSetting {
  readonly reason: string;
  readonly name?: string;
  readonly holder?: string;
  readonly file?: string;
  readonly fingerprint?: string;
  readonly kind?: string;
}
type AfterDebugSession = 'ask' | 'clean' | 'ignore';

/** Settings by name below `leakwright.`, with their defaults. */
export interface Settings {
  browser: BrowserSetting;
  headless: boolean;
  /** Milliseconds. */
  refreshInterval: number;
  statusBar: boolean;
  afterDebugSession: AfterDebugSession;
  /** Seconds; 0: never. */
  processLeakAlertAfter: number;
  /** Seconds; 0: never. */
  fileLeakAlertAfter: number;
  /** Counted iterations of scenarios in the Test Explorer; 0: as the scenario says. */
  iterations: number;
  /** Seconds for each check; 0: as its task says, else 120. */
  checkTimeout: number;
  codeLens: boolean;
  checkAgainOnSave: boolean;
  ignore: readonly IgnoreSetting[];
  executablePath: string;
  browserArguments: readonly string[];
  economyArguments: boolean;
  /** Entries as `SavedSession`; checked when they are used. */
  sessions: readonly unknown[];
  maxConcurrentSessions: number;
  /** Seconds; 0 is never. */
  sessionTimeout: number;
  /** Megabytes. */
  sessionMemoryAlert: number;
  closeSessionsOnMemoryPressure: boolean;
  /** 0 captures none. */
  captureRequests: number;
  captureBodyKilobytes: number;
  /** Of `leakwright monitor` on 127.0.0.1; 0: it does not run. */
  monitorPort: number;
}

export const SETTING_DEFAULTS: Settings = {
  browser: 'auto',
  headless: false,
  refreshInterval: 2000,
  statusBar: true,
  afterDebugSession: 'ask',
  processLeakAlertAfter: ALERT_AGES.orphanMs / 1000,
  fileLeakAlertAfter: ALERT_AGES.leftoverMs / 1000,
  iterations: 0,
  checkTimeout: 0,
  codeLens: true,
  checkAgainOnSave: false,
  ignore: [],
  executablePath: '',
  browserArguments: [],
  economyArguments: false,
  sessions: [],
  maxConcurrentSessions: 50,
  sessionTimeout: 3600,
  sessionMemoryAlert: 1024,
  closeSessionsOnMemoryPressure: false,
  captureRequests: 1000,
  captureBodyKilobytes: 16,
  monitorPort: 0,
};
