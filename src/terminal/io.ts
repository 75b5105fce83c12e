import { createInterface } from 'node:readline/promises';

/** What a command may do to the terminal it runs in, so that tests can stand in for one. */
export interface TerminalIo {
  /** Results: standard output. */
  out(text: string): void;
  /** Progress and problems: standard error. */
  err(text: string): void;
  /** True when a person reads and can answer: progress and questions make sense. */
  readonly isTty: boolean;
  readonly colour: boolean;
  /** Asks a yes/no question; false when there is no terminal to answer in. */
  confirm(question: string): Promise<boolean>;
}

export function systemIo(): TerminalIo {
  const isTty = process.stdout.isTTY && process.stdin.isTTY;
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    isTty,
    // NO_COLOR, FORCE_COLOR and dumb terminals are known to hasColors; a pipe has colour only with FORCE_COLOR.
    colour: process.stdout.isTTY ? process.stdout.hasColors() : isColourForced(),
    confirm: async (question) => {
      if (!isTty) return false;
      const prompt = createInterface({ input: process.stdin, output: process.stderr });
      try {
        const answer = await prompt.question(`${question} [y/N] `);
        return /^y(es)?$/i.test(answer.trim());
      } finally {
        prompt.close();
      }
    },
  };
}

/** `FORCE_COLOR` as Node reads it; the Test Explorer shows colours and is no terminal. */
function isColourForced(): boolean {
  const forced = process.env['FORCE_COLOR'];
  return forced !== undefined && forced !== '0' && forced !== 'false' && !process.env['NO_COLOR'];
}
