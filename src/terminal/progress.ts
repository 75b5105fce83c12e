import { formatDuration, plainText, painter } from '../support/index.ts';
import type { LeakEvent, Phase } from '../leaks/index.ts';
import { summarizeCheck } from '../reports/index.ts';
import type { TerminalIo } from './io.ts';
import type { Sink } from './reporters.ts';

export const PHASE_LABEL: Record<Phase, string> = {
  launch: 'starting the browser',
  load: 'loading the page',
  warmup: 'warming up',
  count: 'counting',
  attribute: 'tracking allocations',
  escalate: 'following what grows',
  explain: 'finding the line',
  cleanup: 'cleaning up',
};

/** Too few iterations to estimate the rest from. */
const ESTIMATE_FROM = 2;
/** Shorter waits need no estimate. */
const WORTH_SAYING_MS = 1500;

/** How long the rest of a phase takes at the pace so far: ` · about 12 s to go`, or nothing where that is not known. */
function estimate(phaseStartedAt: number, iteration: number, of: number): string {
  if (iteration < ESTIMATE_FROM || iteration >= of) return '';
  const restMs = ((performance.now() - phaseStartedAt) / iteration) * (of - iteration);
  return restMs < WORTH_SAYING_MS ? '' : ` · about ${formatDuration(Math.ceil(restMs / 1000) * 1000)} to go`;
}

/**
 * A live line on a person's terminal, a line a phase in the log of a CI server, nothing into a pipe.
 * `LEAKWRIGHT_PROGRESS=none` turns it off for programs that start a check and follow its events.
 */
export function createProgress(
  io: TerminalIo,
  env: Readonly<Record<string, string | undefined>> = process.env,
): { readonly sinks: Sink[]; readonly clear: () => void } {
  const none = { sinks: [], clear: () => {} };
  if (env['LEAKWRIGHT_PROGRESS'] === 'none') return none;
  if (io.isTty && process.stderr.isTTY) {
    const line = createProgressLine(io);
    return { sinks: [line], clear: () => line.clear() };
  }
  return env['CI'] ? { ...none, sinks: [createPhaseLines(io)] } : none;
}

/** A line on a person's terminal that says what goes on now and is gone when the result comes. */
function createProgressLine(io: TerminalIo): Sink & { clear(): void } {
  let name = '';
  let startedAt = 0;
  let phaseStartedAt = 0;
  let shown = false;
  const clear = () => {
    if (shown) io.err('\r\u001b[2K');
    shown = false;
  };
  const show = (text: string) => {
    clear();
    const elapsed = formatDuration(performance.now() - startedAt);
    // Terminals wrap a longer line, and then only its last row could be cleared.
    const width = Math.max(40, (process.stderr.columns ?? 80) - 1);
    const line = plainText(`${name}  ${text}  ${elapsed}`, width);
    io.err(painter(io.colour)('dim', line));
    shown = true;
  };
  return {
    clear,
    onEvent(event: LeakEvent) {
      switch (event.type) {
        case 'checkStarted': {
          name = plainText(event.name, 60);
          startedAt = performance.now();
          show('…');
          break;
        }
        case 'phaseStarted': {
          phaseStartedAt = performance.now();
          show(`${PHASE_LABEL[event.phase]}${event.iterations ? ` (${event.iterations} iterations)` : ''}`);
          break;
        }
        case 'iteration': {
          const rest = estimate(phaseStartedAt, event.iteration, event.of);
          show(`${PHASE_LABEL[event.phase]} ${event.iteration}/${event.of}${rest}`);
          break;
        }
        case 'checkEnded': {
          clear();
          break;
        }
        case 'warning': {
          // An alert of a long run must be read now, not at its end.
          clear();
          io.err(`${name}: ${plainText(event.message, 400)}\n`);
          break;
        }
        case 'browserReady':
        case 'phaseEnded':
        case 'phaseSkipped':
        case 'finding': {
          break;
        }
      }
    },
  };
}

/** One line a phase, for logs of CI servers: since when it runs, and what it does. */
function createPhaseLines(io: TerminalIo): Sink {
  let name = '';
  let startedAt = 0;
  const say = (text: string): void => io.err(`${name}: ${text} (${formatDuration(performance.now() - startedAt)})\n`);
  return {
    onEvent(event: LeakEvent) {
      if (event.type === 'checkStarted') {
        name = plainText(event.name, 60);
        startedAt = performance.now();
      }
      if (event.type === 'phaseStarted') {
        const iterations = event.iterations ? `, ${event.iterations} iterations` : '';
        say(`${PHASE_LABEL[event.phase]}${iterations}${event.reason ? `, ${event.reason}` : ''}`);
      }
      if (event.type === 'phaseSkipped') say(`skipped ${PHASE_LABEL[event.phase]}, ${event.reason}`);
      if (event.type === 'warning') say(`warning: ${plainText(event.message, 400)}`);
      if (event.type === 'checkEnded') say(plainText(summarizeCheck(event.result), 300));
    },
  };
}
