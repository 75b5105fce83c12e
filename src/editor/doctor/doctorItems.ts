import type { CheckId, Diagnosed, FindingState, Remedy } from '../../doctor/index.ts';
import { defined, plainText } from '../../support/index.ts';
import { t } from '../translate.ts';

/** One result as a row; a row with a remedy can be chosen. */
export interface DoctorItem {
  readonly label: string;
  readonly description: string;
  readonly detail?: string;
  readonly remedy?: EditorRemedy;
}

/** The doctor room's remedies, and those that only the editor has. */
export type EditorRemedy = Remedy | { readonly kind: 'trust' };

/** A check of the editor itself, beside those of the doctor. */
export interface EditorCheck {
  readonly state: FindingState;
  readonly title: string;
  readonly fact: string;
  readonly advice?: string;
  readonly remedy?: EditorRemedy;
}

const ICONS: Record<FindingState, string> = { ok: '$(pass)', note: '$(info)', problem: '$(error)' };

/** The titles of the checks in the user's language; facts stay in English. */
export function titleOf({ id, title }: Pick<Diagnosed, 'id' | 'title'>): string {
  const titles: Record<CheckId, string> = {
    node: t('Node'),
    playwright: t('Playwright'),
    browser: t('Browser'),
    launch: t('Starting the browser'),
    sandbox: t('Sandbox'),
    display: t('Browser windows'),
    processes: t('Processes'),
    state: t('State folder'),
    temporary: t('Temporary folder'),
    journal: t('Journal of sessions'),
    orphans: t('Orphans'),
  };
  // A check of a newer program keeps its own title.
  return titles[id] ?? title;
}

/** Problems first, since the person is looking for them; otherwise in the order of the checks. */
export function doctorItems(checks: readonly EditorCheck[]): DoctorItem[] {
  const weight: Record<FindingState, number> = { problem: 0, note: 1, ok: 2 };
  return [...checks]
    .sort((a, b) => weight[a.state] - weight[b.state])
    .map(({ state, title, fact, advice, remedy }) => {
      const todo = [advice && state !== 'ok' ? `→ ${advice}` : '', remedy ? `(${describeRemedy(remedy)})` : '']
        .filter(Boolean)
        .join(' ');
      return {
        label: `${ICONS[state]} ${stateWord(state)}${title}`,
        description: plainText(fact, 300),
        ...(todo === '' ? {} : { detail: plainText(todo, 400) }),
        ...defined({ remedy }),
      };
    });
}

/** The outcome, as the title of the list. */
export function outcomeOf(checks: readonly EditorCheck[]): string {
  const problems = checks.filter(({ state }) => state === 'problem');
  if (problems.length > 0) return t('Does not work yet: {0}', problems.map(({ title }) => title).join(', '));
  return checks.some(({ state }) => state === 'note')
    ? t('Everything works; the notes are worth reading')
    : t('Everything works');
}

/** Not by icon alone: screen readers do not speak it. */
function stateWord(state: FindingState): string {
  if (state === 'problem') return t('Problem: ');
  return state === 'note' ? t('Note: ') : '';
}

function describeRemedy(remedy: EditorRemedy): string {
  switch (remedy.kind) {
    case 'run':
      return t('Enter: run it in a terminal');
    case 'setting':
      return t('Enter: open the setting');
    case 'cleanUp':
      return t('Enter: choose what to clean up');
    case 'trust':
      return t('Enter: manage trust');
  }
}
