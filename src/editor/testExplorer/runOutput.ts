import type { LeakEvent } from '../../leaks/index.ts';
import { formatDuration, plainText, painter } from '../../support/index.ts';
import { phaseName } from '../checks/runningCheck.ts';
import { t } from '../translate.ts';

/** Runs of hours would fill the output with numbers. */
const COUNT_ALL_BELOW = 60;

/** A test's output is a terminal: it knows colours, and wants a carriage return with each line. */
const paint = painter(true);
const dim = (text: string) => paint('dim', text);
const yellow = (text: string) => paint('yellow', text);

/**
 * Says in a test's output what a check does, a line a phase, growing while the phase goes on. The check's own report
 * follows by itself.
 */
export class RunOutput {
  readonly #write: (text: string) => void;
  /** How the line of the running phase begins; empty between phases. */
  #phase = '';
  #isPhaseLine = false;
  #inLine = false;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  onEvent(event: LeakEvent): void {
    switch (event.type) {
      case 'checkStarted': {
        if (event.url !== '') this.#line(t('Checking {0}', plainText(event.url)));
        break;
      }
      case 'browserReady': {
        this.#inPhase(` ${plainText(event.name)} ${plainText(event.version)}`);
        break;
      }
      case 'phaseStarted': {
        this.#endLine();
        this.#phase = `  ${phaseName(event.phase)}`.padEnd(26);
        this.#inPhase('');
        break;
      }
      case 'iteration': {
        if (event.of < COUNT_ALL_BELOW || event.iteration % 10 === 0) this.#inPhase(` ${event.iteration}`);
        break;
      }
      case 'phaseEnded': {
        this.#inPhase(dim(`  ${formatDuration(event.durationMs)}`));
        this.#phase = '';
        this.#endLine();
        break;
      }
      case 'phaseSkipped': {
        this.#line(dim(`  ${phaseName(event.phase).padEnd(24)} ${t('skipped: {0}', event.reason)}`));
        break;
      }
      case 'warning': {
        this.#line(yellow(`  ${t('warning: {0}', plainText(event.message, 400))}`));
        break;
      }
      case 'finding':
      case 'checkEnded': {
        break;
      }
    }
  }

  /** What the check, or the scenario in it, writes by itself. */
  text(text: string): void {
    if (this.#isPhaseLine) this.#write('\r\n');
    this.#write(text.replaceAll(/\r?\n/g, '\r\n'));
    this.#isPhaseLine = false;
    this.#inLine = !text.endsWith('\n');
  }

  #line(text: string): void {
    this.#endLine();
    this.#write(`${text}\r\n`);
  }

  /** What the scenario wrote has ended the phase's line: it is taken up again, since numbers alone would say nothing. */
  #inPhase(text: string): void {
    if (this.#phase === '') return;
    if (!this.#isPhaseLine) {
      this.#endLine();
      this.#write(this.#phase);
    }
    this.#write(text);
    this.#isPhaseLine = true;
    this.#inLine = true;
  }

  #endLine(): void {
    if (this.#inLine) this.#write('\r\n');
    this.#isPhaseLine = false;
    this.#inLine = false;
  }
}
