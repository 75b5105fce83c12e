import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Uri, type Webview } from 'vscode';
import { pictureFolder } from '../../support/index.ts';

/** A webview may show pictures of failed steps, and nothing else of this machine. */
export function pictureRoot(): Uri {
  return Uri.file(pictureFolder());
}

/** The address of a failed step's picture in a webview. A report may come from elsewhere: what it names must be one of ours. */
export function pictureAddress(file: string, webview: Webview): string | undefined {
  return isPicture(file) ? webview.asWebviewUri(Uri.file(file)).toString() : undefined;
}

/** Whether a report's picture is one that a check on this machine has taken, and is still there. */
export function isPicture(file: string): boolean {
  return dirname(file) === pictureFolder() && existsSync(file);
}
