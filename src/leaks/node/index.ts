export { captureProgram } from './captureProgram.ts';
export { nodeOpener } from './nodeOpener.ts';
export { requestScenario } from './nodeScenario.ts';
export { isInspector } from './runningInspector.ts';
export type { NodeTarget } from './nodeTarget.ts';
