import type { LeakEvent, Phase } from '../../leaks/index.ts';
import { formatDuration, plainText } from '../../support/index.ts';
import { t } from '../translate.ts';

/** A running check, as rows and the status bar show it. */
export interface RunningCheck {
  /** Tells it from others that go on at the same time. */
  readonly id: number;
  readonly name: string;
  /** Undefined until it has begun to work. */
  readonly phase?: Phase;
  /** Iterations of this phase: done, and in all. */
  readonly iteration?: number;
  readonly of?: number;
  /** Ms since the epoch. */
  readonly startedAt: number;
  /** Ends it, with its browser. */
  readonly stop: () => void;
  /** Runs it anew in a browser with a window; undefined where it has one. */
  readonly showBrowser?: () => void;
}

/** The same check after an event; the very same where nothing of it is shown. */
export function advance(check: RunningCheck, event: LeakEvent): RunningCheck {
  switch (event.type) {
    case 'checkStarted':
      return { ...atRest(check), name: event.name };
    case 'phaseStarted': {
      const of = event.iterations === undefined ? {} : { iteration: 0, of: event.iterations };
      return { ...atRest(check), phase: event.phase, ...of };
    }
    case 'iteration':
      return { ...check, phase: event.phase, iteration: event.iteration, of: event.of };
    case 'browserReady':
    case 'phaseEnded':
    case 'phaseSkipped':
    case 'warning':
    case 'finding':
    case 'checkEnded':
      return check;
  }
}

/** Without what belongs to a phase. */
function atRest(check: RunningCheck): RunningCheck {
  const { phase: _, iteration: _done, of: _all, ...rest } = check;
  return rest;
}

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

/** The checked page, short enough for a row: without the protocol. */
export function checkedName(name: string): string {
  return plainText(name, 120).replace(/^https?:\/\//, '');
}

/** `counting 3 of 7 · 12 s` */
export function runningText(check: RunningCheck, now: number): string {
  const seconds = Math.max(0, Math.floor((now - check.startedAt) / 1000));
  return `${progressText(check)} · ${seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000)}`;
}
