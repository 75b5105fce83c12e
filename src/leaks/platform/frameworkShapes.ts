/**
 * What frameworks call plain objects that they make, by the first names of their properties. Seen in Vue 3.5, React 19, Svelte 5 and
 * Solid 1.9.
 */
const SHAPES: readonly (readonly [start: string, name: string])[] = [
  ['__v_isVNode,', 'VNode'],
  ['uid, vnode, type, parent', 'ComponentInternalInstance'],
  ['$$typeof, type, key,', 'ReactElement'],
  ['ctx, deps, nodes, f,', 'Effect'],
  ['fn, state, updatedAt, owned,', 'Computation'],
];

/** `VNode` for `{__v_isVNode, __v_skip, type, …}`; any other name as it is. */
export const withoutShape = (name: string): string =>
  SHAPES.find(([start]) => name.startsWith(`{${start}`))?.[1] ?? name;
