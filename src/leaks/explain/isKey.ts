import type { LeakCandidate } from '../judge/leakCandidate.ts';

/**
 * A text that is no value of its holder but the name of one: the value may be gone, and the name stays. Paths name the element or property
 * that holds a value; arrays have names beside their elements, too (`processes['process 7'] = null`).
 */
export function isKey({ group }: Pick<LeakCandidate, 'group'>): boolean {
  const { nodeType, className = '', retainedBy = [] } = group?.holder ?? {};
  const isPartOfText = retainedBy.at(-2)?.endsWith('string') === true;
  return (
    group?.nodeType === 'string' &&
    nodeType === 'object' &&
    !/^(?:Set|WeakSet)$/.test(className) &&
    retainedBy.at(-1) === 'string' &&
    !isPartOfText
  );
}
