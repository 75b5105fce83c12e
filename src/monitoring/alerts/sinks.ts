import { defined, LeakwrightError, type Log, jsonText } from '../../support/index.ts';
import type { AlertSink } from './delivery.ts';

export function logSink(log: Log): AlertSink {
  return {
    name: 'log',
    async deliver({ type, alert }) {
      if (type === 'resolved') log.info(`over: ${alert.message}`);
      else if (alert.level === 'notice') log.info(alert.message);
      else if (alert.level === 'warning') log.warn(alert.message);
      else log.error(alert.message);
    },
  };
}

/** Each event as one line of JSON, for a program that reads along. */
export function ndjsonSink(write: (line: string) => void): AlertSink {
  return {
    name: 'ndjson',
    async deliver(event) {
      write(`${jsonText(event)}\n`);
    },
  };
}

/**
 * POSTs each event as JSON; its `text` is what chat services show.
 *
 * @throws LeakwrightError `usage` when the address is not http(s)
 */
export function webhookSink(address: string, token?: string): AlertSink {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw new LeakwrightError('usage', 'The webhook must be an http:// or https:// address.');
  }
  const { origin } = new URL(address);
  return {
    // Its path is often a secret.
    name: `webhook ${origin}`,
    async deliver(event, signal) {
      const { type, alert, at } = event;
      const prefix = type === 'resolved' ? 'Over: ' : alert.level === 'critical' ? 'Critical: ' : '';
      const response = await fetch(address, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...defined({ authorization: token === undefined ? undefined : `Bearer ${token}` }),
        },
        body: JSON.stringify({
          schema: 1,
          text: `Leakwright: ${prefix}${alert.message}`,
          type,
          at: new Date(at).toISOString(),
          alert,
        }),
        // Another host was not what the user named.
        redirect: 'error',
        signal,
      });
      await response.body?.cancel();
      if (!response.ok) throw new LeakwrightError('monitoring.webhook', `${origin} answered ${response.status}.`);
    },
  };
}
