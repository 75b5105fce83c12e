import { ChartStack } from '../../webviews/page/chartStack.ts';
import { linkToEditor, element, prefersReducedMotion } from '../../webviews/page/page.ts';
import type {
  CheckView,
  ExportFormat,
  FindingView,
  FromReportPage,
  PageTexts,
  PlaceView,
  ReportView,
  ToReportPage,
} from '../protocol.ts';
import { factList, sourceOf, survivorBars } from './findingDetails.ts';
import { pathTree } from './pathTree.ts';
import './reportPanel.css';

const main = document.querySelector('main')!;
const editor = linkToEditor<ToReportPage, FromReportPage>();
const open = (source: number) => editor.post({ type: 'open', source });

const STATE_SIGNS = { leak: '✗', clean: '✓', inconclusive: '?', error: '!' } as const;
const FORMATS: readonly { readonly format: ExportFormat; readonly name: string }[] = [
  { format: 'html', name: 'HTML' },
  { format: 'json', name: 'JSON' },
  { format: 'markdown', name: 'Markdown' },
];

function receive(message: ToReportPage): void {
  if (message.type === 'empty') {
    main.replaceChildren(element('p', 'empty', message.text));
    return;
  }
  editor.remember(message.memory);
  show(message.view);
  if (message.focus !== undefined) focusOn(message.focus);
}

function show(view: ReportView): void {
  const header = element('header');
  header.append(element('h1', '', view.title), element('p', 'subtitle', view.subtitle), exports(view.texts));
  main.replaceChildren(header);
  if (view.checks.length > 1) main.append(contents(view));
  for (const check of view.checks) main.append(checkSection(check, view));
}

function exports(texts: PageTexts): HTMLElement {
  const group = element('details', 'exports');
  group.append(element('summary', '', texts.exportAs));
  for (const { format, name } of FORMATS) {
    group.append(button(name, () => editor.post({ type: 'export', format })));
  }
  return group;
}

function button(text: string, act: () => void): HTMLElement {
  const made = element('button', '', text);
  made.type = 'button';
  made.addEventListener('click', act);
  return made;
}

function contents({ checks, texts }: ReportView): HTMLElement {
  const nav = element('nav');
  nav.setAttribute('aria-label', texts.checks);
  const list = element('ul');
  for (const { id, name, state, verdict } of checks) {
    const item = element('li');
    const link = element('a', '', name);
    link.href = `#${id}`;
    item.append(sign(state), link, element('span', 'muted', ` ${verdict}`));
    list.append(item);
  }
  nav.append(list);
  return nav;
}

function checkSection(check: CheckView, { checks, texts }: ReportView): HTMLElement {
  const section = element('section', `check ${check.state}`);
  section.id = check.id;
  // One check's name is the title already.
  section.append(element('h2', checks.length > 1 ? '' : 'visually-hidden', check.name));
  const verdict = element('p', 'verdict');
  verdict.append(sign(check.state), element('strong', '', check.verdict));
  section.append(verdict);
  if (check.because !== undefined) section.append(element('p', 'muted', check.because));
  if (check.hint !== undefined) section.append(element('p', 'hint', check.hint));
  if (check.picture !== undefined) {
    const picture = element('img', 'picture');
    picture.src = check.picture;
    picture.alt = texts.picture;
    section.append(picture);
  }
  const place = checks.indexOf(check);
  if (check.actions.length > 0) {
    const actions = element('div', 'actions');
    for (const action of check.actions) {
      actions.append(button(texts[action], () => editor.post({ type: 'act', action, check: place })));
    }
    section.append(actions);
  }
  if (check.findings.length > 0) {
    section.append(
      element('h3', '', texts.findings),
      ...check.findings.map((finding) => findingArticle(finding, texts, place)),
    );
  }
  if (check.chart) {
    const root = element('div', 'chart-root');
    section.append(element('h3', '', texts.chart), root);
    const { layout, values } = check.chart;
    // Its width is known once it is in the document.
    queueMicrotask(() => new ChartStack(root).show(layout, values, []));
  }
  if (check.bounded.length > 0) {
    section.append(
      element('h3', '', texts.bounded),
      list(check.bounded.map(({ name, reason }) => `${name}: ${reason}`)),
    );
  }
  if (check.notes.length > 0) section.append(element('h3', '', texts.notes), list(check.notes));
  section.append(element('h3', '', texts.facts), factList(check.facts, open));
  return section;
}

