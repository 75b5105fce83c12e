/** HTML elements whose class is not `HTML` + their name + `Element` (HTML specification, "Elements in the DOM"). */
const IRREGULAR: Readonly<Record<string, string>> = {
  a: 'Anchor',
  area: 'Area',
  br: 'BR',
  caption: 'TableCaption',
  col: 'TableCol',
  colgroup: 'TableCol',
  datalist: 'DataList',
  del: 'Mod',
  dir: 'Directory',
  dl: 'DList',
  fieldset: 'FieldSet',
  frameset: 'FrameSet',
  h1: 'Heading',
  h2: 'Heading',
  h3: 'Heading',
  h4: 'Heading',
  h5: 'Heading',
  h6: 'Heading',
  hr: 'HR',
  iframe: 'IFrame',
  img: 'Image',
  ins: 'Mod',
  li: 'LI',
  ol: 'OList',
  optgroup: 'OptGroup',
  p: 'Paragraph',
  q: 'Quote',
  blockquote: 'Quote',
  tbody: 'TableSection',
  td: 'TableCell',
  textarea: 'TextArea',
  tfoot: 'TableSection',
  th: 'TableCell',
  thead: 'TableSection',
  tr: 'TableRow',
  ul: 'UList',
};
/** Elements without a class of their own. */
const PLAIN = new Set(
  (
    'abbr address article aside b bdi bdo cite code dd dfn dt em figcaption figure footer header hgroup i kbd main mark ' +
    'nav noscript rp rt ruby s samp search section small strong sub summary sup u var wbr'
  ).split(' '),
);

/** The class of the element that `document.createElement(tag)` makes: `HTMLDivElement` for `div`. */
export function elementClassOfTag(tag: string): string {
  const name = tag.toLowerCase();
  if (PLAIN.has(name) || name.includes('-')) return 'HTMLElement';
  const middle = IRREGULAR[name] ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return `HTML${middle}Element`;
}
