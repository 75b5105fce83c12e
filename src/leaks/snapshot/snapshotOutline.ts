import { type SnapshotCounts, checkSnapshotHead, isHeadComplete } from './snapshotHead.ts';

const ZERO = 0x30;
const NINE = 0x39;
const COMMA = 0x2c;
const CLOSE = 0x5d;
const MAX_NUMBER = 2 ** 32;

/**
 * Looks through the text of a snapshot file before its numbers are believed: whoever parses it follows counts and references
 * that somebody else wrote, and one number may be a loop of 2 thousand millions, or one without end.
 */
export class SnapshotOutline {
  #stage: 'head' | 'nodes' | 'edgesAhead' | 'edges' | 'rest' = 'head';
  #pending = '';
  #counts: SnapshotCounts | undefined;
  #value = -1;
  #index = 0;
  #edgesOfNodes = 0;

  /** @throws Error that says what is wrong */
  push(text: string): void {
    if (this.#stage === 'rest') return;
    let rest = text;
    if (this.#stage === 'head') {
      this.#pending += text;
      if (!isHeadComplete(this.#pending)) return;
      this.#counts = checkSnapshotHead([this.#pending], Number.MAX_SAFE_INTEGER);
      rest = this.#pending.slice(this.#pending.indexOf('"nodes":[') + '"nodes":['.length);
      this.#pending = '';
      this.#stage = 'nodes';
    }
    if (this.#stage === 'nodes') {
      const end = this.#numbers(rest);
      if (end < 0) return;
      const { nodes, nodeFields, edges } = this.#counts!;
      if (this.#index !== nodes * nodeFields.length || this.#edgesOfNodes !== edges) throw unfit();
      this.#index = 0;
      rest = rest.slice(end + 1);
      this.#stage = 'edgesAhead';
    }
    if (this.#stage === 'edgesAhead') {
      this.#pending += rest;
      const at = this.#pending.indexOf('"edges":[');
      if (at < 0) {
        if (this.#pending.length > 1000) throw unfit();
        return;
      }
      rest = this.#pending.slice(at + '"edges":['.length);
      this.#pending = '';
      this.#stage = 'edges';
    }
    if (this.#numbers(rest) < 0) return;
    if (this.#index !== this.#counts!.edges * this.#counts!.edgeFields.length) throw unfit();
    this.#stage = 'rest';
  }

  /** @throws Error where the text ended before its nodes and edges did */
  finish(): void {
    if (this.#stage !== 'rest') throw new Error('its text is not complete');
  }

  /** Takes numbers up to the bracket that ends their list. @returns its offset, or -1 where it is further on */
  #numbers(text: string): number {
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code >= ZERO && code <= NINE) {
        this.#value = Math.max(0, this.#value) * 10 + code - ZERO;
        continue;
      }
      if (code > 0x20 && code !== COMMA && code !== CLOSE) throw unfit();
      if (this.#value >= 0) {
        this.#take(this.#value);
        this.#value = -1;
      }
      if (code === CLOSE) return at;
    }
    return -1;
  }

  #take(value: number): void {
    const { nodes, nodeFields, edgeFields } = this.#counts!;
    if (value >= MAX_NUMBER) throw unfit();
    if (this.#stage === 'nodes') {
      if (nodeFields[this.#index % nodeFields.length] === 'edge_count') this.#edgesOfNodes += value;
    } else if (
      edgeFields[this.#index % edgeFields.length] === 'to_node' &&
      (value % nodeFields.length !== 0 || value >= nodes * nodeFields.length)
    )
      throw unfit();
    this.#index += 1;
  }
}

function unfit(): Error {
  return new Error('its numbers do not fit together');
}
