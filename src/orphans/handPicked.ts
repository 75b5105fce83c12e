import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { BrowserTree } from '../browsers/index.ts';

/** What chromedriver and geckodriver listen on when no port is named. */
const DRIVER_PORTS: Readonly<Record<string, number>> = { chromedriver: 9515, msedgedriver: 9515, geckodriver: 4444 };

/**
 * The port that a person or a configuration picked, as `--port=9515` or `--remote-debugging-port=9222`, or undefined for a
 * random one. Programs besides the launcher may know such a port and connect again when the launcher is gone. A tool takes
 * port 0, or asks the kernel for a free one, which gives one of its ephemeral range.
 */
export function handPickedPort(tree: BrowserTree): number | undefined {
  const port = tree.driver ? driverPort(tree) : tree.transport.kind === 'port' ? tree.transport.port : undefined;
  if (port === undefined || port === 0) return undefined;
  const { first, last } = ephemeralRange();
  return port >= first && port <= last ? undefined : port;
}

/** The port on a driver's command line, else its default one. */
export function driverPort({ root }: BrowserTree): number | undefined {
  const given = root.commandLine.find((argument) => /^--?p(?:ort)?=\d+$/.test(argument))?.split('=')[1];
  const at = root.commandLine.findIndex((argument) => argument === '--port' || argument === '-p');
  const port = Number(given ?? (at === -1 ? undefined : root.commandLine[at + 1]));
  if (Number.isInteger(port)) return port;
  return DRIVER_PORTS[basename(root.commandLine[0] ?? '')];
}

let range: { readonly first: number; readonly last: number } | undefined;

/** Linux's own setting; elsewhere IANA's range. */
function ephemeralRange(): { readonly first: number; readonly last: number } {
  if (!range) {
    let text = '';
    try {
      text = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
    } catch {
      // Not Linux.
    }
    const [first = Number.NaN, last = Number.NaN] = text.trim().split(/\s+/).map(Number);
    range = first > 0 && last > first ? { first, last } : { first: 49_152, last: 65_535 };
  }
  return range;
}
