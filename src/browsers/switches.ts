/** Command-line switches as browsers read them: `--name`, `--name=value`, and Firefox's `-name value`. */
export class Switches {
  /** The program, as far as the command line tells. */
  readonly program: string;
  readonly #args: readonly string[];
  /** By name, with the last value: a sample asks some thousand times. */
  readonly #values = new Map<string, string | undefined>();

  constructor(commandLine: readonly string[]) {
    const [first, ...rest] = commandLine.length === 1 ? splitTitle(commandLine[0]!) : commandLine;
    this.program = first ?? '';
    this.#args = rest;
    for (const arg of rest) {
      const equals = arg.indexOf('=');
      if (equals !== -1) this.#values.set(arg.slice(0, equals), arg.slice(equals + 1));
      else if (!this.#values.has(arg)) this.#values.set(arg, undefined);
    }
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The last value of `name=value`, since that is the one Chromium uses; undefined without one. */
  value(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** The argument after `name`, as in Firefox's `-profile FOLDER`. */
  following(name: string): string | undefined {
    const at = this.#args.indexOf(name);
    return at === -1 ? undefined : this.#args[at + 1];
  }

  /** All values of a switch that may be repeated, as crashpad's `--annotation=NAME=VALUE`. */
  values(name: string): string[] {
    return this.#args.filter((arg) => arg.startsWith(`${name}=`)).map((arg) => arg.slice(name.length + 1));
  }

  last(): string | undefined {
    return this.#args.at(-1);
  }

  first(): string | undefined {
    return this.#args[0];
  }
}

/**
 * A Chromium child's arguments. It overwrites its own with one string, joined by spaces (base/process/set_process_title.cc),
 * so a value with spaces (`--enable-crash-reporter=,built on Debian GNU/Linux 12`) ends only where the next switch begins
 * with dashes.
 */
function splitTitle(title: string): string[] {
  return title.trimEnd().split(/ (?=--)/);
}
