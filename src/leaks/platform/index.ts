export * from './domNodes.ts';
export * from './edges.ts';
export { ANGULAR_CLASS_MARKS, COMPONENT_RECORDS, withoutShape } from './frameworkShapes.ts';
export { isNativeId } from './ids.ts';
export { isNodesOwn, kindOf } from './kinds.ts';
export * from './names.ts';
