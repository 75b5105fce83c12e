import { type QuickPickItem, QuickPickItemKind, ThemeIcon, window } from 'vscode';
import type { SessionInfo } from '../../sessions/index.ts';
import type { Log } from '../../support/index.ts';
import { engine } from '../lazyBundles.ts';
import type { ProcessWatch } from '../processTree/processWatch.ts';
import { t } from '../translate.ts';
import { requireTrust } from '../trust.ts';
import { launchWithProgress } from './launchFlow.ts';
import type { SavedSession } from './savedSessions.ts';
import type { WindowSessions } from './windowSessions.ts';

interface AttachContext {
  readonly sessions: WindowSessions;
  readonly watch: ProcessWatch;
  readonly log: Log;
}

type Target = Pick<SavedSession, 'endpoint'> & { readonly source: 'attach' | 'connect' | 'grid' };
type Choice = QuickPickItem & { readonly target?: Target };

/** *Attach…*: to a browser of this machine that listens on a port, or to one elsewhere by its address. */
export async function attachInteractively(context: AttachContext, given?: Target): Promise<SessionInfo | undefined> {
  if (!requireTrust(t('Attaching to a browser'))) return undefined;
  const target = given ?? (await pickTarget(context));
  const endpoint = target && (target.endpoint ?? (await askEndpoint(target.source)));
  return endpoint === undefined ? undefined : await launchWithProgress(context, { ...target, endpoint });
}

async function pickTarget({ watch }: AttachContext): Promise<Target | undefined> {
  const items = listeningBrowsers(watch).then((found): Choice[] => [
    ...found,
    ...(found.length > 0 ? [{ label: '', kind: QuickPickItemKind.Separator }] : []),
    {
      label: t('Browser with a debugging port…'),
      detail: t('Chromium, Chrome or Edge, started with --remote-debugging-port. It is left running.'),
      iconPath: new ThemeIcon('plug'),
      target: { source: 'attach' },
    },
    {
      label: t('Playwright server…'),
      detail: t('Started with `playwright run-server` or `launchServer`, of the same version.'),
      iconPath: new ThemeIcon('remote'),
      target: { source: 'connect' },
    },
    {
      label: t('Selenium Grid…'),
      detail: t('Its hub starts a Chrome or Edge on one of its nodes, and ends it with the session.'),
      iconPath: new ThemeIcon('server'),
      target: { source: 'grid' },
    },
  ]);
  return (await window.showQuickPick(items, { title: t('Attach'), matchOnDetail: true }))?.target;
}

/** Browsers that programs started and that take orders on a port. A person's own browser is not offered. */
async function listeningBrowsers(watch: ProcessWatch): Promise<Choice[]> {
  const choices: Choice[] = [];
  for (const { sample, owned, session } of await watch.refresh()) {
    if (session || owned?.status === 'personal') continue;
    const port = await engine().readDevToolsPort(sample.tree);
    if (!port) continue;
    const { product, version, root } = sample.tree;
    choices.push({
      label: [product, version?.split('.')[0]].filter(Boolean).join(' '),
      description: t('process {0}, port {1}', root.pid, port.port),
      detail: owned?.owner?.name ?? '',
      iconPath: new ThemeIcon('browser'),
      target: { source: 'attach', endpoint: `http://127.0.0.1:${port.port}` },
    });
  }
  return choices;
}

async function askEndpoint(source: Target['source']): Promise<string | undefined> {
  const examples = {
    attach: 'http://127.0.0.1:9222',
    connect: 'ws://127.0.0.1:3000/',
    grid: 'http://127.0.0.1:4444/wd/hub',
  };
  const prompts = {
    attach: t('The address of its debugging port'),
    connect: t('The address that the server printed'),
    grid: t('The address of the hub'),
  };
  const typed = await window.showInputBox({
    title: t('Attach'),
    prompt: prompts[source],
    placeHolder: examples[source],
    ignoreFocusOut: true,
    validateInput: (value) =>
      URL.canParse(value.trim()) ? undefined : t('Enter an address, like {0}', examples[source]),
  });
  return typed?.trim();
}
