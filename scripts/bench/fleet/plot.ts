import type { CrowdResult } from './simulation.ts';

const WIDTH = 720;
const PANEL = { top: 64, height: 200, left: 56, width: 180, gap: 50 };
const HEIGHT = PANEL.top + PANEL.height + 84;
const COLOURS = ['#4c72b0', '#55a868', '#c44e52', '#8172b3', '#937860'];
const TEXT = 'font-family="Helvetica, Arial, sans-serif" fill="#333"';

/** A picture of the share that succeeds, by max-attempts: a panel for each quota, a line for each crowd. */
export function crowdPlot(results: readonly CrowdResult[], chosen: number): string {
  const quotas = [...new Map(results.map(({ quota }) => [`${quota.rate}/${quota.burst}`, quota])).values()];
  const attempts = [...new Set(results.map(({ maxAttempts }) => maxAttempts))];
  const panels = quotas.map((quota, index) => {
    const ofQuota = results.filter((one) => one.quota.rate === quota.rate && one.quota.burst === quota.burst);
    const left = PANEL.left + index * (PANEL.width + PANEL.gap);
    return panel(ofQuota, { left, title: `${quota.rate} a second, burst ${quota.burst}`, attempts, chosen });
  });
  const sizes = [...new Set(results.map(({ logins }) => logins))];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">`,
    '<title>Share of the logins that succeed, by max-attempts, quota and size of the crowd</title>',
    '<rect width="100%" height="100%" fill="#fff"/>',
    text(
      PANEL.left,
      26,
      'Logins started at once that succeed, by max-attempts',
      'font-size="15" font-weight="bold"',
    ),
    ...panels,
    ...legend(sizes),
    '</svg>',
    '',
  ].join('\n');
}

type Axes = { left: number; title: string; attempts: readonly number[]; chosen: number };

function panel(results: readonly CrowdResult[], { left, title, attempts, chosen }: Axes): string {
  const x = (maxAttempts: number): number =>
    left + (attempts.indexOf(maxAttempts) / (attempts.length - 1)) * PANEL.width;
  const y = (share: number): number => PANEL.top + (1 - share) * PANEL.height;
  const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    `<line x1="${left}" y1="${y(share)}" x2="${left + PANEL.width}" y2="${y(share)}" stroke="#ddd"/>`,
    text(left - 6, y(share) + 4, `${share * 100} %`, 'font-size="10" text-anchor="end"'),
  ]);
  const ticks = attempts.map((one) =>
    text(
      x(one),
      PANEL.top + PANEL.height + 16,
      String(one),
      `font-size="10" text-anchor="middle"${one === chosen ? ' font-weight="bold"' : ''}`,
    ),
  );
  const mark = `<line x1="${x(chosen)}" y1="${PANEL.top}" x2="${x(chosen)}" y2="${PANEL.top + PANEL.height}" stroke="#999" stroke-dasharray="3 3"/>`;
  const sizes = [...new Set(results.map(({ logins }) => logins))];
  const lines = sizes.map((size, index) => {
    const points = results
      .filter(({ logins }) => logins === size)
      .map((one) => `${x(one.maxAttempts).toFixed(1)},${y(one.succeeded / one.logins).toFixed(1)}`);
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${COLOURS[index]}" stroke-width="2"/>`;
  });
  const heading = text(left, PANEL.top - 12, title, 'font-size="12"');
  return [heading, ...grid, mark, ...ticks, ...lines].join('\n');
}

function legend(sizes: readonly number[]): readonly string[] {
  const top = PANEL.top + PANEL.height + 48;
  return sizes.flatMap((size, index) => {
    const left = PANEL.left + index * 124;
    return [
      `<line x1="${left}" y1="${top}" x2="${left + 22}" y2="${top}" stroke="${COLOURS[index]}" stroke-width="3"/>`,
      text(left + 28, top + 4, `${size.toLocaleString('en')} logins`, 'font-size="11"'),
    ];
  });
}

function text(x: number, y: number, words: string, attributes: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${TEXT} ${attributes}>${words}</text>`;
}
