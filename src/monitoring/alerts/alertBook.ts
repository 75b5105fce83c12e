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
  readonly #told = new Map<string, { readonly at: number; readonly level: AlertLevel; open: boolean }>();
  readonly #toldTimes: number[] = [];
  /** Alerts that hold and were held back by the limit a minute: each is counted once. */
  readonly #untold = new Set<string>();
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
      if (this.#isWorthTelling(alert, at)) events.push({ type: 'raised', at, alert });
    }
    const holding = new Set(now.map(({ key }) => key));
    for (const key of this.#untold) if (!holding.has(key)) this.#untold.delete(key);
    for (const [key, { raisedAt: _raisedAt, lastAt: _lastAt, ...alert }] of this.#active) {
      if (holding.has(key)) continue;
      this.#active.delete(key);
      const event: AlertEvent = { type: 'resolved', at, alert };
      this.#recent.push(event);
      // A sink that received the alert also receives its end.
      const told = this.#told.get(key);
      if (!told?.open) continue;
      told.open = false;
      events.push(event);
    }
    return events;
  }

  #isWorthTelling(alert: Alert, at: number): boolean {
    const told = this.#told.get(alert.key);
    if (told && at - told.at < REPEAT_MS && LEVEL_RANK[alert.level] <= LEVEL_RANK[told.level]) return false;
    // An alert that holds at the level already sent is not sent again.
    if (told?.open && alert.level === told.level) return false;
    while (this.#toldTimes.length > 0 && this.#toldTimes[0]! <= at - 60_000) this.#toldTimes.shift();
    if (this.#toldTimes.length >= MAX_PER_MINUTE) {
      this.#suppress(alert);
      return false;
    }
    this.#untold.delete(alert.key);
    this.#toldTimes.push(at);
    this.#told.set(alert.key, { at, level: alert.level, open: true });
    return true;
  }

  #suppress({ key }: Alert): void {
    if (this.#untold.has(key)) return;
    this.#untold.add(key);
    this.#suppressed += 1;
  }

  #forgetOld(at: number): void {
    for (const [key, told] of this.#told) {
      if (!this.#active.has(key) && at - told.at >= REPEAT_MS) this.#told.delete(key);
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
