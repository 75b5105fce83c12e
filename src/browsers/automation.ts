import type { ProcessInfo } from '../processes/index.ts';
import type { Automation, BrowserProfile, DebuggingTransport, Evidence } from './browserTree.ts';
import { type ProfileContext, defaultProfile, judgeProfile } from './profiles.ts';
import { ELECTRON_APP, type Program } from './programs.ts';

/** What a browser's command line, profile and ancestors say about who drives it. */
export interface AutomationFacts {
  readonly headless: boolean;
  readonly profile?: BrowserProfile;
  readonly transport: DebuggingTransport;
  readonly automatedBy?: Automation;
  readonly evidence: readonly Evidence[];
}

/** The most particular claim wins: Leakwright, MCP servers and some tests drive their browsers through Playwright. */
const precedence: readonly Automation[] = [
  'leakwright',
  'mcp',
  'js-debug',
  'selenium',
  'playwright',
  'puppeteer',
  'unknown tool',
];

const names: Readonly<Record<Automation, string>> = {
  leakwright: 'Leakwright',
  mcp: 'an MCP server',
  'js-debug': "VS Code's debugger",
  selenium: 'a WebDriver',
  playwright: 'Playwright',
  puppeteer: 'Puppeteer',
  'unknown tool': 'an automation tool',
};

/**
 * Programs seen above a browser. They refine what its own command line says; alone they claim nothing, since
 * `playwright show-report` opens a person's own browser.
 */
const launchers: readonly { readonly tool: Automation; readonly command: RegExp }[] = [
  {
    tool: 'leakwright',
    command: /[/\\]leakwright[^/\\ ]*[/\\]dist[/\\](?:sessionHost|cli|mcp)\.js\b|[/\\]sessions[/\\]hostProcess\.ts\b/,
  },
  {
    tool: 'mcp',
    command:
      /@playwright[/\\]mcp|\bplaywright-mcp\b|mcp-server-playwright|run-mcp-server|chrome-devtools-mcp|server-puppeteer|puppeteer-mcp/,
  },
  {
    tool: 'playwright',
    // The last is the Python, Java and .NET packages' way of running the same driver.
    command:
      /node_modules[/\\](?:\.bin[/\\]playwright\b|playwright(?:-core)?[/\\]|@playwright[/\\]test[/\\])|playwright[/\\]driver[/\\]/,
  },
  { tool: 'puppeteer', command: /node_modules[/\\](?:\.bin[/\\])?puppeteer(?:-core)?\b/ },
];

/** What has a browser without a window print or save one page, and end. */
export const ONE_JOB = /^--(?:print-to-pdf|screenshot|dump-dom)(?:=|$)/;

/**
 * @param program the browser process as its own command line describes it
 * @param ancestors nearest first
 */
