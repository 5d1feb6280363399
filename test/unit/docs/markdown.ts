/** A code block between fences: its language, its text, and where it stands. */
export type Fence = {
  readonly language: string;
  readonly text: string;
  readonly line: number;
  /** The file that a comment right above the block says it is from: `<!-- from examples/x.yaml -->`. */
  readonly source: string | undefined;
};

/** A link or a picture. */
export type Link = { readonly target: string; readonly line: number };

type Line = { readonly text: string; readonly number: number };

const FENCE = /^\s*(`{3,})(\S*)\s*$/;
const SOURCE = /^\s*<!-- from (\S+) -->\s*$/;

/** The code blocks of a Markdown text, and the lines that are outside of them. A block left open throws. */
export function readMarkdown(markdown: string): { fences: Fence[]; prose: Line[] } {
  const lines = markdown.split('\n');
  const fences: Fence[] = [];
  const prose: Line[] = [];
  for (let at = 0; at < lines.length; at++) {
    const opening = FENCE.exec(lines[at] ?? '');
    if (opening === null) {
      prose.push({ text: lines[at] ?? '', number: at + 1 });
      continue;
    }
    const end = lines.findIndex((line, index) => index > at && line.trim() === opening[1]);
    if (end === -1) throw new Error(`The code block of line ${at + 1} is left open`);
    const indent = (lines[at] ?? '').search(/\S/);
    fences.push({
      language: opening[2] ?? '',
      text: lines
        .slice(at + 1, end)
        .map((line) => line.slice(Math.min(indent, Math.max(line.search(/\S/), 0))))
        .join('\n'),
      line: at + 1,
      source: SOURCE.exec(lines[at - 1] ?? '')?.[1],
    });
    at = end;
  }
  return { fences, prose };
}

/** The anchors that GitHub gives to the headings of a Markdown text, and those that it sets by hand. */
export function anchors(markdown: string): Set<string> {
  const found = new Set<string>();
  const seen = new Map<string, number>();
  for (const { text } of readMarkdown(markdown).prose) {
    for (const [, name] of text.matchAll(/<a (?:id|name)="([^"]+)">/g)) found.add(name ?? '');
    const heading = /^#{1,6} (.+?)\s*#*$/.exec(text)?.[1];
    if (heading === undefined) continue;
    const slug = slugOf(heading);
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    found.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return found;
}

/** GitHub's rule: the visible text in lower case, without punctuation, spaces as hyphens. */
function slugOf(heading: string): string {
  return heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/`/g, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

/** The targets of all links and pictures outside of code. */
export function links(markdown: string): Link[] {
  return readMarkdown(markdown).prose.flatMap(({ text, number }) => {
    const withoutCode = text.replace(/`[^`]*`/g, (code) => ' '.repeat(code.length));
    const inline = [...withoutCode.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)].map((match) => match[1]);
    const defined = [...withoutCode.matchAll(/^\s*\[[^\]]+\]:\s*(\S+)/g)].map((match) => match[1]);
    const html = [...withoutCode.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g)].map((match) => match[1]);
    return [...inline, ...defined, ...html].map((target) => ({ target: target ?? '', line: number }));
  });
}

/** The rows of the first table under a heading: each a list of cells, without the head. */
export function tableUnder(markdown: string, heading: string): string[][] {
  const { prose } = readMarkdown(markdown);
  const start = prose.findIndex(({ text }) => /^#{1,6} /.test(text) && text.replace(/^#+ /, '') === heading);
  if (start === -1) throw new Error(`There is no heading "${heading}"`);
  const rest = prose.slice(start + 1).map(({ text }) => text);
  const first = rest.findIndex((text) => text.startsWith('|'));
  const length = rest.slice(first).findIndex((text) => !text.startsWith('|'));
  return rest.slice(first + 2, length === -1 ? undefined : first + length).map(cellsOf);
}

function cellsOf(row: string): string[] {
  return row
    .replace(/^\|/, '')
    .replace(/\|\s*$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}
