import { Transform, type TransformCallback } from 'node:stream';
import { parseBoundedJson } from '../support/index.ts';

/** Bytes of one message. The largest that a client of ours has reason to send is a list of selectors. */
export const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** Bytes of a refused message that are searched for its id. */
const SEARCHED_BYTES = 4096;

const INVALID_REQUEST = -32600;
const PARSE_ERROR = -32700;
const NEWLINE = 0x0a;

/**
 * Passes on the messages of a client, a line each. One that is too long or no JSON is answered with JSON-RPC's own error and left
 * out: the protocol's reader would end on the first, and say nothing of the second.
 *
 * @param answer writes a line to the client
 */
export function limitLines(answer: (line: string) => void, maxBytes = MAX_LINE_BYTES): Transform {
  let pieces: Buffer[] = [];
  let bytes = 0;
  /** The line that is being read is too long, and was answered as soon as that was known: its end may never come. */
  let isRefused = false;

  function refuse(code: number, message: string, head: Buffer): void {
    const found = /"id"\s*:\s*("(?:[^"\\]|\\.){1,200}"|-?\d{1,15})\s*[,}]/.exec(head.toString('utf8'))?.[1] ?? '';
    const id = isJson(found) ? found : 'null';
    answer(`{"jsonrpc":"2.0","id":${id},"error":{"code":${code},"message":${JSON.stringify(message)}}}\n`);
  }

  function add(part: Buffer): void {
    if (isRefused) return;
    pieces.push(part);
    bytes += part.length;
    if (bytes <= maxBytes) return;
    isRefused = true;
    const head = Buffer.concat(pieces).subarray(0, SEARCHED_BYTES);
    pieces = [];
    refuse(INVALID_REQUEST, `A message may have ${maxBytes} bytes; this one is longer.`, head);
  }

  function endLine(stream: Transform): void {
    const line = Buffer.concat(pieces);
    if (!isRefused && line.toString('utf8').trim() !== '') {
      if (isJson(line.toString('utf8'))) stream.push(Buffer.concat([line, Buffer.of(NEWLINE)]));
      else refuse(PARSE_ERROR, 'The message is not JSON.', line.subarray(0, SEARCHED_BYTES));
    }
    pieces = [];
    bytes = 0;
    isRefused = false;
  }

  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        add(chunk.subarray(from, at));
        endLine(this);
        from = at + 1;
      }
      add(chunk.subarray(from));
      done();
    },
    flush(done: TransformCallback) {
      // A client that closes its end in the middle of a line has sent a message all the same.
      endLine(this);
      done();
    },
  });
}

function isJson(text: string): boolean {
  try {
    parseBoundedJson(text);
    return true;
  } catch {
    return false;
  }
}
