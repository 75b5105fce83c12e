import { MENDED, WANTED, importPanels, leaks, panelFiles } from './leaks.ts';
import { type FreshProject, html, modulePackage } from './project.ts';
import { hooksPage, hooksPanel } from './react.ts';
import { svelteApp, sveltePanels, vueApp, vuePanels } from './vite.ts';

/** Frameworks that bring their own servers. */
export const applicationProjects: readonly FreshProject[] = [
  {
    name: 'next',
    dependencies: ['next', 'react', 'react-dom'],
    panel: ({ name }) => `app/${name}.js`,
    files: {
      'package.json': JSON.stringify({ private: true }),
      'next.config.js': 'module.exports = { productionBrowserSourceMaps: true, devIndicators: false };\n',
      'app/layout.js':
        'export default function Layout({ children }) {\n  return <html><body>{children}</body></html>;\n}\n',
      'app/page.js': `'use client';\n${hooksPage('react', ({ name }) => `./${name}.js`, 'export default ')}`,
      ...panelFiles(
        ({ name }) => `app/${name}.js`,
        (leak) => `'use client';\n${hooksPanel(leak, 'react')}`,
      ),
    },
    dev: (port) => ['next', 'dev', '-H', '127.0.0.1', '-p', String(port)],
    build: ['next', 'build'],
    built: (port) => ['next', 'start', '-H', '127.0.0.1', '-p', String(port)],
  },
  {
    name: 'nuxt',
    dependencies: ['nuxt', 'vue', 'vue-router'],
    panel: ({ component }) => `app/components/${component}.vue`,
    files: {
      'package.json': modulePackage,
      'nuxt.config.ts':
        "export default defineNuxtConfig({ compatibilityDate: '2026-01-01', telemetry: false, devtools: { enabled: false }, sourcemap: { client: true } });\n",
      'app/app.vue': vueApp('./components/'),
      ...vuePanels('app/components/'),
    },
    dev: (port) => ['nuxt', 'dev', '--no-fork', '--host', '127.0.0.1', '--port', String(port)],
    build: ['nuxt', 'build'],
    built: (port) => ['nuxt', 'preview', '--host', '127.0.0.1', '--port', String(port)],
  },
  {
    name: 'sveltekit',
    dependencies: ['vite', '@sveltejs/kit', '@sveltejs/vite-plugin-svelte', 'svelte'],
    panel: ({ component }) => `src/lib/${component}.svelte`,
    files: {
      'package.json': modulePackage,
      'vite.config.js':
        "import { sveltekit } from '@sveltejs/kit/vite';\nimport { defineConfig } from 'vite';\n\nexport default defineConfig({ plugins: [sveltekit()], build: { sourcemap: true } });\n",
      'src/app.html':
        '<!doctype html>\n<html><head><meta charset="utf-8">%sveltekit.head%</head><body><div>%sveltekit.body%</div></body></html>\n',
      'src/routes/+page.svelte': svelteApp('../lib/'),
      ...sveltePanels('src/lib/'),
    },
    dev: (port) => ['vite', '--host', '127.0.0.1', '--port', String(port), '--strictPort'],
    build: ['vite', 'build'],
    built: (port) => ['vite', 'preview', '--host', '127.0.0.1', '--port', String(port), '--strictPort'],
  },
  {
    name: 'angular',
    // npm adds the TypeScript that they ask for.
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
    panel: ({ name }) => `src/${name}.ts`,
    files: angularFiles(),
    dev: (port) => ['ng', 'serve', '--host', '127.0.0.1', '--port', String(port)],
    build: ['ng', 'build'],
    built: 'dist/browser',
  },
];

function angularFiles(): Record<string, string> {
  const options = {
    browser: 'src/main.ts',
    index: 'src/index.html',
    tsConfig: 'tsconfig.json',
    outputPath: 'dist',
    sourceMap: true,
  };
  const architect = {
    build: {
      builder: '@angular/build:application',
      options,
      configurations: { development: { optimization: false } },
    },
    serve: { builder: '@angular/build:dev-server', options: { buildTarget: 'fresh:build:development' } },
  };
  const fresh = { projectType: 'application', root: '', sourceRoot: 'src', architect };
  const opened = leaks.map(({ name }) => `@if (open() === '${name}') {<app-${name} />}`).join('');
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
${importPanels(({ name }) => `./${name}`)}

@Component({
  selector: 'app-root',
  imports: [${leaks.map(({ component }) => component).join(', ')}],
  template: \`<button id="toggle" (click)="toggle()">Toggle</button>${opened}\`,
})
class App {
  open = signal('');
  toggle() {
    this.open.set(this.open() ? '' : ${WANTED});
  }
}
bootstrapApplication(App, { providers: [provideZonelessChangeDetection()] });
`,
    ...panelFiles(
      ({ name }) => `src/${name}.ts`,
      ({ name, component, module, begin, end }) => `import { Component, signal } from '@angular/core';

${module.replace('opened', `opened: ${component}[]`)}@Component({ selector: 'app-${name}', template: '<section>Details {{ width() }}</section>' })
export class ${component} {
  width = signal(0);
  undo = () => {};
  ngOnInit() {
    ${begin({ change: 'this.width.set(innerWidth)', self: 'this', indent: '    ' })}
    this.undo = () => ${end};
  }
  ngOnDestroy() {
    if (${MENDED}) this.undo();
  }
}
`,
    ),
  };
}
