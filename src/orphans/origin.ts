import type { Evidence } from '../browsers/index.ts';
import type { ProcessIdentity, ProcessReader } from '../processes/index.ts';

/** The launcher of a browser, as far as the inherited environment names it after the launcher has ended. */
export interface Origin {
  /** For people: `npm run e2e (shop)`. */
  readonly name?: string;
  readonly evidence: Evidence;
}

/**
 * Reads the browser's environment: package managers write the script they run into it, shells the folder they are in. It
 * names the launcher and decides nothing: a variable proves neither who launched the browser nor that the launcher has
 * ended.
 */
export async function findOrigin(root: ProcessIdentity, reader: ProcessReader): Promise<Origin | undefined> {
  const environment = await reader.readEnvironment(root);
  if (!environment) return undefined;
  const name = scriptOf(environment);
  const folder = environment['PWD'] || environment['INIT_CWD'];
  const where = folder ? `in ${folder}` : '';
  if (name)
    return {
      name,
      evidence: { source: 'environment', fact: ['It was started by', name, where].filter(Boolean).join(' ') },
    };
  return folder ? { evidence: { source: 'environment', fact: `It was started ${where}` } } : undefined;
}

/** The variables that npm, pnpm and yarn set for the scripts they run. */
function scriptOf(environment: Readonly<Record<string, string>>): string | undefined {
  const script = environment['npm_lifecycle_event'];
  if (!script) return undefined;
  const [manager] = /^(?:npm|pnpm|yarn|bun)(?=\/)/.exec(environment['npm_config_user_agent'] ?? '') ?? ['npm'];
  const of = environment['npm_package_name'];
  return `${script === 'npx' ? 'npx' : `${manager} run ${script}`}${of ? ` (${of})` : ''}`;
}
