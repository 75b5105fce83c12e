import type { CheckResult, LeakEvent } from '../../leaks/index.ts';
import { summarizeCheck } from '../../reports/index.ts';
import { type Paint, count, plainText } from '../../support/index.ts';
import { PHASE_LABEL } from '../progress.ts';

type Style = Parameters<Paint>[0];

export interface BoardRow {
  readonly name: string;
  readonly state: 'waiting' | 'running' | CheckResult['verdict'];
  /** What it does, or what came out. */
  readonly text: string;
}

/** What is watched, as people see it in the terminal and in a browser. */
export interface BoardState {
  readonly rows: readonly BoardRow[];
  readonly running: boolean;
  /** Why it runs, or what it waits for. */
  readonly note: string;
}

/** The row of a check after an event. */
export function nextRow(row: BoardRow, event: LeakEvent): BoardRow {
  switch (event.type) {
    case 'checkStarted':
      return { name: event.name, state: 'running', text: '…' };
    case 'phaseStarted':
      return { ...row, state: 'running', text: PHASE_LABEL[event.phase] };
    case 'iteration':
      return { ...row, state: 'running', text: `${PHASE_LABEL[event.phase]} ${event.iteration}/${event.of}` };
    case 'checkEnded':
      return { name: event.result.name, state: event.result.verdict, text: summarizeCheck(event.result) };
    case 'browserReady':
    case 'phaseEnded':
    case 'phaseSkipped':
    case 'finding':
    case 'warning':
      return row;
  }
}

const MARKS: Record<BoardRow['state'], { readonly mark: string; readonly style: Style }> = {
  waiting: { mark: '·', style: 'dim' },
  running: { mark: '›', style: 'cyan' },
  clean: { mark: '✓', style: 'green' },
  leak: { mark: '✗', style: 'red' },
  inconclusive: { mark: '?', style: 'yellow' },
  error: { mark: '!', style: 'red' },
};

/** The live screen: a line a check, none longer than the terminal is wide. */
export function boardLines({ rows, running, note }: BoardState, width: number, paint: Paint): string[] {
  const lines = rows.map(({ name, state, text }) => {
    const { mark, style } = MARKS[state];
    const line = plainText(`${mark} ${name}  ${text}`, width);
    return paint(style, line);
  });
  const hint = running ? 'Ctrl-C ends' : 'Enter checks all again, Ctrl-C ends';
  return [...lines, paint('dim', plainText(`${note} · ${hint}`, width))];
}

/** `Watching 3 checks, 41 files`. */
export const watchingNote = (checks: number, files: number): string =>
  `Watching ${count(checks, 'check')}, ${count(files, 'file')}`;
