import { escapeText, svgDocument } from './svg.ts';

type Label = { readonly title: string; readonly note: string };
type Step = Label & { readonly partner: Label | undefined };
type Lane = { readonly name: string; readonly steps: Step[] };

const BOX = { width: 360, height: 52, gap: 22, left: 24 } as const;
const PARTNER = { width: 230, left: 470 } as const;
const LANE_HEAD = 40;
const WIDTH = PARTNER.left + PARTNER.width + 24;

/**
 * Draws a flow that is written as text: lanes from top to bottom, the steps of each, and beside a step whom it talks
 * to. Gives an SVG document. A line that is none of `lane`, `step`, `with`, a comment or empty throws.
 */
export function flowPicture(text: string): string {
  const lanes = readFlow(text);
  const body: string[] = [];
  let y = 8;
  for (const [index, lane] of lanes.entries()) {
    if (index > 0) body.push(arrow(BOX.left + BOX.width / 2, y - BOX.gap, y + LANE_HEAD - 4, 'dashed'));
    body.push(textAt(BOX.left, y + 24, lane.name, 'title'));
    y += LANE_HEAD;
    for (const [place, step] of lane.steps.entries()) {
      if (place > 0) body.push(arrow(BOX.left + BOX.width / 2, y - BOX.gap, y, 'plain'));
      body.push(...stepAt(y, step));
      y += BOX.height + BOX.gap;
    }
  }
  const title = lanes
    .map(({ name, steps }) => `${name}: ${steps.map((step) => step.title).join(', ')}`)
    .join('. ');
  const height = y;
  const page = `<rect class="page" width="${WIDTH}" height="${height}"/>`;
  return svgDocument(title, WIDTH, height, [page, ...body]);
}

function readFlow(text: string): Lane[] {
  const lanes: Lane[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, kind, rest = ''] = /^(lane|step|with) (.+)$/.exec(line) ?? [];
    const [title = '', note = ''] = rest.split('|').map((part) => part.trim());
    const steps = lanes.at(-1)?.steps;
    if (kind === 'lane') lanes.push({ name: title, steps: [] });
    else if (kind === 'step' && steps !== undefined) steps.push({ title, note, partner: undefined });
    else if (kind === 'with' && steps !== undefined)
      steps.push(withPartner(steps.pop(), { title, note }, line));
    else throw new Error(`This line of the flow means nothing: ${line}`);
  }
  return lanes;
}

function withPartner(step: Step | undefined, partner: Label, line: string): Step {
  if (step === undefined) throw new Error(`There is no step before: ${line}`);
  return { ...step, partner };
}

function stepAt(y: number, step: Step): string[] {
  const own = boxAt(BOX.left, y, BOX.width, 'box', step);
  if (step.partner === undefined) return own;
  const middle = y + BOX.height / 2;
  const [from, to] = [BOX.left + BOX.width + 3, PARTNER.left - 3];
  const line = `<path class="line" d="M${from + 7} ${middle}H${to - 7}"/>`;
  const heads = `<path class="head" d="M${from} ${middle}l8-4v8zM${to} ${middle}l-8-4v8z"/>`;
  return [...own, line, heads, ...boxAt(PARTNER.left, y, PARTNER.width, 'out', step.partner)];
}

function boxAt(x: number, y: number, width: number, kind: string, { title, note }: Label): string[] {
  return [
    `<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${BOX.height}" rx="8"/>`,
    textAt(x + 14, y + 22, title, 'title'),
    textAt(x + 14, y + 41, note, 'note'),
  ];
}

function arrow(x: number, from: number, to: number, kind: 'plain' | 'dashed'): string {
  const dashes = kind === 'dashed' ? ' stroke-dasharray="5 4"' : '';
  const line = `<path class="line" d="M${x} ${from}V${to - 7}"${dashes}/>`;
  return `${line}<path class="head" d="M${x} ${to}l-4-8h8z"/>`;
}

function textAt(x: number, y: number, text: string, kind: string): string {
  return `<text class="${kind}" x="${x}" y="${y}">${escapeText(text)}</text>`;
}
