import { type Alert, type AlertLevel, LEVEL_RANK } from '../../machine/index.ts';
import { type Clock, RingBuffer } from '../../support/index.ts';

/** The shortest time between two messages of one alert, in ms, unless it got worse. */
export const REPEAT_MS = 5 * 60_000;
/** Messages a minute at most: more are not read. */
export const MAX_PER_MINUTE = 30;
const MAX_RECENT = 500;
/** Alerts held at once: a bound on memory. */
const MAX_ACTIVE = 1000;

/**
 * Keeps the alerts that hold and those that ended, and decides which to send: new ones, worse ones and ended ones, but not
 * those that flap.
 */
export class AlertBook {
  readonly #clock: Clock;
  readonly #active = new Map<string, ActiveAlert>();
  readonly #recent = new RingBuffer<AlertEvent>(MAX_RECENT);
  /** When an alert was last sent, at which level, and whether its end is still to be sent. */
  readonly #sent = new Map<string, { readonly at: number; readonly level: AlertLevel; open: boolean }>();
  readonly #sentTimes: number[] = [];
  /** Alerts that hold and were held back by the limit a minute: each is counted once. */
  readonly #heldBack = new Set<string>();
  #suppressed = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get active(): readonly ActiveAlert[] {
    return [...this.#active.values()].sort(
      (a, b) => LEVEL_RANK[b.level] - LEVEL_RANK[a.level] || a.raisedAt - b.raisedAt,
    );
  }

  /** Levels of the alerts that hold, by key. */
  get levels(): ReadonlyMap<string, AlertLevel> {
    return new Map([...this.#active].map(([key, { level }]) => [key, level]));
  }

  /** Oldest first: what was raised, got worse and went. */
  get recent(): readonly AlertEvent[] {
    return this.#recent.toArray();
  }

  /** How many were held back by the limit a minute. */
  get suppressed(): number {
    return this.#suppressed;
  }

  /** Takes the alerts that hold now; returns the messages to send. */
  update(now: readonly Alert[]): AlertEvent[] {
    const at = this.#clock.now();
    this.#forgetOld(at);
    const events: AlertEvent[] = [];
    for (const alert of now) {
      const before = this.#active.get(alert.key);
      if (!before && this.#active.size >= MAX_ACTIVE) {
        this.#suppress(alert);
        continue;
      }
      this.#active.set(alert.key, { ...alert, raisedAt: before?.raisedAt ?? at, lastAt: at });
      const isWorse = before && LEVEL_RANK[alert.level] > LEVEL_RANK[before.level];
      if (!before || isWorse) this.#recent.push({ type: 'raised', at, alert });
      if (this.#shouldSend(alert, at)) events.push({ type: 'raised', at, alert });
    }
    const holding = new Set(now.map(({ key }) => key));
    for (const key of this.#heldBack) if (!holding.has(key)) this.#heldBack.delete(key);
    for (const [key, { raisedAt: _raisedAt, lastAt: _lastAt, ...alert }] of this.#active) {
      if (holding.has(key)) continue;
      this.#active.delete(key);
      const event: AlertEvent = { type: 'resolved', at, alert };
      this.#recent.push(event);
      // A sink that received the alert also receives its end.
      const last = this.#sent.get(key);
      if (!last?.open) continue;
      last.open = false;
      events.push(event);
    }
    return events;
  }

  #shouldSend(alert: Alert, at: number): boolean {
    const last = this.#sent.get(alert.key);
    if (last && at - last.at < REPEAT_MS && LEVEL_RANK[alert.level] <= LEVEL_RANK[last.level]) return false;
    // An alert that holds at the level already sent is not sent again.
    if (last?.open && alert.level === last.level) return false;
    while (this.#sentTimes.length > 0 && this.#sentTimes[0]! <= at - 60_000) this.#sentTimes.shift();
    if (this.#sentTimes.length >= MAX_PER_MINUTE) {
      this.#suppress(alert);
      return false;
    }
    this.#heldBack.delete(alert.key);
    this.#sentTimes.push(at);
    this.#sent.set(alert.key, { at, level: alert.level, open: true });
    return true;
  }

  #suppress({ key }: Alert): void {
    if (this.#heldBack.has(key)) return;
    this.#heldBack.add(key);
    this.#suppressed += 1;
  }

  #forgetOld(at: number): void {
    for (const [key, last] of this.#sent) {
      if (!this.#active.has(key) && at - last.at >= REPEAT_MS) this.#sent.delete(key);
    }
  }
}

/** An alert over time. Times in ms since the epoch. */
interface ActiveAlert extends Alert {
  readonly raisedAt: number;
  readonly lastAt: number;
}

/** What sinks receive. */
export interface AlertEvent {
  readonly type: 'raised' | 'resolved';
  readonly at: number;
  readonly alert: Alert;
}
