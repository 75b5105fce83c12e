import type { NodeProgram } from '../../machine/index.ts';
import { formatDuration, maskCommandLine, plainText } from '../../support/index.ts';
import { t } from '../translate.ts';
import { costOf, memoryFact, trendFacts } from './costText.ts';
import type { RowLook } from './row.ts';
import type { SteadyNumbers } from './steadyNumbers.ts';

/** Names and folders are as long as a row is wide, at most. */
const NAME_LENGTH = 60;

export function lookOfProgram(program: NodeProgram, steady: SteadyNumbers): RowLook {
  const label = plainText(program.name, NAME_LENGTH);
  const within = plainText(program.within, NAME_LENGTH);
  const state = program.info.state === 'stopped' ? t('stopped') : '';
  const cost = costOf(program, steady);
  return {
    label,
    description: [cost.text, state, within].filter(Boolean).join(' · '),
    icon: 'vm-running',
    context: 'program process',
    spoken: [label, state, cost.spoken, within].filter(Boolean).join(', '),
  };
}

/** One line each for the tooltip. Passwords and tokens on the command line are masked. */
export function programFacts({ info, memory, trend }: NodeProgram, now: number): string[] {
  const facts = [
    maskCommandLine(info.commandLine).join(' '),
    t('Process {0}, for {1}', info.pid, formatDuration(Math.max(0, now - info.startedAtMs))),
    ...(memory ? [memoryFact(memory)] : []),
    ...trendFacts(trend),
    t('{0} threads', info.threads),
  ];
  return facts.map((fact) => plainText(fact, 300));
}
