import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Log, describeError, replaceFile, stateFolder } from '../support/index.ts';

const SWITCH = '--disable-features=';

/**
 * Parts of Chromium's own window that are not seen without a display: the list under its address bar, a page with a renderer of
 * its own. *Measured in the new headless mode of Chromium 156: 0.9 s of CPU and 0.2 s of time a launch.*
 */
export const UNSEEN_FEATURES: readonly string[] = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'];

/** Versions remembered: more than a person has workspaces with different ones. */
const MAX_VERSIONS = 50;

type FeaturesByVersion = Readonly<Record<string, readonly string[]>>;

/**
 * Chromium takes the last `--disable-features` only, so a switch of ours must repeat what Playwright turns off. Playwright
 * does not say what that is; it is read off the first browser that a version launches, and remembered.
 *
 * @param args the user's arguments, which may turn features off already
 * @param unwanted features to be turned off besides, where it is known what to repeat
 * @returns the arguments, all features in one switch
 */
export function withDisabledFeatures(
  args: readonly string[],
  unwanted: readonly string[],
  playwrightVersion: string,
): string[] {
  const asked = args.filter((argument) => argument.startsWith(SWITCH)).flatMap(featuresOf);
  const repeated = remembered()[playwrightVersion];
  if (!repeated || asked.length + unwanted.length === 0) return [...args];
  const others = args.filter((argument) => !argument.startsWith(SWITCH));
  return [...others, SWITCH + [...new Set([...repeated, ...asked, ...unwanted])].join(',')];
}

/**
 * Notes what Playwright itself turned off in a browser that it launched. Never rejects.
 *
 * @param asked the user's arguments: what they turn off is not Playwright's
 */
export async function rememberDisabledFeatures(
  playwrightVersion: string,
  commandLine: readonly string[],
  asked: readonly string[],
  log: Log,
): Promise<void> {
  const switches = commandLine.filter((argument) => argument.startsWith(SWITCH) && !asked.includes(argument));
  const known = remembered();
  // With more than one switch it is unknown which one is Playwright's.
  if (known[playwrightVersion] || switches.length !== 1) return;
  const newest = [
    ...Object.entries(known).slice(1 - MAX_VERSIONS),
    [playwrightVersion, featuresOf(switches[0]!)] as const,
  ];
  try {
    await replaceFile(file(), `${JSON.stringify(Object.fromEntries(newest), null, 2)}\n`);
  } catch (error) {
    log.debug(`What Playwright turns off could not be noted: ${describeError(error)}`);
  }
}

function file(): string {
  return join(stateFolder(), 'disabled-features.json');
}

/** Reads a file that another program may have written: only entries that look like features of versions. */
function remembered(): FeaturesByVersion {
  try {
    const value: unknown = JSON.parse(readFileSync(file(), 'utf8'));
    return Object.fromEntries(
      Object.entries(value as Record<string, unknown>).filter(
        (entry): entry is [string, string[]] =>
          Array.isArray(entry[1]) && entry[1].every((name) => typeof name === 'string' && /^\w+$/.test(name)),
      ),
    );
  } catch {
    return {};
  }
}

function featuresOf(argument: string): string[] {
  return argument
    .slice(SWITCH.length)
    .split(',')
    .filter((name) => name !== '');
}
