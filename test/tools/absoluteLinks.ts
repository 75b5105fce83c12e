/** The README for npm's page, which shows it without the repository around it. The Marketplace's packer does so by itself. */
const REPOSITORY = 'https://github.com/leakwright/leakwright';
const FILES = 'https://raw.githubusercontent.com/leakwright/leakwright/HEAD';

/** Makes each relative link of a Markdown text lead to the repository, and each relative picture to its file there. */
export function absoluteLinks(markdown: string): string {
  // Code is not text: what looks like a link in it stays.
  return markdown
    .split(/(```[\s\S]*?```|`[^`\n]*`)/)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part.replace(
            /(!?)\[([^\]]*)\]\((?![a-z]+:|#|\/)([^)\s]+)\)/g,
            (_, picture: string, text: string, path: string) =>
              picture ? `![${text}](${FILES}/${path})` : `[${text}](${REPOSITORY}/blob/HEAD/${path})`,
          ),
    )
    .join('');
}
