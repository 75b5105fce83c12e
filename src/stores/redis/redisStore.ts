import { createHash } from 'node:crypto';
import { type RedisClientType, createClient } from 'redis';
import { type Clock, LeakwrightError, describeError, systemClock } from '../../support/index.ts';
import { decode, encode } from '../encoding.ts';
import {
  closedScope,
  DEFAULT_MAX_VALUES,
  type RecordPage,
  type ScopeLimits,
  type ScopeStatistics,
  type Store,
  type StoredRecord,
  type Write,
} from '../recordStore.ts';
import { type ScriptName, scriptText } from './scripts.ts';

const CONNECT_TIMEOUT_MS = 5000;
/** A connection that broke is tried again so often, each time a little later, before what waits for it fails. */
const MAX_RECONNECTS = 5;

/** A stream entry: its id, and names and values in turn (`at`, `bytes`, `value`). */
type StreamEntry = readonly [id: string, fields: readonly string[]];

/**
 * Keeps records in a Redis server (5 or newer), for a team or a CI system whose machines come and go. Each change is one
 * script, so it is whole or not at all, and writers may be anywhere. What outlives a crash of the server itself is the
 * server's setting (`appendonly`).
 *
 * `?prefix=NAME` behind the address keeps several projects apart in one database.
 */
export class RedisStore<T> implements Store<T> {
  readonly #client: RedisClientType;
  readonly #clock: Clock;
  readonly #prefix: string;
  readonly #shown: string;

  private constructor(client: RedisClientType, prefix: string, shown: string, clock: Clock) {
    this.#client = client;
    this.#prefix = prefix;
    this.#shown = shown;
    this.#clock = clock;
  }

  /** @throws LeakwrightError `stores.unavailable` when no server answers */
  static async connect<T>(address: string, clock: Clock = systemClock): Promise<RedisStore<T>> {
    const url = parseAddress(address);
    const name = url.searchParams.get('prefix') ?? 'leakwright';
    url.search = '';
    const shown = `${url.protocol}//${url.host}${url.pathname}`;
    let everConnected = false;
    const client: RedisClientType = createClient({
      url: url.href,
      socket: {
        connectTimeout: CONNECT_TIMEOUT_MS,
        reconnectStrategy: (attempt, cause) =>
          everConnected && attempt < MAX_RECONNECTS ? Math.min(2000, 50 * 2 ** attempt) : cause,
      },
    });
    // Without a listener an error event would end the process; the command that fails reports it.
    client.on('error', () => {});
    try {
      await client.connect();
    } catch (error) {
      client.destroy();
      throw unavailable(shown, error);
    }
    everConnected = true;
    // One slot of a cluster, since a script may only touch one.
    return new RedisStore<T>(client, `{${name}}:`, shown, clock);
  }

  async open(scope: string, limits: ScopeLimits): Promise<void> {
    const { maxRecords, maxBytes, ttlMs = -1, maxValues = DEFAULT_MAX_VALUES } = limits;
    await this.#run('open', scope, whole(maxRecords), whole(maxBytes), whole(ttlMs), whole(maxValues));
  }

  async append(scope: string, value: T, bytes: number): Promise<void> {
    await this.#run('write', 'append', scope, encode(value), whole(bytes), '', '0');
  }

  async write(writes: readonly Write<T>[]): Promise<readonly number[]> {
    if (writes.length === 0) return [];
    const [outcome, detail] = (await this.#run('write', ...writes.flatMap((write) => argumentsOf(write)))) as [
      'written' | 'closed',
      string[] | string,
    ];
    if (outcome === 'closed') throw closedScope(detail as string);
    return (detail as string[]).map(Number);
  }

  async read(scope: string, after: number, limit: number): Promise<RecordPage<T>> {
    const answer = (await this.#run('read', scope, whole(after), whole(Math.max(0, limit)))) as
      | [last: string, first: string, records: StreamEntry[]]
      | null;
    if (!answer) return { records: [], next: undefined, skipped: 0 };
    const lastSequence = Number(answer[0]);
    const first = answer[1] === '' ? lastSequence + 1 : sequenceOf(answer[1]);
    const records = answer[2].map((entry) => recordOf<T>(entry));
    const last = records.at(-1);
    return {
      records,
      next: last && last.sequence < lastSequence ? last.sequence : undefined,
      skipped: Math.max(0, first - (after + 1)),
    };
  }

  async readBack(scope: string, before: number, limit: number): Promise<RecordPage<T>> {
    const wanted = Math.max(0, limit);
    // One more than wanted says whether there is a next page.
    const found = (await this.#run(
      'readBack',
      scope,
      Number.isFinite(before) ? whole(before) : '+',
      whole(wanted + 1),
    )) as StreamEntry[];
    const records = found.slice(0, wanted).map((entry) => recordOf<T>(entry));
    return { records, next: found.length > wanted ? records.at(-1)?.sequence : undefined, skipped: 0 };
  }

