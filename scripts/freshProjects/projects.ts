/**
 * Projects as their tools make them, each with one leak: every panel that is opened adds a listener to the window, and the
 * twin removes it when the panel is closed. `#toggle` opens and closes.
 */
export interface FreshProject {
  readonly name: string;
  readonly dependencies: readonly string[];
  /** The file that leaks, and the text of its line that does. */
  readonly leak: { readonly file: string; readonly text: string };
  readonly files: (mended: boolean) => Readonly<Record<string, string>>;
  /** Serves the sources at the port; absent where the tool has no development server. */
  readonly dev?: (port: number) => readonly string[];
  readonly build?: readonly string[];
  /** Serves what was built: a command, or a folder of files. */
  readonly built: ((port: number) => readonly string[]) | string;
}

const ADD = "window.addEventListener('resize', onResize)";
const REMOVE = "window.removeEventListener('resize', onResize)";
const html = (script: string, body = '<div id="app"></div>'): string =>
  `<!doctype html>\n<html><head><meta charset="utf-8"><title>Fresh</title></head>\n<body>${body}\n${script}</body></html>\n`;
const entry = (file: string): string => html(`<script type="module" src="/src/${file}"></script>\n`);
const module = (dev: object = {}): string => JSON.stringify({ private: true, type: 'module', ...dev }, null, 2);

const viteBuilt = {
  dev: (port: number) => ['vite', '--host', '127.0.0.1', '--port', String(port), '--strictPort'],
  build: ['vite', 'build'],
  built: 'dist',
} as const;
const viteConfig = (plugin: string, from: string): string =>
  `import { defineConfig } from 'vite';\nimport ${plugin} from '${from}';\n\nexport default defineConfig({ plugins: [${plugin.replace(/[{} ]/g, '')}()], build: { sourcemap: true } });\n`;

/** The panel of projects without a framework. */
const plainPanel = (mended: boolean, types = ''): string => `let panel${types ? ': HTMLElement | undefined' : ''};
let remove = () => {};
document.getElementById('toggle')${types ? '!' : ''}.addEventListener('click', () => {
  if (panel) {
    panel.remove();
    panel = undefined;
    ${mended ? 'remove();' : ''}
    return;
  }
  const opened = document.createElement('section');
  opened.textContent = 'Details';
  const onResize = () => {
    opened.title = String(innerWidth);
  };
  ${ADD};
  remove = () => ${REMOVE};
  document.body.append(opened);
  panel = opened;
});
`;
const BUTTON = '<button id="toggle">Toggle</button>';

