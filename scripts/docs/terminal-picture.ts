import { stripVTControlCharacters } from 'node:util';

/** The colours of a dark terminal, for the SGR codes that the demo prints. */
const COLOURS: Readonly<Record<number, string>> = {
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  34: '#79c0ff',
  90: '#8b949e',
};

type Style = { readonly bold: boolean; readonly colour: string | undefined };
type Run = Style & { readonly text: string };

/** Select Graphic Rendition: the codes between `ESC [` and `m`. */
const SGR = new RegExp(`${String.fromCharCode(27)}\\[([\\d;]*)m`);

const PLAIN: Style = { bold: false, colour: undefined };
const COLUMNS = 118;
const CHARACTER_WIDTH = 7.85;
const LINE_HEIGHT = 19;
const MARGIN = 16;

/**
 * Draws what a program printed on a terminal, colours included, as an SVG document. Lines longer than 118 characters
 * go on in the next.
 */
export function terminalPicture(title: string, output: string): string {
  const lines = readRuns(output.trim()).flatMap(wrap);
  const width = Math.ceil(COLUMNS * CHARACTER_WIDTH + 2 * MARGIN);
  const height = lines.length * LINE_HEIGHT + 2 * MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" xml:space="preserve">`,
    `  <title>${escapeText(title)}</title>`,
    '  <style>',
    "    text { fill: #e6edf3; font-size: 13px; font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; white-space: pre }",
    '  </style>',
    `  <rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>`,
    ...lines.map((runs, index) => lineAt(MARGIN + LINE_HEIGHT * (index + 0.75), runs)),
    '</svg>',
    '',
  ].join('\n');
}

/** The text that such a picture shows, line by line. */
export function textOfPicture(svg: string): string {
  return [...svg.matchAll(/<text [^>]*>(.*)<\/text>/g)]
    .map(([, line = '']) => line.replace(/<[^>]*>/g, ''))
    .join('\n')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');
}

/** Lines of text, each cut where its style changes. */
function readRuns(output: string): Run[][] {
  let style = PLAIN;
  return output.split('\n').map((line) => {
    // Splitting by a pattern with a group gives text and codes in turn.
    return line.split(SGR).flatMap((part, index) => {
      if (index % 2 === 0) return [{ ...style, text: stripVTControlCharacters(part) }];
      for (const code of part.split(';')) style = styleAfter(style, Number(code));
      return [];
    });
  });
}

function styleAfter(style: Style, code: number): Style {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...style, bold: true };
  if (code === 22) return { ...style, bold: false };
  return { ...style, colour: COLOURS[code] };
}

/** A line cut into as many as it needs: at spaces where there are any, and what goes on is indented as the line is. */
function wrap(runs: Run[]): Run[][] {
  const text = runs.map((run) => run.text).join('');
  if (text.length <= COLUMNS) return [runs];
  const indent = ' '.repeat(text.search(/\S/));
  const space = text.lastIndexOf(' ', COLUMNS);
  const end = space > indent.length ? space : COLUMNS;
  const rest = cut(runs, end, text.length);
  const [first = { ...PLAIN, text: '' }, ...others] = rest;
  const goesOn = [{ ...first, text: `${indent}${first.text.trimStart()}` }, ...others];
  return [cut(runs, 0, end), ...wrap(goesOn)];
}

/** The part of a line from one character to another, in its styles. */
function cut(runs: Run[], from: number, to: number): Run[] {
  let start = 0;
  return runs.flatMap((run) => {
    const text = run.text.slice(Math.max(from - start, 0), Math.max(to - start, 0));
    start += run.text.length;
    return text === '' ? [] : [{ ...run, text }];
  });
}

function lineAt(y: number, runs: Run[]): string {
  const spans = runs.map(({ text, bold, colour }) => {
    const attributes = `${bold ? ' font-weight="700"' : ''}${colour === undefined ? '' : ` fill="${colour}"`}`;
    return attributes === '' ? escapeText(text) : `<tspan${attributes}>${escapeText(text)}</tspan>`;
  });
  return `  <text x="${MARGIN}" y="${y}">${spans.join('')}</text>`;
}

/** Text that is safe inside an element. */
function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
