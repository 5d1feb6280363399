/** Colours that a picture has on a light page, and on a dark one. */
const STYLE = `
    .page { fill: #ffffff } .box { fill: #f6f8fa; stroke: #8c959f } .out { fill: #ddf4ff; stroke: #54aeff }
    .line { stroke: #57606a; fill: none } .head { fill: #57606a }
    text { fill: #1f2328; font-size: 14px;
      font-family: -apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, 'DejaVu Sans', sans-serif }
    .title { font-weight: 600 } .note { fill: #57606a; font-size: 12px }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117 } .box { fill: #161b22; stroke: #6e7681 } .out { fill: #0c2d6b; stroke: #388bfd }
      .line { stroke: #8b949e } .head { fill: #8b949e } text { fill: #e6edf3 } .note { fill: #8b949e }
    }`;

/** A whole SVG document: what it shows in words, its size in pixels, and its body. */
export function svgDocument(title: string, width: number, height: number, body: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `  <title>${escapeText(title)}</title>`,
    `  <style>${STYLE}`,
    '  </style>',
    ...body.map((line) => `  ${line}`),
    '</svg>',
    '',
  ].join('\n');
}

/** Text that is safe inside an element and inside an attribute. */
export function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
