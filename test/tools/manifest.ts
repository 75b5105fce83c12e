/**
 * `npm run manifest`: writes into package.json what is made from the table of a check's options (src/checks/options.ts).
 * A unit test fails while the two differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingParts, taskProperties } from '../../src/checks/index.ts';
import { packageFolder } from '../../src/support/index.ts';

interface Manifest {
  readonly contributes: {
    readonly taskDefinitions: { properties: unknown }[];
    readonly configuration: { readonly properties: Record<string, Record<string, unknown>> };
  };
}

/** The text of package.json with the made parts in it. */
export function withMadeParts(text: string): string {
  const manifest = JSON.parse(text) as Manifest;
  const { taskDefinitions, configuration } = manifest.contributes;
  taskDefinitions[0]!.properties = taskProperties();
  for (const [setting, parts] of Object.entries(settingParts())) {
    Object.assign(configuration.properties[setting]!, parts);
  }
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

if (import.meta.main) {
  const file = join(packageFolder(), 'package.json');
  writeFileSync(file, withMadeParts(readFileSync(file, 'utf8')));
}
