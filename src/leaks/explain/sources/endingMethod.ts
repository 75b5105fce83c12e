import type { Node } from 'acorn';
import type { GeneratedFrame } from './generatedFrame.ts';
import { childrenOf, parseScript } from './parsedScript.ts';

/** Names that libraries give to the method that ends an object, those that say it most plainly first. */
const ENDING = [
  'destroy',
  'dispose',
  'unmount',
  'unsubscribe',
  'disconnect',
  'teardown',
  'kill',
  'terminate',
  'remove',
  'close',
  'stop',
];

/** The method of a class that ends its objects, where it has one: `destroy` of a chart. `frame` is where the class is written. */
export function endingMethod(frame: GeneratedFrame, text: string): string | undefined {
  const script = parseScript(text, frame.line);
  if (!script) return undefined;
  const offset = script.offsetOf(frame.line, frame.column);
  let found: Node | undefined;
  const visit = (node: Node): void => {
    if (offset < node.start || offset >= node.end) return;
    if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') found = node;
    childrenOf(node).forEach(visit);
  };
  visit(script.root);
  if (!found) return undefined;
  const { body } = found as Node & { body: Node & { body: readonly Member[] } };
  const methods = new Set(body.body.flatMap(({ key, static: isStatic }) => (isStatic ? [] : [key?.name])));
  return ENDING.find((name) => methods.has(name));
}

interface Member extends Node {
  readonly key?: Node & { readonly name?: string };
  readonly static?: boolean;
}
