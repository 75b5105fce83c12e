import { MENDED, PANELS, WANTED, importPanels, panelFiles } from './leaks.ts';
import { type FreshProject, html, modulePackage } from './project.ts';
import { hooksPage, hooksPanel } from './react.ts';

const viteBuilt = {
  dev: (port: number) => ['vite', '--host', '127.0.0.1', '--port', String(port), '--strictPort'],
  build: ['vite', 'build'],
  built: 'dist',
} as const;
const common = (main: string, plugin = '', from = ''): Record<string, string> => ({
  'package.json': modulePackage,
  'index.html': html(`<script type="module" src="/src/${main}"></script>\n`),
  'vite.config.js': `import { defineConfig } from 'vite';\n${
    plugin && `import ${plugin} from '${from}';\n`
  }\nexport default defineConfig({ plugins: [${plugin && `${plugin.replace(/[{} ]/g, '')}()`}], build: { sourcemap: true } });\n`,
});

export const viteProjects: readonly FreshProject[] = [
  {
    name: 'vite-react',
    dependencies: ['vite', '@vitejs/plugin-react', 'react', 'react-dom'],
    panel: ({ name }) => `src/${name}.jsx`,
    files: {
      ...common('main.jsx', 'react', '@vitejs/plugin-react'),
      'src/main.jsx': `import { createRoot } from 'react-dom/client';
${hooksPage('react', ({ name }) => `./${name}.jsx`)}
createRoot(document.getElementById('app')).render(<App />);
`,
      ...panelFiles(
        ({ name }) => `src/${name}.jsx`,
        (leak) => hooksPanel(leak, 'react'),
      ),
    },
    ...viteBuilt,
  },
  {
    name: 'vite-preact',
    dependencies: ['vite', '@preact/preset-vite', 'preact'],
    panel: ({ name }) => `src/${name}.jsx`,
    files: {
      ...common('main.jsx', 'preact', '@preact/preset-vite'),
      'src/main.jsx': `import { render } from 'preact';
${hooksPage('preact/hooks', ({ name }) => `./${name}.jsx`)}
render(<App />, document.getElementById('app'));
`,
      ...panelFiles(
        ({ name }) => `src/${name}.jsx`,
        (leak) => hooksPanel(leak, 'preact/hooks'),
      ),
    },
    ...viteBuilt,
  },
  {
    name: 'vite-vue',
    dependencies: ['vite', '@vitejs/plugin-vue', 'vue'],
    panel: ({ component }) => `src/${component}.vue`,
    files: {
      ...common('main.js', 'vue', '@vitejs/plugin-vue'),
      'src/main.js':
        "import { createApp } from 'vue';\nimport App from './App.vue';\n\ncreateApp(App).mount('#app');\n",
      'src/App.vue': vueApp('./'),
      ...vuePanels('src/'),
    },
    ...viteBuilt,
  },
  {
    name: 'vite-svelte',
    dependencies: ['vite', '@sveltejs/vite-plugin-svelte', 'svelte'],
    panel: ({ component }) => `src/${component}.svelte`,
    files: {
      ...common('main.js', '{ svelte }', '@sveltejs/vite-plugin-svelte'),
      'src/main.js':
        "import { mount } from 'svelte';\nimport App from './App.svelte';\n\nmount(App, { target: document.getElementById('app') });\n",
      'src/App.svelte': svelteApp('./'),
      ...sveltePanels('src/'),
    },
    ...viteBuilt,
  },
  {
    name: 'vite-solid',
    dependencies: ['vite', 'vite-plugin-solid', 'solid-js'],
    panel: ({ name }) => `src/${name}.jsx`,
    files: {
      ...common('main.jsx', 'solid', 'vite-plugin-solid'),
      'src/main.jsx': `import { createSignal } from 'solid-js';
import { Dynamic, render } from 'solid-js/web';
${importPanels(({ name }) => `./${name}.jsx`)}

const panels = ${PANELS};

function App() {
  const [open, setOpen] = createSignal('');
  return <><button id="toggle" onClick={() => setOpen(open() ? '' : ${WANTED})}>Toggle</button><Dynamic component={panels[open()]} /></>;
}
render(() => <App />, document.getElementById('app'));
`,
      ...panelFiles(
        ({ name }) => `src/${name}.jsx`,
        ({ component, module, begin, end }) => `import { createSignal, onCleanup, onMount } from 'solid-js';

${module}export function ${component}() {
  const [width, setWidth] = createSignal(0);
  onMount(() => {
    ${begin({ change: 'setWidth(innerWidth)', indent: '    ' })}
    if (${MENDED}) onCleanup(() => ${end});
  });
  return <section>Details {width()}</section>;
}
`,
      ),
    },
    ...viteBuilt,
  },
  {
    name: 'vite-lit',
    dependencies: ['vite', 'lit'],
    panel: ({ name }) => `src/${name}.js`,
    files: {
      ...common('main.js'),
      'src/main.js': `import { html, render } from 'lit';
${importPanels(({ name }) => `./${name}.js`)}

const panels = ${PANELS};
for (const [name, Panel] of Object.entries(panels)) customElements.define(\`\${name}-panel\`, Panel);
let open = '';
const draw = () => render(html\`<button id="toggle" @click=\${toggle}>Toggle</button>\${open ? document.createElement(\`\${open}-panel\`) : ''}\`, document.getElementById('app'));
const toggle = () => {
  open = open ? '' : ${WANTED};
  draw();
};
draw();
`,
      ...panelFiles(
        ({ name }) => `src/${name}.js`,
        ({ component, module, begin, end }) => `import { LitElement, html } from 'lit';

${module}export class ${component} extends LitElement {
  static properties = { width: { type: Number } };
  connectedCallback() {
    super.connectedCallback();
    ${begin({ change: '(this.width = innerWidth)', self: 'this', indent: '    ' })}
    this.undo = () => ${end};
  }
  disconnectedCallback() {
    super.disconnectedCallback();
    if (${MENDED}) this.undo();
  }
  render() {
    return html\`<section>Details \${this.width}</section>\`;
  }
}
`,
      ),
    },
    ...viteBuilt,
  },
];

