import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect } from 'node:net';
import { defined } from '../../support/index.ts';

/** Where a server shows that it is ready. */
export type ServerAddress = { readonly url: string; readonly ignoreHttpsErrors: boolean } | { readonly port: number };

const PROBE_LIMIT_MS = 5000;
const MAX_REDIRECTS = 10;

/** Whether a server answers there now, by Playwright's own rule, so that a configuration means the same to both. */
export async function answers(address: ServerAddress, signal: AbortSignal): Promise<boolean> {
  if ('port' in address) {
    const open = await Promise.all(['127.0.0.1', '::1'].map(async (host) => await isOpen(address.port, host, signal)));
    return open.includes(true);
  }
  const status = await statusOf(new URL(address.url), address.ignoreHttpsErrors, signal);
  if (status === 404 && new URL(address.url).pathname === '/') {
    const index = await statusOf(new URL('/index.html', address.url), address.ignoreHttpsErrors, signal);
    return isReady(index);
  }
  return isReady(status);
}

function isReady(status: number): boolean {
  return status >= 200 && status < 404;
}

async function isOpen(port: number, host: string, signal: AbortSignal): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ port, host, signal, timeout: PROBE_LIMIT_MS });
    const end = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

/** The status after redirects; 0 without an answer. */
async function statusOf(url: URL, ignoreHttpsErrors: boolean, signal: AbortSignal, redirects = 0): Promise<number> {
  const { status, location } = await new Promise<{ status: number; location?: string }>((resolve) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const request = send(
      url,
      { headers: { accept: '*/*' }, rejectUnauthorized: !ignoreHttpsErrors, signal, timeout: PROBE_LIMIT_MS },
      (response) => {
        response.resume();
        const { location } = response.headers;
        resolve({ status: response.statusCode ?? 0, ...defined({ location }) });
      },
    );
    request.once('timeout', () => request.destroy(new Error('too slow')));
    request.once('error', () => resolve({ status: 0 }));
    request.end();
  });
  if (status < 300 || status >= 400 || location === undefined || redirects >= MAX_REDIRECTS) return status;
  return await statusOf(new URL(location, url), ignoreHttpsErrors, signal, redirects + 1);
}
