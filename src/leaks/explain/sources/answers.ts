import { findAllocationExpression } from './allocationExpression.ts';
import { findOnlyCall } from './callExpression.ts';
import type { FunctionQuery } from './parsedScript.ts';
import { findOnlyAssignment, findOnlyReference } from './holderReference.ts';
import { type SourceMapper, type SourceMapperOptions, createSourceMapper } from './sourceMapper.ts';

/** A function of a script, by its URL. */
export interface FunctionPlace extends Omit<FunctionQuery, 'source'> {
  readonly url: string;
}
type Place = { line: number; column: number };

/** All questions about lines and names that are answered from the texts of scripts and maps. */
export interface SourceAnswers extends SourceMapper {
  /** The only expression in a function that makes such an object, see `findAllocationExpression`. */
  allocationIn(place: FunctionPlace, className: string): Promise<Place | undefined>;
  /** The only place in a function that calls another, see `findOnlyCall`. */
  callIn(place: FunctionPlace, callee: string): Promise<Place | undefined>;
  /** The only place in a function that mentions a name, see `findOnlyReference`. */
  referenceIn(place: FunctionPlace, name: string): Promise<Place | undefined>;
  /** The only place in a function that assigns to a name, see `findOnlyAssignment`. */
  assignmentIn(place: FunctionPlace, name: string): Promise<Place | undefined>;
}

export function createSourceAnswers(options: SourceMapperOptions): SourceAnswers {
  async function within<T>({ url }: FunctionPlace, find: (source: string) => T): Promise<T | undefined> {
    const source = await options.fetchText(url);
    return source === undefined ? undefined : find(source);
  }
  return {
    ...createSourceMapper(options),
    allocationIn: (place, className) =>
      within(place, (source) => findAllocationExpression({ ...place, source, className })),
    callIn: (place, callee) => within(place, (source) => findOnlyCall({ ...place, source, callee })),
    referenceIn: (place, name) => within(place, (source) => findOnlyReference({ ...place, source, name })),
    assignmentIn: (place, name) => within(place, (source) => findOnlyAssignment({ ...place, source, name })),
  };
}
