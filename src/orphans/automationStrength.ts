import { tmpdir } from 'node:os';
import { sep } from 'node:path';
import type { BrowserTree, Evidence } from '../browsers/index.ts';
import type { TreeObservation } from './observations.ts';

/**
 * How sure it is that a program uses this browser and no person does.
 *
 * People, too, start a browser with a debugging port and a profile of its own, to attach a debugger or an agent to it; so
 * that much alone is `weak`. `strong` is what no person's browser has: no window, a pipe for a program to speak into, a
 * port that is chosen by chance, a tool's own switches, or a profile in a temporary folder.
 */
export interface AutomationStrength {
  readonly strength: 'none' | 'weak' | 'strong';
  readonly evidence: readonly Evidence[];
}

export function automationStrength(
  tree: BrowserTree,
  observation: TreeObservation | undefined,
  tempFolders: readonly string[] = [tmpdir()],
): AutomationStrength {
  const strong: Evidence[] = [];
  const watched = observation?.owner;
  if (watched && watched.kind !== 'terminal')
    strong.push({ source: 'observed', fact: `It was started by the ${ownerWord(watched.kind)} '${watched.name}'` });
  if (tree.automatedBy === undefined && strong.length === 0) return { strength: 'none', evidence: [] };

  if (tree.automatedBy !== undefined && tree.automatedBy !== 'unknown tool')
    strong.push({ source: 'command-line', fact: `${toolNames[tree.automatedBy]} drives it` });
  if (tree.headless) strong.push({ source: 'command-line', fact: 'It has no window that a person could use' });
  if (tree.transport.kind === 'pipe')
    strong.push({ source: 'command-line', fact: 'It takes orders through a pipe that only its launcher has' });
  const switches = new Set(tree.processes.flatMap(({ info, role }) => (role === 'browser' ? info.commandLine : [])));
  if (switches.has('--remote-debugging-port=0'))
    strong.push({
      source: 'command-line',
      fact: 'Its debugging port is chosen at random, so only a program can find it',
    });
  if ([...switches].some((argument) => argument.startsWith('--extensionTestsPath=')))
    strong.push({ source: 'command-line', fact: 'It runs tests of an extension' });
  for (const name of ['--enable-automation', '--test-type=webdriver', '--marionette', '-marionette'])
    if (switches.has(name)) strong.push({ source: 'command-line', fact: `${name} is on its command line` });
  if (tree.profile && isTemporary(tree.profile.path, tree.profile.kind, tempFolders))
    strong.push({ source: 'profile', fact: `Its profile ${tree.profile.path} is a temporary one` });

  if (strong.length > 0) return { strength: 'strong', evidence: strong };
  return {
    strength: 'weak',
    evidence: [
      {
        source: 'command-line',
        fact: 'A program can connect to it, but a person may use it: it has a window and a profile that is kept',
      },
    ],
  };
}

function isTemporary(path: string, kind: string, tempFolders: readonly string[]): boolean {
  return kind === 'temporary' || tempFolders.some((folder) => path.startsWith(folder + sep));
}

const toolNames = {
  playwright: 'Playwright',
  puppeteer: 'Puppeteer',
  selenium: 'A WebDriver',
  'js-debug': 'VS Code’s debugger',
  mcp: 'An MCP server',
  leakwright: 'Leakwright',
} as const;

export function ownerWord(kind: 'debug' | 'task' | 'terminal'): string {
  return kind === 'debug' ? 'debug session' : kind;
}
