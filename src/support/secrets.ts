/**
 * Masks secrets (passwords, tokens, cookies) before they are kept or shown: in captured traffic, and in everything that a
 * check says (reports, history, titles, comments, metrics).
 */

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

/** Whether a parameter or header of this name usually holds a secret. */
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

/** URLs in a text; what ends a sentence or a bracket after one is not part of it. */
const URLS = /\b[a-z][a-z\d+.-]{1,20}:\/\/[^\s"'<>`\\]+/gi;
const USER_INFO = /^([a-z\d+.-]+:\/\/)[^/?#]*@/i;
/** `?token=…` of an address that is not whole. */
const PARAMETER = /(?<=[?&#;])([\w.%~-]{1,100})=([^\s&#;"'<>`]+)/g;
/** `"token": "…"`, `password='…'`, as in JSON, object literals and messages. */
const QUOTED = /(["']?)([\w-]{2,60})\1\s*[:=]\s*(["'`])((?:(?!\3)[^\\\n]|\\.){4,4000})\3/g;
/** `code: 'ENOENT'`, `code: 'ERR_MODULE_NOT_FOUND'` of Node's errors: words, which no code of a sign-in is made of. */
const ERROR_CODE = /^(?:E[A-Z]{3,20}|[A-Z]+(?:_[A-Z]+)+)$/;
/** `Authorization: Bearer …`, `Cookie: …`, as in dumps of requests. */
const HEADER =
  /\b((?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]{0,40}(?:key|token|secret))(["']?\s*[:=]\s*["']?)([^\n"']{4,})/gi;
const SCHEME = /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi;
/** Tokens that are known by their form: JSON Web Tokens, and those of GitHub, GitLab, AWS, Slack, Stripe, Google and npm. */
const TOKENS =
  /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?|\b(?:gh[pousr]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|(?:AKIA|ASIA)[A-Z0-9]{16}|xox[abpros]-[\w-]{10,}|[sr]k_(?:live|test)_\w{16,}|AIza[\w-]{35}|npm_\w{36})\b/g;

/**
 * A text with its secrets masked: user names and secret parameters of URLs, headers, tokens known by their form or by the
 * name beside them.
 *
 * @param known values that are secrets whatever they look like, such as those of a signed-in state
 */
export function maskText(text: string, known: readonly string[] = []): string {
  let masked = text;
  for (const secret of known) if (masked.includes(secret)) masked = masked.replaceAll(secret, MASK);
  if (!/[:=]|eyJ|[_-]|AKIA|ASIA|AIza|bearer|basic/i.test(masked)) return masked;
  return masked
    .replace(URLS, (url) => url.replace(USER_INFO, `$1${MASK}@`).replace(PARAMETER, maskPair))
    .replace(PARAMETER, maskPair)
    .replace(QUOTED, (all, quote: string, name: string, mark: string, value: string) =>
      isSecretName(name) && !(name === 'code' && ERROR_CODE.test(value))
        ? `${all.slice(0, all.length - value.length - 1)}${MASK}${mark}`
        : all,
    )
    .replace(HEADER, (_, name: string, between: string) => `${name}${between}${MASK}`)
    .replace(SCHEME, (_, scheme: string) => `${scheme} ${MASK}`)
    .replace(TOKENS, MASK);
}

/** `user:password@host`, as proxies and clients take it without a scheme. */
const CREDENTIALS = /(^|[\s=,;"'])[^\s:@/\\="',;]+:[^\s@/\\"']+@(?=[\w[])/g;
/** `--password=…`, `-Dapi.key=…`, `TOKEN=…`. */
const ASSIGNMENT = /^(-{0,2}[\w./:@-]{1,200})=(.+)$/s;
/** Options that take `user:password` as the next argument. */
const USER_OPTION = /^(?:-u|-U|--user|--proxy-user|--userpwd)$/;

/**
 * A process's arguments with their secrets masked: values of options with a secret name (after `=` or in the next argument),
 * credentials of proxies and URLs, tokens.
 *
 * @example maskCommandLine(['chrome', '--proxy-server=ann:pw@proxy:80']) // ['chrome', '--proxy-server=•••@proxy:80']
 */
export function maskCommandLine(commandLine: readonly string[]): string[] {
  return commandLine.map((argument, index) => {
    const before = index === 0 ? '' : commandLine[index - 1]!;
    if (/^--?[a-z]/i.test(before) && !before.includes('=') && !/^-./.test(argument)) {
      if (isSecretName(before) || (USER_OPTION.test(before) && argument.includes(':'))) return MASK;
    }
    const [, name, value] = ASSIGNMENT.exec(argument) ?? [];
    if (name !== undefined && value !== undefined && isSecretName(name)) return `${name}=${MASK}`;
    return maskText(argument).replace(CREDENTIALS, `$1${MASK}@`);
  });
}

/** The user name, the password and the secret parameters of a URL, as written and decoded. */
export function secretsOfUrl(text: string): string[] {
  if (!URL.canParse(text)) return [];
  const url = new URL(text);
  const values = [url.password];
  for (const query of [url.search, url.hash]) {
    for (const [, name, value] of query.matchAll(/([^?#&=]+)=([^&#]*)/g))
      if (isSecretName(safeDecode(name!))) values.push(value!);
  }
  return values.flatMap((value) => (value === '' ? [] : [value, safeDecode(value)]));
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
