import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { NodePage } from './nodeUnderTest.ts';
import { holdConnections, readConnection, releaseConnections } from './programConnections.ts';

/** Rounds before the first reading: a server's first requests on a connection set up what stays. */
const FIRST_ROUNDS = 2;
/** Rounds that must each add to what the program keeps for the connection. */
const ROUNDS = 4;

/**
 * One connection for all requests of a check. A listener that each request adds to its socket goes when that closes, so requests over
 * connections of their own never show it; behind a proxy, or with a client that keeps its connections, it is a leak.
 */
export class KeptConnection {
  readonly #address: URL;
  readonly #agent: HttpAgent;
  #isOpen = false;
  #localPort: number | undefined;

  /** @param address of the server. Requests to others have connections of their own */
  constructor(address: URL) {
    this.#address = address;
    const options = { keepAlive: true, maxSockets: 1 };
    this.#agent = address.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
    this.#agent.on('free', (socket: Socket) => (this.#localPort = socket.localPort));
  }

  /** The agent of a request; undefined where it gets a connection of its own. */
  agentFor(url: URL): HttpAgent | undefined {
    return this.#isOpen && url.origin === this.#address.origin ? this.#agent : undefined;
  }

  /**
   * Sends some rounds of requests over one connection, and keeps it where each round leaves something at it in the program.
   *
   * @param round the requests of an iteration
   */
  async openIfItFills({ evaluate }: NodePage, round: () => Promise<void>): Promise<void> {
    this.#isOpen = true;
    await evaluate(holdConnections);
    const readings: number[] = [];
    for (let rounds = 1; rounds <= FIRST_ROUNDS + ROUNDS; rounds += 1) {
      await round();
      if (rounds < FIRST_ROUNDS) continue;
      // A server behind a proxy, or in a process of its own, has no such connection.
      const kept = this.#localPort === undefined ? null : await evaluate(readConnection, this.#localPort);
      const last = readings.at(-1) ?? -1;
      if (typeof kept !== 'number' || kept <= last) return await this.close({ evaluate });
      readings.push(kept);
    }
  }

  async close({ evaluate }: Pick<NodePage, 'evaluate'>): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#agent.destroy();
    await evaluate(releaseConnections);
  }
}
