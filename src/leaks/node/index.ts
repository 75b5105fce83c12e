export { nodeOpener } from './nodeOpener.ts';
export { requestScenario } from './nodeScenario.ts';
export type { NodeTarget } from './nodeTarget.ts';
