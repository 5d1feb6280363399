import { readFileSync, writeFileSync } from 'node:fs';

/** Puts each table, in Markdown, between the marks that a document has for it. */
export function fillIn(document: string, tables: Readonly<Record<string, string>>): void {
  let text = readFileSync(document, 'utf8');
  for (const [name, table] of Object.entries(tables)) {
    const marks = new RegExp(`(<!-- begin ${name} -->\n)[^]*?(<!-- end ${name} -->)`);
    text = text.replace(marks, (_, begin: string, end: string) => `${begin}\n${table}\n\n${end}`);
  }
  writeFileSync(document, text);
}
