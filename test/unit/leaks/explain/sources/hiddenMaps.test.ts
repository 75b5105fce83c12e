import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSourceResolver } from '../../../../../src/leaks/explain/sources/sourceResolver.ts';
import { createSourceMapper } from '../../../../../src/leaks/explain/sources/sourceMapper.ts';

const CODE = 'function a(){b.push(new C)}';
const MAP = JSON.stringify({ version: 3, sources: ['../src/panel.ts'], names: [], mappings: 'AAQA' });
const frame = { url: 'http://host/main.js', line: 1, column: 1, function: 'a' };

describe('source maps that the script itself does not name', () => {
  let workspace: string;
  const texts = new Map<string, string>();
  const locate = async (mapUrl?: string) => {
    const mapper = createSourceMapper({
      workspaceFolder: workspace,
      baseUrl: 'http://host/',
      fetchText: async (url) => texts.get(url),
      mapUrlOf: () => mapUrl,
    });
    return await mapper.toSite([frame], 'line');
  };

  before(async () => {
    workspace = await mkdtemp(join(tmpdir(), 'leakwright-maps-'));
    for (const folder of ['src', 'dist']) await mkdir(join(workspace, folder));
    await writeFile(join(workspace, 'src', 'panel.ts'), '\n'.repeat(20));
  });
  after(async () => await rm(workspace, { recursive: true, force: true }));
  beforeEach(() => {
    texts.clear();
    texts.set(frame.url, CODE);
  });

  it('are read beside the file of the workspace that is served (hidden-source-map)', async () => {
    await writeFile(join(workspace, 'dist', 'main.js'), CODE);
    await writeFile(join(workspace, 'dist', 'main.js.map'), MAP);
    assert.deepEqual(
      { ...(await locate()), stack: [] },
      {
        file: 'src/panel.ts',
        line: 9,
        column: 1,
        function: 'a',
        precision: 'line',
        stack: [],
      },
    );
  });

  it('name files of the other packages of a monorepo, and none outside it', async () => {
    const panel = `${'\n'.repeat(20)}// of another package`;
    const origin = { content: panel, generatedUrl: frame.url, generatedText: CODE };
    await mkdir(join(workspace, 'packages', 'shop'), { recursive: true });
    await mkdir(join(workspace, 'packages', 'ui', 'src'), { recursive: true });
    await writeFile(join(workspace, 'packages', 'ui', 'src', 'card.ts'), panel);
    const resolve = async () =>
      await createSourceResolver({
        workspaceFolder: join(workspace, 'packages', 'shop'),
        baseUrl: 'http://host/',
      }).fileOfSource('http://host/ui/src/card.ts', origin);
    assert.equal(await resolve(), 'http://host/ui/src/card.ts', 'nothing says that the two belong together');
    await writeFile(join(workspace, 'package.json'), '{"workspaces":["packages/*"]}');
    assert.equal(await resolve(), '../ui/src/card.ts');
    await rm(join(workspace, 'package.json'));
  });

  it('are not taken from a build that is not the one that runs: their lines would be wrong', async () => {
    await writeFile(join(workspace, 'dist', 'main.js'), `${CODE};later()`);
    await writeFile(join(workspace, 'dist', 'main.js.map'), MAP);
    assert.equal((await locate())?.line, 1);
  });

  it('are read where a SourceMap header says they are', async () => {
    texts.set('http://host/maps/main.json', MAP.replace('../src', 'src'));
    assert.equal((await locate('/maps/main.json'))?.line, 9);
  });

  it('without one, the code at the place is shown', async () => {
    texts.set(frame.url, `${CODE};${'x();'.repeat(200)}`);
    assert.match((await locate())?.excerpt ?? '', /^function a\(\)\{b\.push\(new C\)\};x\(\);/);
  });
});
