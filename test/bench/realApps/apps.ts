/** A front end from npm, and how a page mounts it and takes it away again, as its documentation says. */
export interface RealApp {
  readonly name: string;
  /** The package whose version is shown. */
  readonly package: string;
  /** A module with `mount(root)`, which returns or resolves to what takes everything away. */
  readonly source: string;
  /** Modules that are bundled beside it, as workers: file name to entry. */
  readonly workers?: Readonly<Record<string, string>>;
}

/** Installed into test/bench/realAppsPackages, which is not committed. */
export const PACKAGES = {
  '@codemirror/lang-javascript': '6.2.4',
  '@fullcalendar/core': '6.1.22',
  '@fullcalendar/daygrid': '6.1.22',
  '@xterm/xterm': '6.0.0',
  'ag-grid-community': '36.2.0',
  'chart.js': '4.6.1',
  codemirror: '6.0.2',
  echarts: '6.1.0',
  leaflet: '1.9.4',
  'monaco-editor': '0.57.0',
  quill: '2.0.3',
  'tabulator-tables': '6.5.3',
  three: '0.187.0',
} as const;

const TEXT = JSON.stringify('function tea(cups) {\n  return cups.map((cup) => cup.size);\n}\n'.repeat(40));
const ROWS = `Array.from({ length: 200 }, (_, id) => ({ id, name: 'row ' + id, price: id * 3 }))`;

export const REAL_APPS: readonly RealApp[] = [
  {
    name: 'Monaco Editor',
    package: 'monaco-editor',
    source: `
      import * as monaco from 'monaco-editor';
      self.MonacoEnvironment = { getWorker: () => new Worker('./editor.worker.js') };
      export function mount(root) {
        const model = monaco.editor.createModel(${TEXT}, 'python');
        const editor = monaco.editor.create(root, { model, automaticLayout: true });
        return () => { editor.dispose(); model.dispose(); };
      }`,
    workers: { 'editor.worker.js': 'monaco-editor/editor/editor.worker.js' },
  },
  {
    name: 'CodeMirror',
    package: 'codemirror',
    source: `
      import { EditorView, basicSetup } from 'codemirror';
      import { javascript } from '@codemirror/lang-javascript';
      export function mount(root) {
        const view = new EditorView({ doc: ${TEXT}, extensions: [basicSetup, javascript()], parent: root });
        view.focus();
        return () => view.destroy();
      }`,
  },
  {
    name: 'Quill',
    package: 'quill',
    source: `
      import Quill from 'quill';
      import 'quill/dist/quill.snow.css';
      export function mount(root) {
        const holder = root.appendChild(document.createElement('div'));
        const quill = new Quill(holder, { theme: 'snow' });
        quill.setText('Tea for two');
        return () => {};
      }`,
  },
  {
    name: 'AG Grid',
    package: 'ag-grid-community',
    source: `
      import { AllCommunityModule, ModuleRegistry, createGrid } from 'ag-grid-community';
      ModuleRegistry.registerModules([AllCommunityModule]);
      export function mount(root) {
        const grid = createGrid(root, {
          columnDefs: [{ field: 'id' }, { field: 'name', filter: true }, { field: 'price', sortable: true }],
          rowData: ${ROWS},
        });
        return () => grid.destroy();
      }`,
  },
  {
    name: 'Tabulator',
    package: 'tabulator-tables',
    source: `
      import { TabulatorFull } from 'tabulator-tables';
      import 'tabulator-tables/dist/css/tabulator.min.css';
      export async function mount(root) {
        const table = new TabulatorFull(root.appendChild(document.createElement('div')), {
          data: ${ROWS}, autoColumns: true, height: 300,
        });
        await new Promise((built) => table.on('tableBuilt', built));
        return () => table.destroy();
      }`,
  },
  {
    name: 'Chart.js',
    package: 'chart.js',
    source: `
      import Chart from 'chart.js/auto';
      export function mount(root) {
        const chart = new Chart(root.appendChild(document.createElement('canvas')), {
          type: 'line', data: { labels: [1, 2, 3, 4], datasets: [{ label: 'tea', data: [3, 1, 4, 1] }] },
        });
        return () => chart.destroy();
      }`,
  },
  {
    name: 'ECharts',
    package: 'echarts',
    source: `
      import * as echarts from 'echarts';
      export function mount(root) {
        const chart = echarts.init(root);
        chart.setOption({ xAxis: { data: ['a', 'b', 'c'] }, yAxis: {}, series: [{ type: 'bar', data: [5, 20, 36] }] });
        return () => chart.dispose();
      }`,
  },
  {
    name: 'Leaflet',
    package: 'leaflet',
    source: `
      import L from 'leaflet';
      import 'leaflet/dist/leaflet.css';
      export function mount(root) {
        const map = L.map(root).setView([51.5, -0.09], 13);
        L.circleMarker([51.5, -0.09]).addTo(map).bindPopup('here').openPopup();
        return () => map.remove();
      }`,
  },
  {
    name: 'FullCalendar',
    package: '@fullcalendar/core',
    source: `
      import { Calendar } from '@fullcalendar/core';
      import dayGrid from '@fullcalendar/daygrid';
      export function mount(root) {
        const calendar = new Calendar(root, {
          plugins: [dayGrid], initialView: 'dayGridMonth', initialDate: '2026-01-01',
          events: [{ title: 'tea', start: '2026-01-05' }],
        });
        calendar.render();
        return () => calendar.destroy();
      }`,
  },
  {
    name: 'xterm.js',
    package: '@xterm/xterm',
    source: `
      import { Terminal } from '@xterm/xterm';
      import '@xterm/xterm/css/xterm.css';
      export async function mount(root) {
        const terminal = new Terminal();
        terminal.open(root);
        await new Promise((written) => terminal.write('tea\\r\\n'.repeat(50), written));
        return () => terminal.dispose();
      }`,
  },
  {
    name: 'three.js',
    package: 'three',
    source: `
      import * as THREE from 'three';
      export function mount(root) {
        const renderer = new THREE.WebGLRenderer();
        renderer.setSize(300, 200);
        root.append(renderer.domElement);
        const geometry = new THREE.BoxGeometry();
        const material = new THREE.MeshNormalMaterial();
        const scene = new THREE.Scene();
        scene.add(new THREE.Mesh(geometry, material));
        const camera = new THREE.PerspectiveCamera(70, 1.5, 0.1, 10);
        camera.position.z = 2;
        renderer.render(scene, camera);
        return () => { geometry.dispose(); material.dispose(); renderer.dispose(); renderer.forceContextLoss(); };
      }`,
  },
];
