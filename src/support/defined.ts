/** `T` with each key that may be undefined made optional instead. */
export type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/**
 * A copy of an object without the keys whose value is undefined. An optional key of a type means "absent, or a value"
 * (`exactOptionalPropertyTypes`), so a value that may be undefined is passed on with it.
 *
 * @example launch({ headless: true, ...defined({ channel, executablePath }) })
 */
export function defined<const T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
