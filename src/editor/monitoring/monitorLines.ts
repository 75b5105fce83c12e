import type { AlertEvent } from '../../monitoring/index.ts';

/** A line of `leakwright monitor --json`. */
export type MonitorLine =
  | { readonly type: 'listening'; readonly port: number; readonly tokenFile: string }
  | AlertEvent;

/** Undefined for what is no such line. */
export function parseMonitorLine(line: string): MonitorLine | undefined {
  try {
    const value = JSON.parse(line) as Partial<MonitorLine> | null;
    if (value?.type === 'listening' && 'port' in value) return value as MonitorLine;
    const isAlert = (value?.type === 'raised' || value?.type === 'resolved') && 'alert' in value;
    return isAlert && typeof value.alert?.message === 'string' ? (value as MonitorLine) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether to notify the user now: memory runs out or grows fast. Orphans and leftovers have alerts of their own. */
export function isForPerson({ type, alert }: AlertEvent): boolean {
  return type === 'raised' && alert.level === 'critical' && alert.kind.startsWith('memory-');
}
