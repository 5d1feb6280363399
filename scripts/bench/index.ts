/** The parts of the bench, by the name that chooses one. */
const PARTS: Readonly<Record<string, () => Promise<boolean>>> = {
  steps: async () => (await import('./steps/index.ts')).benchSteps(),
  fleet: async () => (await import('./fleet/index.ts')).benchFleet(),
};

/** Runs the parts that are named, or all; gives whether each held its bounds. */
async function bench(names: readonly string[]): Promise<boolean> {
  const unknown = names.filter((name) => !Object.hasOwn(PARTS, name));
  if (unknown.length > 0) {
    const known = [...Object.keys(PARTS), 'compare'].join(', ');
    console.error(`There is no part ${unknown.join(', ')}; there are: ${known}`);
    return false;
  }
  let held = true;
  for (const name of names.length > 0 ? names : Object.keys(PARTS))
    held = (await PARTS[name]?.()) === true && held;
  return held;
}

const [first, ...rest] = process.argv.slice(2);
const passed =
  first === 'compare'
    ? await (await import('./steps/compare.ts')).compareBuilds(rest)
    : await bench(process.argv.slice(2));
process.exitCode = passed ? 0 : 1;
