/** Captured traffic is shown and written to files, so what lets somebody in is masked before it is kept. */

const MASK = '•••';

const SECRET_HEADERS = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'x-auth-token',
  'x-csrf-token',
  'x-xsrf-token',
]);

const SECRET_WORDS = new Set(
  'pass password passwd pwd passphrase secret token auth authorization session sessionid signature credential credentials jwt apikey'.split(
    ' ',
  ),
);
/** Secret only when they are the whole name: `code=…` of an OAuth callback, but not `zip_code=…`. */
const SECRET_ALONE = new Set(['key', 'code', 'sig', 'sid']);
const SECRET_KEYS = /(api|access|private|subscription)key/;

/** Whether a parameter or header of this name usually holds what lets somebody in. */
export function isSecretName(name: string): boolean {
  const words = name
    .split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/)
    .filter(Boolean)
    .map((word) => word.toLowerCase());
  return (
    words.some((word) => SECRET_WORDS.has(word)) ||
    (words.length === 1 && SECRET_ALONE.has(words[0]!)) ||
    SECRET_KEYS.test(words.join(''))
  );
}

export function maskHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      SECRET_HEADERS.has(name.toLowerCase()) || isSecretName(name) ? MASK : cut(value, 4096),
    ]),
  );
}

/** A URL without user name and password, and with secret parameters (in the query or the fragment) masked. */
export function maskUrl(text: string): string {
  if (!/[@?#]/.test(text)) return cut(text, 8192);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return cut(text, 8192);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:' && url.protocol !== 'ws:' && url.protocol !== 'wss:') {
    return cut(text, 8192);
  }
  if (url.username) url.username = MASK;
  if (url.password) url.password = MASK;
  const parts = (query: string) => query.replace(/([^?#&=]+)=([^&#]*)/g, maskPair);
  url.search = parts(url.search);
  url.hash = parts(url.hash);
  return cut(url.href.replaceAll(encodeURIComponent(MASK), MASK), 8192);
}

function maskPair(pair: string, name: string, value: string): string {
  return value !== '' && isSecretName(safeDecode(name)) ? `${name}=${MASK}` : pair;
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function cut(text: string, maxLength: number): string {
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}
