import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { openHistory } from '../history/index.ts';
import {
  type AlertSink,
  Monitor,
  keepToken,
  logSink,
  ndjsonSink,
  newToken,
  readToken,
  webhookSink,
} from '../monitoring/index.ts';
import { defined, type Log, plainLines } from '../support/index.ts';
import type { TerminalIo } from './io.ts';
import { otlpTarget } from './otlpTarget.ts';
import { historyPlace } from './runHistory.ts';

export interface MonitorCommandOptions {
  readonly port?: number;
  readonly tokenFile?: string;
  /** Milliseconds between samples. */
  readonly interval?: number;
  readonly memoryLimit?: number;
  readonly webhook?: readonly string[];
  readonly webhookTokenFile?: string;
  readonly history?: string;
  /** True without an address: the environment has it. */
  readonly otlp?: string | true;
  readonly json?: boolean;
}

const DEFAULT_PORT = 9877;

/**
 * `leakwright monitor`: watches this machine's browsers until the signal aborts.
 *
 * @returns the exit code: 0
 * @throws LeakwrightError `usage`, `monitoring.port`, `stores.unavailable`, before it begins
 */
export async function runMonitor(options: MonitorCommandOptions, io: TerminalIo, signal: AbortSignal): Promise<number> {
  const log = timedLog(io);
  const otlp = otlpTarget(options.otlp);
  const sinks = await createSinks(options, io, log);
  const token = options.tokenFile === undefined ? newToken() : await readToken(options.tokenFile);
  const history = options.history === undefined ? undefined : await openHistory(historyPlace(options.history));
  try {
    const monitor = await Monitor.start({
      port: options.port ?? DEFAULT_PORT,
      token,
      sinks,
      log,
      ...defined({
        intervalMs: options.interval,
        browserLimitBytes: options.memoryLimit === undefined ? undefined : options.memoryLimit * 1024 * 1024,
        history,
        otlp,
      }),
    });
    let own: string | undefined;
    try {
      own = options.tokenFile === undefined ? await keepToken(token, monitor.port) : undefined;
      const file = own ?? options.tokenFile!;
      const address = `http://127.0.0.1:${monitor.port}`;
      if (options.json) io.out(`${JSON.stringify({ type: 'listening', port: monitor.port, tokenFile: file })}\n`);
      else
        io.out(
          `Watching browsers. Endpoints at ${address} (metrics, monitoring/memory, monitoring/memory-alerts, healthz).\n` +
            `They want the token in ${file}: curl -H "Authorization: Bearer $(cat '${file}')" ${address}/metrics\n`,
        );
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      await monitor.stop();
      // It opens nothing any more.
      if (own !== undefined) await rm(own, { force: true });
    }
  } finally {
    await history?.close();
  }
  return 0;
}

async function createSinks(options: MonitorCommandOptions, io: TerminalIo, log: Log): Promise<AlertSink[]> {
  const token = options.webhookTokenFile === undefined ? undefined : await readToken(options.webhookTokenFile);
  return [
    options.json ? ndjsonSink((line) => io.out(line)) : logSink(log),
    ...(options.webhook ?? []).map((address) => webhookSink(address, token)),
  ];
}

/** What happens is for standard error, with its time: standard output has the alerts of `--json`. */
function timedLog(io: TerminalIo): Log {
  const line = (level: string) => (message: string) => {
    io.err(`${new Date().toISOString()} ${level.padEnd(5)} ${plainLines(message)}\n`);
  };
  const debug = process.env['LEAKWRIGHT_DEBUG'] ? line('debug') : () => {};
  return { debug, info: line('info'), warn: line('warn'), error: line('error') };
}
