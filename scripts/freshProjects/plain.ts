import { MENDED, PANELS, type PlantedLeak, WANTED, importPanels, panelFiles } from './leaks.ts';
import { type FreshProject, html, modulePackage } from './project.ts';

/** Projects without a framework: a panel is a function that opens it and returns what closes it. */
const panel = ({ component, module, begin, end }: PlantedLeak, typed = false): string => `${
  typed ? module.replace('opened', 'opened: { resize: () => void }[]') : module
}export function ${component}()${typed ? ': () => void' : ''} {
  const section = document.createElement('section');
  section.textContent = 'Details';
  document.body.append(section);
  ${begin({ change: '(section.title = String(innerWidth))', indent: '  ' })}
  return () => {
    section.remove();
    if (${MENDED}) ${end};
  };
}
`;

const main = (extension: string, typed = false): string => `${importPanels(({ name }) => `./${name}${extension}`)}

const panels${typed ? ': Record<string, () => () => void>' : ''} = ${PANELS};
let close${typed ? ': (() => void) | undefined' : ''};
document.getElementById('toggle')${typed ? '!' : ''}.addEventListener('click', () => {
  if (close) {
    close();
    close = undefined;
  } else {
    close = panels[${WANTED}]${typed ? '!' : ''}();
  }
});
`;
const BUTTON = '<button id="toggle">Toggle</button>';

export const plainProjects: readonly FreshProject[] = [
  {
    name: 'plain',
    dependencies: [],
    panel: ({ name }) => `${name}.js`,
    files: {
      'package.json': modulePackage,
      'index.html': html('<script type="module" src="main.js"></script>\n', BUTTON),
      'main.js': main('.js'),
      ...panelFiles(
        ({ name }) => `${name}.js`,
        (leak) => panel(leak),
      ),
    },
    built: '.',
  },
  {
    name: 'tsc',
    dependencies: ['typescript'],
    panel: ({ name }) => `src/${name}.ts`,
    files: {
      'package.json': modulePackage,
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          target: 'es2022',
          module: 'es2022',
          moduleResolution: 'bundler',
          lib: ['es2022', 'dom'],
          types: [],
          sourceMap: true,
          strict: true,
          rootDir: 'src',
          outDir: 'dist',
        },
        include: ['src'],
      }),
      'index.html': html('<script type="module" src="dist/main.js"></script>\n', BUTTON),
      'src/main.ts': main('.js', true),
      ...panelFiles(
        ({ name }) => `src/${name}.ts`,
        (leak) => panel(leak, true),
      ),
    },
    build: ['tsc'],
    built: '.',
  },
  {
    name: 'webpack',
    dependencies: ['webpack', 'webpack-cli', 'webpack-dev-server'],
    panel: ({ name }) => `src/${name}.js`,
    files: {
      'package.json': JSON.stringify({ private: true }),
      'webpack.config.js':
        "module.exports = { mode: process.env.NODE_ENV ?? 'production', devtool: 'source-map', output: { filename: 'main.js' }, devServer: { static: 'public', hot: true, client: { overlay: false } } };\n",
      'public/index.html': html('<script src="main.js"></script>\n', BUTTON),
      'dist/index.html': html('<script src="main.js"></script>\n', BUTTON),
      'src/index.js': main('.js'),
      ...panelFiles(
        ({ name }) => `src/${name}.js`,
        (leak) => panel(leak),
      ),
    },
    dev: (port) => ['webpack', 'serve', '--mode', 'development', '--host', '127.0.0.1', '--port', String(port)],
    build: ['webpack'],
    built: 'dist',
  },
];
