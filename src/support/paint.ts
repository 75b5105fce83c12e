import { styleText } from 'node:util';

/** Styles a text for a terminal; without colour the words carry the meaning alone. */
export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

export function painter(colour: boolean | undefined): Paint {
  return (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text);
}
