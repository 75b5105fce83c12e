import { type QuickPickItem, QuickPickItemKind } from 'vscode';
import type { FoundSteps } from '../../scenarios/index.ts';
import { plainText, runOverChannel } from '../../support/index.ts';
import { errorSentence, executableArguments } from '../cancellable.ts';
import { checkedName } from '../checks/runningCheck.ts';
import { setting } from '../settings.ts';
import { t } from '../translate.ts';
import { chooseFrom } from './chooseFrom.ts';

/** What to do on the page. */
export type How =
  | { readonly kind: 'clicks'; readonly clicks: readonly string[] }
  | { readonly kind: 'record' | 'selectors' | 'links' }
  /** The page needs something first; then the question is asked again. */
  | { readonly kind: 'signIn' }
  | { readonly kind: 'acceptCertificate' };

type HowItem = QuickPickItem & { readonly how?: How };

export interface PageToAsk {
  readonly url: string;
  readonly cli: string;
  readonly cwd: string | undefined;
  readonly storageState?: string;
  readonly ignoreHttpsErrors?: boolean;
}

/** Asks what to do on a page, while the page is tried for clicks that end where they began. */
export async function askHow(page: PageToAsk): Promise<How | 'back' | undefined> {
  const chosen = await chooseFrom<HowItem>({
    title: t('Check {0}: How?', checkedName(page.url)),
    placeholder: t('Looking at the page for what opens and closes…'),
    canGoBack: true,
    fill: (show, signal) => {
      show(usualWays(), false);
      void tryPage(page, signal).then(
        (found) => show([...offersOf(found), ...usualWays()], true, summaryOf(found, page.url)),
        (error: unknown) => {
          const why = plainText(error instanceof Error ? error.message : String(error), 200);
          show([...remediesOf(why), ...usualWays()], true, why);
        },
      );
    },
  });
  return chosen === 'back' ? 'back' : chosen?.how;
}

/** Recording needs a screen: where there is none (a container, a remote machine), it is not offered. */
function hasScreen(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): boolean {
  return platform !== 'linux' || Boolean(env['DISPLAY'] ?? env['WAYLAND_DISPLAY']);
}

function usualWays(): HowItem[] {
  return [
    ...(hasScreen()
      ? [
          {
            label: `$(record) ${t('Record the Steps')}`,
            description: t('do them once in a browser'),
            how: { kind: 'record' } as const,
          },
        ]
      : []),
    { label: `$(edit) ${t('Selectors…')}`, description: t('type what to click'), how: { kind: 'selectors' } },
    { label: `$(link) ${t('Links Only')}`, description: t('each link there and back'), how: { kind: 'links' } },
  ];
}

function offersOf({ pairs, asksToSignIn }: FoundSteps): HowItem[] {
  const all = pairs.flatMap(({ clicks }) => clicks);
  const names = pairs.map(({ name }) => plainText(name, 40)).join(', ');
  return [
    ...(asksToSignIn && hasScreen()
      ? [
          {
            label: `$(key) ${t('Sign In First…')}`,
            description: t('in a browser window; checks then begin signed in'),
            how: { kind: 'signIn' } as const,
          },
        ]
      : []),
    ...(pairs.length > 1
      ? [
          {
            label: `$(zap) ${t('Open and close all {0} that were found', pairs.length)}`,
            description: names,
            how: { kind: 'clicks', clicks: all } as const,
          },
        ]
      : []),
    ...pairs.map(({ name, clicks }): HowItem => ({
      label: `$(zap) ${plainText(name, 80)}`,
      description: plainText([...new Set(clicks)].join(' → '), 120),
      how: { kind: 'clicks', clicks },
    })),
    ...(pairs.length > 0 ? [{ label: t('Or'), kind: QuickPickItemKind.Separator }] : []),
  ];
}

function summaryOf({ pairs, asksToSignIn, url }: FoundSteps, asked: string): string {
  if (asksToSignIn) return t('{0} asks to sign in.', checkedName(url));
  const led = url.replace(/\/$/, '') === asked.replace(/\/$/, '') ? '' : `${t('It leads to {0}.', checkedName(url))} `;
  return pairs.length > 0
    ? `${led}${t('What opens and closes on this page:')}`
    : `${led}${t('No clicks were found that end where they began.')}`;
}

function remediesOf(why: string): HowItem[] {
  return /ERR_CERT|ERR_SSL|SELF_SIGNED|certificate/i.test(why)
    ? [
        {
          label: `$(shield) ${t('Accept Its Certificate')}`,
          description: t('its certificate is not trusted; for checks of this page only'),
          how: { kind: 'acceptCertificate' },
        },
      ]
    : [];
}

/** @throws Error with the program's sentence where the page cannot be loaded */
async function tryPage(
  { url, cli, cwd, storageState, ignoreHttpsErrors }: PageToAsk,
  signal: AbortSignal,
): Promise<FoundSteps> {
  const browser = setting('browser');
  let said = '';
  const { exitCode, said: failure } = await runOverChannel({
    args: [
      cli,
      'find-steps',
      url,
      '--json',
      ...(browser === 'chrome' || browser === 'msedge' ? ['--browser', browser] : []),
      ...executableArguments(),
      ...(storageState === undefined ? [] : ['--storage-state', storageState]),
      ...(ignoreHttpsErrors ? ['--ignore-https-errors'] : []),
    ],
    cwd,
    signal,
    listen: (stdout) => stdout.on('data', (text: string) => (said += text)),
  });
  if (exitCode === 0 || exitCode === 2) return JSON.parse(said) as FoundSteps;
  throw new Error(errorSentence(failure));
}