export const projects: readonly FreshProject[] = [
  {
    name: 'plain',
    dependencies: [],
    leak: { file: 'main.js', text: ADD },
    files: (mended) => ({
      'package.json': module(),
      'index.html': html('<script type="module" src="main.js"></script>\n', BUTTON),
      'main.js': plainPanel(mended),
    }),
    built: '.',
  },
  {
    name: 'tsc',
    dependencies: ['typescript'],
    leak: { file: 'src/main.ts', text: ADD },
    files: (mended) => ({
      'package.json': module(),
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          target: 'es2022',
          module: 'es2022',
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
      'src/main.ts': `${plainPanel(mended, 'ts')}export {};\n`,
    }),
    build: ['tsc'],
    built: '.',
  },
  {
    name: 'webpack',
    dependencies: ['webpack', 'webpack-cli', 'webpack-dev-server'],
    leak: { file: 'src/index.js', text: ADD },
    files: (mended) => ({
      'package.json': JSON.stringify({ private: true }),
      'webpack.config.js':
        "module.exports = { mode: process.env.NODE_ENV ?? 'production', devtool: 'source-map', output: { filename: 'main.js' }, devServer: { static: 'public', hot: true, client: { overlay: false } } };\n",
      'public/index.html': html('<script src="main.js"></script>\n', BUTTON),
      'dist/index.html': html('<script src="main.js"></script>\n', BUTTON),
      'src/index.js': plainPanel(mended),
    }),
    dev: (port) => ['webpack', 'serve', '--mode', 'development', '--host', '127.0.0.1', '--port', String(port)],
    build: ['webpack'],
    built: 'dist',
  },
  {
    name: 'vite-react',
    dependencies: ['vite', '@vitejs/plugin-react', 'react', 'react-dom'],
    leak: { file: 'src/Panel.jsx', text: ADD },
    files: (mended) => ({
      'package.json': module(),
      'vite.config.js': viteConfig('react', '@vitejs/plugin-react'),
      'index.html': entry('main.jsx'),
      'src/main.jsx': `import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Panel } from './Panel.jsx';

function App() {
  const [open, setOpen] = useState(false);
  return <><button id="toggle" onClick={() => setOpen(!open)}>Toggle</button>{open && <Panel />}</>;
}
createRoot(document.getElementById('app')).render(<App />);
`,
      'src/Panel.jsx': `import { useEffect, useState } from 'react';

export function Panel() {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const onResize = () => setWidth(innerWidth);
    ${ADD};
    ${mended ? `return () => ${REMOVE};` : ''}
  }, []);
  return <section>Details {width}</section>;
}
`,
    }),
    ...viteBuilt,
  },
  {
    name: 'vite-vue',
    dependencies: ['vite', '@vitejs/plugin-vue', 'vue'],
    leak: { file: 'src/Panel.vue', text: ADD },
    files: (mended) => ({
      'package.json': module(),
      'vite.config.js': viteConfig('vue', '@vitejs/plugin-vue'),
      'index.html': entry('main.js'),
      'src/main.js':
        "import { createApp } from 'vue';\nimport App from './App.vue';\n\ncreateApp(App).mount('#app');\n",
      'src/App.vue': `<script setup>
import { ref } from 'vue';
import Panel from './Panel.vue';
const open = ref(false);
</script>
<template><button id="toggle" @click="open = !open">Toggle</button><Panel v-if="open" /></template>
`,
      'src/Panel.vue': `<script setup>
import { onMounted, onUnmounted, ref } from 'vue';
const width = ref(0);
const onResize = () => (width.value = innerWidth);
onMounted(() => {
  ${ADD};
});
${mended ? `onUnmounted(() => ${REMOVE});` : 'onUnmounted(() => {});'}
</script>
<template><section>Details {{ width }}</section></template>
`,
    }),
    ...viteBuilt,
  },
  {
    name: 'vite-svelte',
    dependencies: ['vite', '@sveltejs/vite-plugin-svelte', 'svelte'],
    leak: { file: 'src/Panel.svelte', text: ADD },
    files: (mended) => ({
      'package.json': module(),
      'vite.config.js': viteConfig('{ svelte }', '@sveltejs/vite-plugin-svelte'),
      'index.html': entry('main.js'),
      'src/main.js':
        "import { mount } from 'svelte';\nimport App from './App.svelte';\n\nmount(App, { target: document.getElementById('app') });\n",
      'src/App.svelte': `<script>
  import Panel from './Panel.svelte';
  let open = $state(false);
</script>
<button id="toggle" onclick={() => (open = !open)}>Toggle</button>
{#if open}<Panel />{/if}
`,
      'src/Panel.svelte': `<script>
  import { onMount } from 'svelte';
  let width = $state(0);
  onMount(() => {
    const onResize = () => (width = innerWidth);
    ${ADD};
    ${mended ? `return () => ${REMOVE};` : ''}
  });
</script>
<section>Details {width}</section>
`,
    }),
    ...viteBuilt,
  },
  {
    name: 'vite-solid',
    dependencies: ['vite', 'vite-plugin-solid', 'solid-js'],
    leak: { file: 'src/Panel.jsx', text: ADD },
    files: (mended) => ({
      'package.json': module(),
      'vite.config.js': viteConfig('solid', 'vite-plugin-solid'),
      'index.html': entry('main.jsx'),
      'src/main.jsx': `import { Show, createSignal } from 'solid-js';
import { render } from 'solid-js/web';
import { Panel } from './Panel.jsx';

function App() {
  const [open, setOpen] = createSignal(false);
  return <><button id="toggle" onClick={() => setOpen(!open())}>Toggle</button><Show when={open()}><Panel /></Show></>;
}
render(() => <App />, document.getElementById('app'));
`,
      'src/Panel.jsx': `import { createSignal, onCleanup } from 'solid-js';

export function Panel() {
  const [width, setWidth] = createSignal(0);
  const onResize = () => setWidth(innerWidth);
  ${ADD};
  ${mended ? `onCleanup(() => ${REMOVE});` : 'onCleanup(() => {});'}
  return <section>Details {width()}</section>;
}
`,
    }),
    ...viteBuilt,
  },
  {
    name: 'next',
    dependencies: ['next', 'react', 'react-dom'],
    leak: { file: 'app/panel.js', text: ADD },
    files: (mended) => ({
      'package.json': JSON.stringify({ private: true }),
      'next.config.js': 'module.exports = { productionBrowserSourceMaps: true, devIndicators: false };\n',
      'app/layout.js':
        'export default function Layout({ children }) {\n  return <html><body>{children}</body></html>;\n}\n',
      'app/page.js': `'use client';
import { useState } from 'react';
import { Panel } from './panel.js';

export default function Page() {
  const [open, setOpen] = useState(false);
  return <><button id="toggle" onClick={() => setOpen(!open)}>Toggle</button>{open && <Panel />}</>;
}
`,
      'app/panel.js': `'use client';
import { useEffect, useState } from 'react';

export function Panel() {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const onResize = () => setWidth(innerWidth);
    ${ADD};
    ${mended ? `return () => ${REMOVE};` : ''}
  }, []);
  return <section>Details {width}</section>;
}
`,
    }),
    dev: (port) => ['next', 'dev', '-H', '127.0.0.1', '-p', String(port)],
    build: ['next', 'build'],
    built: (port) => ['next', 'start', '-H', '127.0.0.1', '-p', String(port)],
  },
  {
    name: 'angular',
    dependencies: [
      '@angular/core',
      '@angular/common',
      '@angular/compiler',
      '@angular/platform-browser',
      '@angular/build',
      '@angular/cli',
      '@angular/compiler-cli',
      'tslib',
      'rxjs',
    ],
    leak: { file: 'src/panel.ts', text: ADD },
    files: (mended) => {
      const options = {
        browser: 'src/main.ts',
        index: 'src/index.html',
        tsConfig: 'tsconfig.json',
        outputPath: 'dist',
      };
      const architect = {
        build: {
          builder: '@angular/build:application',
          options,
          configurations: {
            production: { sourceMap: true },
            development: { optimization: false, sourceMap: true },
          },
        },
        serve: { builder: '@angular/build:dev-server', options: { buildTarget: 'fresh:build:development' } },
      };
      const fresh = { projectType: 'application', root: '', sourceRoot: 'src', architect };
      return {
        'package.json': JSON.stringify({ private: true }),
        'angular.json': JSON.stringify({ version: 1, cli: { analytics: false }, projects: { fresh } }),
        'tsconfig.json': JSON.stringify({
          compilerOptions: {
            target: 'es2022',
            module: 'preserve',
            moduleResolution: 'bundler',
            strict: true,
            experimentalDecorators: true,
            lib: ['es2022', 'dom'],
            types: [],
          },
          files: ['src/main.ts'],
        }),
        'src/index.html': html('', '<app-root></app-root>'),
        'src/main.ts': `import { Component, provideZonelessChangeDetection, signal } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { Panel } from './panel';

@Component({
  selector: 'app-root',
  imports: [Panel],
  template: \`<button id="toggle" (click)="open.set(!open())">Toggle</button>@if (open()) {<app-panel />}\`,
})
class App {
  open = signal(false);
}
bootstrapApplication(App, { providers: [provideZonelessChangeDetection()] });
`,
        'src/panel.ts': `import { Component, signal } from '@angular/core';

@Component({ selector: 'app-panel', template: '<section>Details {{ width() }}</section>' })
export class Panel {
  width = signal(0);
  remove = () => {};
  ngOnInit() {
    const onResize = () => this.width.set(innerWidth);
    ${ADD};
    this.remove = () => ${REMOVE};
  }
  ngOnDestroy() {
    ${mended ? 'this.remove();' : ''}
  }
}
`,
      };
    },
    dev: (port) => ['ng', 'serve', '--host', '127.0.0.1', '--port', String(port)],
    build: ['ng', 'build'],
    built: 'dist/browser',
  },
];
