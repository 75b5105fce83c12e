export {
  type Alert,
  type AlertLevel,
  type AlertThresholds,
  LEVEL_RANK,
  alertDefaults,
  alertsOf,
} from './alertRules.ts';
export { ALERT_AGES, isDueLeftover, isDueOrphan } from './ages.ts';
export { LeftoverWatch } from './leftoverWatch.ts';
export { type MachineView, MachineWatch } from './machineWatch.ts';
export type { NodeProgram } from './nodeWatch.ts';
export { type MachineReading, readMachine } from './reading.ts';
