export { type AllocationQuery, findAllocationExpression } from './allocationExpression.ts';
export { type ReferenceQuery, findOnlyReference } from './holderReference.ts';
export { type GeneratedFrame, parseStackText } from './generatedFrame.ts';
export { type SourceMapper, type SourceMapperOptions, createSourceMapper } from './sourceMapper.ts';
