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

/**
 * Records that frameworks keep of components on a page: the properties that such a record has (others may be null by the time, which
 * a snapshot does not show), and the way from it to the component. Seen in React 19, Preact 10.27 and Vue 3.5.
 */
export const COMPONENT_RECORDS: readonly { readonly has: readonly string[]; readonly through: readonly string[] }[] = [
  { has: ['elementType', 'type'], through: ['type'] },
  { has: ['props', '__v'], through: ['__v', 'type'] },
  { has: ['type', 'appContext', 'provides'], through: ['type'] },
];

/** What Angular's compiler writes into classes: of components, directives, services and whatever else it makes. Seen in Angular 20. */
export const ANGULAR_CLASS_MARKS: readonly string[] = ['ɵcmp', 'ɵdir', 'ɵprov', 'ɵfac'];
