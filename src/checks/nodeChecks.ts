import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CheckSettings } from './options.ts';
import { type NodeTarget, requestScenario } from '../leaks/index.ts';
import { type Scenario, loadScenarioFile } from '../scenarios/index.ts';
import { defined, LeakwrightError } from '../support/index.ts';
import { parsePageUrl } from './values.ts';

/** Options that say how a browser is to be, or what is done on a page. */
const OF_PAGES = [
  'click',
  'clock',
  'duration',
  'profile',
  'browser',
  'executablePath',
  'connect',
  'storageState',
  'project',
] as const satisfies readonly (keyof CheckSettings)[];

/**
 * The program that options name: the file that is started, or one that runs.
 *
 * @throws LeakwrightError `usage` where they name none, several, or say what is for pages only
 */
export function nodeTarget(settings: CheckSettings, onOutput?: (line: string) => void): NodeTarget {
  const { node, nodePid, inspect, url } = settings;
  const named = [node, nodePid, inspect].filter((value) => value !== undefined);
  if (named.length !== 1) {
    throw new LeakwrightError(
      'usage',
      named.length === 0 ? '--request and --evaluate need a Node program.' : 'Name one Node program.',
      {
        hint: 'Give one of --node PROGRAM, --node-pid PID and --inspect URL.',
      },
    );
  }
  const wrong = OF_PAGES.find((name) => settings[name] !== undefined && (settings[name] as unknown[]).length !== 0);
  if (wrong !== undefined) {
    throw new LeakwrightError('usage', `--${wrong} is for pages; a Node program has none.`, {
      hint: 'Say what an iteration does with --request, with --evaluate, or in a scenario file.',
    });
  }
  if (nodePid !== undefined) return { kind: 'pid', pid: nodePid };
  if (inspect !== undefined) return { kind: 'inspector', url: inspect };
  return {
    kind: 'start',
    // A path with spaces is one word.
    command: existsSync(resolve(node!)) ? [node!] : node!.split(/\s+/).filter((word) => word !== ''),
    cwd: process.cwd(),
    ...defined({ url: url === undefined ? undefined : parsePageUrl(url) }),
    ...(onOutput ? { onOutput } : {}),
  };
}

/**
 * What is done to the program in an iteration: its `--request`s and `--evaluate`s, or what scenario files do.
 *
 * @throws LeakwrightError `usage`, and what a scenario file is refused for
 */
export async function nodeScenarios(
  settings: CheckSettings,
  files: readonly string[],
): Promise<readonly { readonly scenario: Scenario; readonly setup: undefined }[]> {
  nodeTarget(settings);
  const { request = [], evaluate = [], url, node, nodePid, inspect } = settings;
  const place = nodePlace(settings);
  if (request.length + evaluate.length > 0) {
    if (files.length > 0)
      throw new LeakwrightError('usage', 'Give either scenario files or --request and --evaluate, not both.');
    if (url === undefined && request.length > 0) {
      throw new LeakwrightError('usage', 'With --request, --url must say where the program answers.', {
        hint: 'As in: --url http://127.0.0.1:3000 --request "GET /items"',
      });
    }
    const program = node ?? url ?? inspect ?? `process ${nodePid}`;
    const name = `${program}: ${[...request, ...evaluate].join(', ')}`;
    return [{ scenario: requestScenario(place.url, request, name, evaluate), setup: undefined }];
  }
  if (files.length === 0) {
    throw new LeakwrightError('usage', 'Say what an iteration does.', {
      hint: 'Give --request "GET /path", --evaluate "EXPRESSION", or a scenario file whose iteration does it.',
    });
  }
  return await Promise.all(
    files.map(async (file) => ({ scenario: await loadScenarioFile(resolve(file), place), setup: undefined })),
  );
}

/** What stands for the address of a scenario that names none: the server's, or the program itself. */
export const nodePlace = ({ url, node }: CheckSettings): { readonly url: string } => {
  if (url !== undefined) return { url: parsePageUrl(url) };
  return { url: node === undefined ? 'http://127.0.0.1/' : pathToFileURL(resolve(node)).href };
};
