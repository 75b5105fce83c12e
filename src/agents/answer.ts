import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { describeError } from '../support/index.ts';

/** What a tool says: a text for the model, and the same as data for programs. */
export function answer(text: string, data: Record<string, unknown>): CallToolResult {
  return { content: [{ type: 'text', text }], structuredContent: data };
}

/** The text first, then the data for clients that pass on texts only. */
export function answerWithData(text: string, data: Record<string, unknown>): CallToolResult {
  return {
    content: [
      { type: 'text', text },
      { type: 'text', text: JSON.stringify(data) },
    ],
    structuredContent: data,
  };
}

/** A failure that the model can read and act on: what happened, and what to do. */
export function refuse(error: unknown): CallToolResult {
  return { content: [{ type: 'text', text: describeError(error) }], isError: true };
}
