export type { AlertEvent } from './alerts/alertBook.ts';
export type { AlertSink } from './alerts/delivery.ts';
export { logSink, ndjsonSink, webhookSink } from './alerts/sinks.ts';
export { exportRun } from './exportRun.ts';
export { Monitor } from './monitor.ts';
export { Gate } from './server/gate.ts';
export { keepToken, newToken, readToken } from './server/token.ts';