/** Vue's page and panels; Nuxt has the same. */
export function vueApp(from: string): string {
  return `<script setup>
import { shallowRef } from 'vue';
${importPanels(({ component }) => `${from}${component}.vue`, true)}
const panels = ${PANELS};
const open = shallowRef(undefined);
const toggle = () => (open.value = open.value ? undefined : panels[${WANTED}]);
</script>
<template><div><button id="toggle" @click="toggle">Toggle</button><component v-if="open" :is="open" /></div></template>
`;
}

export function vuePanels(folder: string): Record<string, string> {
  return panelFiles(
    ({ component }) => `${folder}${component}.vue`,
    ({ module, begin, end }) => `<script>
${module}</script>
<script setup>
import { getCurrentInstance, onMounted, onUnmounted, ref } from 'vue';
const width = ref(0);
let undo = () => {};
onMounted(() => {
  ${begin({ change: '(width.value = innerWidth)', self: 'getCurrentInstance()', indent: '  ' })}
  undo = () => ${end};
});
onUnmounted(() => ${MENDED} && undo());
</script>
<template><section>Details {{ width }}</section></template>
`,
  );
}

/** Svelte's page and panels; SvelteKit has the same. */
export function svelteApp(from: string): string {
  return `<script>
${importPanels(({ component }) => `${from}${component}.svelte`, true)}
const panels = ${PANELS};
let Open = $state.raw(undefined);
const toggle = () => (Open = Open ? undefined : panels[${WANTED}]);
</script>
<button id="toggle" onclick={toggle}>Toggle</button>
{#if Open}<Open />{/if}
`;
}

export function sveltePanels(folder: string): Record<string, string> {
  return panelFiles(
    ({ component }) => `${folder}${component}.svelte`,
    ({ module, begin, end }) => `<script module>
${module}</script>
<script>
import { onMount } from 'svelte';
let width = $state(0);
onMount(() => {
  ${begin({ change: '(width = innerWidth)', indent: '  ' })}
  if (${MENDED}) return () => ${end};
});
</script>
<section>Details {width}</section>
`,
  );
}