  async attachment(scope: string, sequence: number): Promise<string | undefined> {
    return ((await this.#run('attachment', scope, whole(sequence))) as string | null) ?? undefined;
  }

  async value(scope: string, key: string): Promise<unknown> {
    const text = (await this.#run('value', scope, key)) as string | null;
    return text === null ? undefined : decode(text);
  }

  async keys(scope: string): Promise<readonly string[]> {
    return (await this.#run('keys', scope)) as string[];
  }

  async scopes(): Promise<readonly string[]> {
    return (await this.#run('scopes')) as string[];
  }

  async statistics(scope: string): Promise<ScopeStatistics> {
    const [records, bytes, dropped] = ((await this.#run('statistics', scope)) as string[]).map(Number);
    return { records: records!, bytes: bytes!, dropped: dropped! };
  }

  async expire(before: number): Promise<number> {
    let expired = 0;
    for (const scope of await this.scopes()) expired += (await this.#run('expire', scope, whole(before))) as number;
    return expired;
  }

  async trim(maxRecords: number): Promise<number> {
    let trimmed = 0;
    for (const scope of await this.scopes()) trimmed += (await this.#run('trim', scope, whole(maxRecords))) as number;
    return trimmed;
  }

  async close(scope: string): Promise<number> {
    return (await this.#run('close', scope)) as number;
  }

  async dispose(): Promise<void> {
    if (!this.#client.isOpen) return;
    try {
      await this.#client.close();
    } catch {
      this.#client.destroy();
    }
  }

  async #run(name: ScriptName, ...given: readonly string[]): Promise<unknown> {
    const { text, digest } = script(name);
    const call = { keys: [this.#prefix], arguments: [whole(this.#clock.now()), ...given] };
    try {
      try {
        return await this.#client.evalSha(digest, call);
      } catch (error) {
        if (!describeError(error).startsWith('NOSCRIPT')) throw error;
        return await this.#client.eval(text, call);
      }
    } catch (error) {
      throw unavailable(this.#shown, error);
    }
  }
}

const digests = new Map<ScriptName, { readonly text: string; readonly digest: string }>();

function script(name: ScriptName): { readonly text: string; readonly digest: string } {
  let known = digests.get(name);
  if (!known) {
    const text = scriptText(name);
    known = { text, digest: createHash('sha1').update(text).digest('hex') };
    digests.set(name, known);
  }
  return known;
}

function argumentsOf<T>(write: Write<T>): readonly string[] {
  switch (write.kind) {
    case 'append': {
      const attached = write.attachment === undefined ? '0' : '1';
      return ['append', write.scope, encode(write.value), whole(write.bytes), write.attachment ?? '', attached];
    }
    case 'remove':
      return ['remove', write.scope, whole(write.sequence), '', '', ''];
    case 'set': {
      const ttl = write.ttlMs === undefined ? '' : whole(write.ttlMs);
      return ['set', write.scope, write.key, ttl, encode(write.value), ''];
    }
    case 'unset':
      return ['unset', write.scope, write.key, '', '', ''];
  }
}

function recordOf<T>([id, fields]: StreamEntry): StoredRecord<T> {
  return { sequence: sequenceOf(id), at: Number(fields[1]), value: decode(fields[5]!) as T };
}

function sequenceOf(id: string): number {
  return Number(id.slice(0, id.indexOf('-')));
}

function parseAddress(address: string): URL {
  if (URL.canParse(address)) return new URL(address);
  // Not repeated here: it may hold a password.
  throw new LeakwrightError('stores.unavailable', 'The address of the Redis server cannot be read.', {
    hint: 'Like redis://USER:PASSWORD@HOST:PORT/DATABASE, with special characters of the password as %23 and the like.',
  });
}

/** Without an exponent, whatever the size. */
function whole(value: number): string {
  return String(BigInt(Math.round(value)));
}

function unavailable(shown: string, error: unknown): LeakwrightError {
  // Some connection errors have no message, only causes.
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
  return new LeakwrightError('stores.unavailable', `Redis at '${shown}' cannot be used: ${describeError(first)}.`, {
    hint: 'Is the server running, and is the address (redis://USER:PASSWORD@HOST:PORT/DATABASE) right?',
    cause: error,
  });
}