export function judgeAutomation(
  program: Program,
  root: ProcessInfo,
  ancestors: readonly ProcessInfo[],
  driver: Program | undefined,
  context: ProfileContext,
): AutomationFacts {
  const { switches } = program;
  const evidence: Evidence[] = [];
  const claims = new Set<Automation>();
  const claim = (tool: Automation, source: string, fact: string) => {
    claims.add(tool);
    evidence.push({ source, fact });
  };

  const headless = headlessFact(program);
  if (headless) evidence.push({ source: 'command-line', fact: headless });

  const named =
    switches.value('--user-data-dir') ??
    switches.following('-profile') ??
    switches.following('--profile') ??
    switches.value('--profile');
  let profile: BrowserProfile | undefined;
  if (named) {
    const fact = judgeProfile(named, context);
    profile = fact.profile;
    if (fact.madeBy)
      claim(fact.madeBy, 'profile', `Its profile ${named} is a folder such as ${names[fact.madeBy]} makes`);
    else if (profile.kind === 'default')
      evidence.push({ source: 'profile', fact: `Its profile ${named} is a person's own` });
    else evidence.push({ source: 'profile', fact: `Its profile is ${named}` });
  } else if (program.role === 'browser' && !(program.family === 'webkit')) {
    profile = defaultProfile(program.product, root.uid, context);
    evidence.push({ source: 'profile', fact: 'No profile is named on the command line, so it uses the default one' });
  }

  const transport = transportOf(program);
  if (transport.kind === 'pipe') claim('unknown tool', 'command-line', `${pipeSwitch(program)} is on the command line`);
  if (transport.kind === 'port')
    claim('unknown tool', 'command-line', `--remote-debugging-port=${transport.port} is on the command line`);

  const job = transport.kind === 'none' && headless ? root.commandLine.find((one) => ONE_JOB.test(one)) : undefined;
  if (job)
    claim('unknown tool', 'command-line', `${job.split('=')[0]} is on the command line: it does one job and ends`);

  if (driver) claim('selenium', 'parent', `It was started by ${driver.product}`);
  if (switches.value('--test-type') === 'webdriver')
    claim('selenium', 'command-line', '--test-type=webdriver is on the command line');
  else if (switches.has('--disable-field-trial-config') && switches.has('--no-service-autorun'))
    claim(
      'playwright',
      'command-line',
      '--disable-field-trial-config and --no-service-autorun are on the command line, as Playwright passes them',
    );
  else if (switches.has('--generate-pdf-document-outline'))
    claim(
      'puppeteer',
      'command-line',
      '--generate-pdf-document-outline is on the command line, as Puppeteer passes it',
    );
  if (switches.has('-juggler-pipe') || switches.has('--inspector-pipe'))
    claim('playwright', 'command-line', `It is a browser that Playwright builds, which ${pipeSwitch(program)} shows`);
  if (program.product === ELECTRON_APP && switches.value('--inspect') === '0')
    claim(
      'playwright',
      'command-line',
      '--inspect=0 is on the command line, as Playwright starts Electron applications',
    );
  if (switches.has('--extensionTestsPath'))
    claim('unknown tool', 'command-line', '--extensionTestsPath is on the command line: it runs tests of an extension');
  if (switches.has('--enable-automation'))
    claim('unknown tool', 'command-line', '--enable-automation is on the command line');
  if (program.family === 'webkit' && switches.has('--automation'))
    claim('unknown tool', 'command-line', '--automation is on the command line');
  if (switches.has('-marionette') || switches.has('--marionette'))
    claim('unknown tool', 'command-line', '--marionette is on the command line');

  if (claims.size > 0) {
    for (const { tool, command } of launchers) {
      const launcher = ancestors.find(({ commandLine }) => command.test(commandLine.join(' ')));
      if (launcher)
        claim(tool, 'parent', `Process ${launcher.pid} (${launcher.name}) above it belongs to ${names[tool]}`);
    }
  }
  if (root.groupId === root.pid && root.sessionId === root.pid)
    evidence.push({ source: 'process-group', fact: 'It leads a session and a process group of its own' });

  const automatedBy = precedence.find((tool) => claims.has(tool));
  return {
    headless: headless !== undefined,
    transport,
    evidence,
    ...(profile ? { profile } : {}),
    ...(automatedBy ? { automatedBy } : {}),
  };
}

function headlessFact({ product, switches }: Program): string | undefined {
  if (product === 'Chrome Headless Shell') return 'Chrome Headless Shell never has a window';
  for (const name of ['--headless', '-headless']) if (switches.has(name)) return `${name} is on the command line`;
  return undefined;
}

function transportOf({ switches }: Program): DebuggingTransport {
  const port = switches.value('--remote-debugging-port') ?? switches.following('--remote-debugging-port');
  if (port !== undefined && /^\d+$/.test(port)) return { kind: 'port', port: Number(port) };
  const pipe = ['--remote-debugging-pipe', '-juggler-pipe', '--inspector-pipe'].some((name) => switches.has(name));
  return pipe ? { kind: 'pipe' } : { kind: 'none' };
}

function pipeSwitch({ family }: Program): string {
  if (family === 'firefox') return '-juggler-pipe';
  return family === 'webkit' ? '--inspector-pipe' : '--remote-debugging-pipe';
}