function findingArticle(finding: FindingView, texts: PageTexts, check: number): HTMLElement {
  const article = element('article', `finding ${finding.level}${finding.change?.state === 'gone' ? ' gone' : ''}`);
  article.tabIndex = -1;
  article.dataset['fingerprint'] = finding.fingerprint;
  const heading = element('h4');
  heading.append(element('span', 'badge', finding.badge));
  if (finding.change) heading.append(element('span', `badge change ${finding.change.state}`, finding.change.text));
  heading.append(` ${finding.summary}`);
  article.append(heading);
  if (finding.advice !== undefined) article.append(element('p', 'advice', finding.advice));
  article.append(...finding.places.map(placeFigure), factList(finding.facts, open));
  if (finding.survivors.length > 0) {
    article.append(element('h5', '', texts.survivors), survivorBars(finding.survivors, finding.survivorsText));
  }
  if (finding.path.length > 0) {
    article.append(element('h5', '', texts.retainingPath), pathTree(finding.path, texts.retainingPath, texts.holder));
  }
  if (finding.stack.length > 1) {
    const stack = element('ol', 'stack');
    for (const { label, source } of finding.stack) {
      const item = element('li');
      item.append(...sourceOf(source, open), element('span', 'muted', ` ${label}`));
      stack.append(item);
    }
    article.append(element('h5', '', texts.callStack), stack);
  }
  if (finding.canIgnore) {
    const { fingerprint } = finding;
    const actions = element('div', 'actions');
    actions.append(button(texts.ignore, () => editor.post({ type: 'ignore', check, fingerprint })));
    article.append(actions);
  }
  return article;
}

function placeFigure({ label, value, source, code }: PlaceView): HTMLElement {
  const figure = element('figure');
  const caption = element('figcaption', '', `${label} `);
  caption.append(...sourceOf(source, open), element('span', '', ` ${value}`));
  figure.append(caption);
  if (code.length === 0) return figure;
  const width = String(code.at(-1)?.number ?? '').length;
  const lines = element('pre');
  // A long line is scrolled, by the keyboard as well.
  lines.tabIndex = 0;
  for (const { number, text, isPlace } of code) {
    const line = element('span', isPlace ? 'line place' : 'line');
    line.append(element('span', 'number', `${isPlace ? '▸' : ' '} ${String(number ?? '').padStart(width)}  `), text);
    lines.append(line);
  }
  figure.append(lines);
  return figure;
}

/** A shape, so that the verdict is not shown by colour alone; the words beside it are what screen readers read. */
function sign(state: CheckView['state']): HTMLElement {
  const made = element('span', `sign ${state}`, STATE_SIGNS[state]);
  made.setAttribute('aria-hidden', 'true');
  return made;
}

function list(texts: readonly string[]): HTMLElement {
  const made = element('ul');
  made.append(...texts.map((text) => element('li', '', text)));
  return made;
}

function focusOn(fingerprint: string): void {
  const article = [...document.querySelectorAll<HTMLElement>('article')].find(
    ({ dataset }) => dataset['fingerprint'] === fingerprint,
  );
  article?.scrollIntoView({ block: 'start', behavior: prefersReducedMotion() ? 'instant' : 'smooth' });
  article?.focus({ preventScroll: true });
}

editor.onMessage(receive);
editor.post({ type: 'ready' });
