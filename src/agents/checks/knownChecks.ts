import { LRUCache } from 'lru-cache';
import { type CheckResult, type Finding, leaksOf } from '../../leaks/index.ts';
import { LeakwrightError } from '../../support/index.ts';

/** Checks whose findings can still be read, verified and shown as reports. */
const MAX_CHECKS = 50;

export interface KnownCheck {
  readonly id: string;
  /** The arguments of `leakwright check`, to run the same again. */
  readonly args: readonly string[];
  /** The text of a scenario that the agent wrote, which is written to a file for each run. */
  readonly code: string | undefined;
  readonly result: CheckResult;
}

/** The checks of one client, by id. */
export class KnownChecks {
  readonly #checks = new LRUCache<string, KnownCheck>({ max: MAX_CHECKS });
  #made = 0;

  add(check: Omit<KnownCheck, 'id'>): KnownCheck {
    this.#made += 1;
    const known = { ...check, id: `check-${this.#made}` };
    this.#checks.set(known.id, known);
    return known;
  }

  all(): KnownCheck[] {
    return [...this.#checks.values()];
  }

  /** @throws LeakwrightError `history.notFound` */
  get(id: string): KnownCheck {
    const known = this.#checks.get(id);
    if (known) return known;
    throw new LeakwrightError('history.notFound', `There is no check '${id}' of this client.`, {
      hint: `Give a checkId of an answer. Known: ${[...this.#checks.keys()].join(', ') || 'none yet'}.`,
    });
  }
}

/** What the same check found before and after a change. */
export interface Comparison {
  readonly gone: readonly Finding[];
  readonly left: readonly { readonly before: Finding; readonly now: Finding }[];
  readonly added: readonly Finding[];
}

/** By fingerprint; what an edit moved to another line is recognised by what it is and what holds it. */
export function compareFindings(before: readonly Finding[], now: readonly Finding[]): Comparison {
  const rest = [...leaksOf(now)];
  const take = (matches: (finding: Finding) => boolean): Finding | undefined => {
    const at = rest.findIndex(matches);
    return at === -1 ? undefined : rest.splice(at, 1)[0];
  };
  const pairs = leaksOf(before).map((former) => {
    const same =
      take(({ fingerprint }) => fingerprint === former.fingerprint) ??
      take(({ kind, name, holder }) => kind === former.kind && name === former.name && holder === former.holder);
    return { before: former, now: same };
  });
  return {
    gone: pairs.flatMap(({ before: former, now: same }) => (same ? [] : [former])),
    left: pairs.flatMap(({ before: former, now: same }) => (same ? [{ before: former, now: same }] : [])),
    added: rest,
  };
}
