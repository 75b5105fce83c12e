export type { ActiveAlert, Alert, AlertEvent, AlertKind, AlertLevel } from './alerts/alert.ts';
export type { AlertSink } from './alerts/delivery.ts';
export type { AlertThresholds } from './alerts/judge.ts';
export { logSink, ndjsonSink, webhookSink } from './alerts/sinks.ts';
export { type ExportRunOptions, exportRun } from './exportRun.ts';
export { Monitor, type MonitorOptions } from './monitor.ts';
export type { MonitorReading, StructureReading, TreeReading } from './reading.ts';
export { keepToken, newToken, readToken } from './server/token.ts';
