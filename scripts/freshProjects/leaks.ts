/** What a panel does when it opens and forgets when it closes: three causes that every framework has. */
export interface PlantedLeak {
  /** `listener`: the panel's file; `ListenerPanel`: its component. */
  readonly name: string;
  readonly component: string;
  /** The text of the line that leaks. */
  readonly line: string;
  /** Statements of the module, of the opening panel, and the expression that undoes them. */
  readonly module: string;
  readonly begin: (panel: PanelCode) => string;
  readonly end: string;
}

export interface PanelCode {
  /** An expression that changes the panel. */
  readonly change: string;
  /** An expression for what the framework makes of the component, where code can reach it. */
  readonly self?: string;
  readonly indent: string;
  readonly typed?: boolean;
}

/** Whether the page was opened as the mended twin: one build serves both. */
export const MENDED = "location.search.includes('mended')";
/** The leak that the page was opened for; without a query, the listener. */
export const WANTED = "(new URLSearchParams(location.search).get('leak') ?? 'listener')";

export const leaks: readonly PlantedLeak[] = [
  {
    name: 'listener',
    component: 'ListenerPanel',
    line: "window.addEventListener('resize', onResize)",
    module: '',
    begin: ({ change, indent }) =>
      `const onResize = () => ${change};\n${indent}window.addEventListener('resize', onResize);`,
    end: "window.removeEventListener('resize', onResize)",
  },
  {
    name: 'timer',
    component: 'TimerPanel',
    line: 'setInterval(',
    module: '',
    begin: ({ change }) => `const timer = setInterval(() => ${change}, 1000);`,
    end: 'clearInterval(timer)',
  },
  {
    name: 'kept',
    component: 'KeptPanel',
    line: 'opened.push(panel)',
    module: 'const opened = [];\n',
    begin: ({ change, self, indent }) =>
      `const panel = ${self ?? `{ resize: () => ${change} }`};\n${indent}opened.push(panel);`,
    end: 'opened.splice(opened.indexOf(panel), 1)',
  },
];

/** A file for each leak, by the framework's own way to write a panel. */
export const panelFiles = (
  path: (leak: PlantedLeak) => string,
  text: (leak: PlantedLeak) => string,
): Record<string, string> => Object.fromEntries(leaks.map((leak) => [path(leak), text(leak)]));

/** `import { ListenerPanel } from './listener.jsx';` for each leak. */
export const importPanels = (from: (leak: PlantedLeak) => string, isDefault = false): string =>
  leaks
    .map((leak) => `import ${isDefault ? leak.component : `{ ${leak.component} }`} from '${from(leak)}';`)
    .join('\n');

/** `{ listener: ListenerPanel, … }` */
export const PANELS = `{ ${leaks.map(({ name, component }) => `${name}: ${component}`).join(', ')} }`;
