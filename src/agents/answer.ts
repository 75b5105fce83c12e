import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { describeError, jsonText, plainLines } from '../support/index.ts';

/** The longest text of an answer, in characters: models cut longer ones. */
const MAX_CHARACTERS = 100_000;

/** What a tool says: a text for the model, and the same as data for programs. */
export function answer(text: string, data: Record<string, unknown>): CallToolResult {
  return { content: [{ type: 'text', text: plainLines(text, MAX_CHARACTERS) }], structuredContent: data };
}

/** The text first, then the data for clients that pass on texts only. */
export function answerWithData(text: string, data: Record<string, unknown>): CallToolResult {
  return {
    content: [
      { type: 'text', text: plainLines(text, MAX_CHARACTERS) },
      { type: 'text', text: jsonText(data) },
    ],
    structuredContent: data,
  };
}

/** A failure that the model can read and act on: what happened, and what to do. */
export function refuse(error: unknown): CallToolResult {
  return { content: [{ type: 'text', text: plainLines(describeError(error)) }], isError: true };
}

/** A tool's handler whose errors become refusals. */
export function orRefuse<Args extends readonly unknown[]>(
  handler: (...args: Args) => CallToolResult | Promise<CallToolResult>,
): (...args: Args) => Promise<CallToolResult> {
  return async (...args) => {
    try {
      return await handler(...args);
    } catch (error) {
      return refuse(error);
    }
  };
}
