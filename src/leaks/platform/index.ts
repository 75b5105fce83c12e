export * from './domNodes.ts';
export * from './edges.ts';
export { withoutShape } from './frameworkShapes.ts';
export { isNativeId } from './ids.ts';
export { kindOf } from './kinds.ts';
export * from './names.ts';
