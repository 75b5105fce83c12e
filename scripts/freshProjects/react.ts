import { MENDED, PANELS, type PlantedLeak, WANTED, importPanels } from './leaks.ts';

/** A panel as a component with an effect, for React and what has its hooks. */
export const hooksPanel = ({ component, module, begin, end }: PlantedLeak, hooksFrom: string): string =>
  `import { useEffect, useState } from '${hooksFrom}';

${module}export function ${component}() {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    ${begin({ change: 'setWidth(innerWidth)', indent: '    ' })}
    if (${MENDED}) return () => ${end};
  }, []);
  return <section>Details {width}</section>;
}
`;

export const hooksPage = (hooksFrom: string, panelFile: (leak: PlantedLeak) => string, exported = ''): string =>
  `import { useState } from '${hooksFrom}';
${importPanels(panelFile)}

const panels = ${PANELS};

${exported}function App() {
  const [open, setOpen] = useState('');
  const Panel = panels[open];
  return <><button id="toggle" onClick={() => setOpen(open ? '' : ${WANTED})}>Toggle</button>{Panel && <Panel />}</>;
}
`;
