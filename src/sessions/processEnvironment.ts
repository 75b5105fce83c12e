/**
 * Playwright reads some things from the process's environment at the moment of a call and takes them in no other way: where
 * a fresh profile goes, where a bound browser is registered. Several sessions live in one process, so changes of a variable
 * wait for each other and last as short as possible.
 */
let turn: Promise<unknown> = Promise.resolve();

export async function inTurn<T>(use: () => Promise<T>): Promise<T> {
  const mine = turn.then(use);
  turn = mine.catch(() => {});
  return await mine;
}

/** Only to be called within `inTurn`. A variable that is undefined is unset for so long. */
export async function withVariables<T>(
  variables: Readonly<Record<string, string | undefined>>,
  use: () => Promise<T>,
): Promise<T> {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  assign(variables);
  try {
    return await use();
  } finally {
    assign(before);
  }
}

function assign(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
