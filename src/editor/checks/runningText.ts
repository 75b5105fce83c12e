import type { Phase } from '../../leaks/index.ts';
import { formatDuration, plainText } from '../../support/index.ts';
import { t } from '../translate.ts';
import type { RunningCheck } from './runningCheck.ts';

/** A phase in the words of a person who waits. */
export function phaseName(phase: Phase): string {
  switch (phase) {
    case 'launch':
      return t('starting the browser');
    case 'load':
      return t('loading the page');
    case 'warmup':
      return t('warming up');
    case 'count':
      return t('counting');
    case 'attribute':
      return t('tracking allocations');
    case 'escalate':
      return t('following what grows');
    case 'explain':
      return t('finding the line');
    case 'cleanup':
      return t('cleaning up');
  }
}

/** `counting 3 of 7` */
export function progressText({ phase, iteration, of }: RunningCheck): string {
  if (phase === undefined) return t('starting');
  if (of === undefined || of < 2) return phaseName(phase);
  return t('{0} {1} of {2}', phaseName(phase), iteration ?? 0, of);
}

/** What is checked, short enough for a row: without the protocol, which says nothing. */
export function checkedName(name: string): string {
  return plainText(name, 120).replace(/^https?:\/\//, '');
}

/** `counting 3 of 7 · 12 s` */
export function runningText(check: RunningCheck, now: number): string {
  const seconds = Math.max(0, Math.floor((now - check.startedAt) / 1000));
  return `${progressText(check)} · ${seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000)}`;
}
