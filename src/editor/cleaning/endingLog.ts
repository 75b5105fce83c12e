import type { CleanUpEvent } from '../../orphans/index.ts';
import { type Log, formatDuration } from '../../support/index.ts';

/**
 * Writes how each tree is ended, step by step, into the log, so that users can see what was done to a browser and how it
 * answered.
 */
export function logEnding(log: Log, event: CleanUpEvent): void {
  switch (event.type) {
    case 'tree': {
      const line = stepOf(event);
      if (line !== undefined) log.info(`Ending pid ${event.root.pid}: ${line}`);
      break;
    }
    case 'treeDone': {
      const { owned, action, outcome, reason } = event.result;
      if (action !== 'end' || outcome === 'ended') break;
      log.warn(
        `Ending ${owned.tree.product} (pid ${owned.tree.root.pid}): ${outcome}${reason === undefined ? '' : `, ${reason}`}`,
      );
      break;
    }
    case 'leftoverDone': {
      const { leftover, action, outcome, reason } = event.result;
      if (action === 'remove') log.info(`${leftover.path}: ${outcome}${reason === undefined ? '' : `, ${reason}`}`);
      break;
    }
  }
}

function stepOf({ event }: CleanUpEvent & { type: 'tree' }): string {
  switch (event.type) {
    case 'asked':
      return event.how === 'request' ? 'asked to close (Browser.close)' : 'asked to end (SIGTERM)';
    case 'askFailed':
      return `could not be asked to close (${event.reason}), so a signal follows`;
    case 'waiting':
      return `waiting for ${event.living} of its processes, ${formatDuration(event.graceMs)} at most`;
    case 'forced':
      return `forced (${event.how === 'group' ? 'its whole group at once' : event.how}), ${event.living} processes were left`;
    case 'gone':
      return `gone and verified, ${event.ended} processes in ${formatDuration(event.durationMs)}`;
    case 'survived': {
      const who = event.survivors.map(({ name, pid }) => `${name} (pid ${pid})`).join(', ');
      return `SURVIVED after ${formatDuration(event.durationMs)}: ${who}`;
    }
  }
}
