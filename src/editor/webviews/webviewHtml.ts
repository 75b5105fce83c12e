import { randomBytes } from 'node:crypto';
import { htmlText } from '../../support/index.ts';

export interface WebviewPage {
  /** Its bundle's name: `dist/webview/NAME.js` and `NAME.css` (see esbuild.js). */
  readonly name: string;
  /** What screen readers call the document. */
  readonly title: string;
  /** BCP 47, as `env.language` has it. */
  readonly language: string;
  /** The webview's `cspSource`. */
  readonly cspSource: string;
  /** The address in the webview of a file in `dist/webview`. */
  readonly address: (file: string) => string;
}

/**
 * The document of a webview: an empty `main`, one script and one style sheet of ours, and a policy that lets nothing else
 * in, no inline script or style, no image but ours, no request. Content comes in messages and is set as text.
 */
export function webviewHtml({ name, title, language, cspSource, address }: WebviewPage): string {
  const nonce = randomBytes(18).toString('base64url');
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `img-src ${cspSource}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${htmlText(language)}">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${htmlText(title)}</title>
<link rel="stylesheet" href="${htmlText(address(`${name}.css`))}">
</head>
<body data-vscode-context='{"preventDefaultContextMenuItems":true}'>
<main></main>
<script nonce="${nonce}" src="${htmlText(address(`${name}.js`))}"></script>
</body>
</html>`;
}
