/** `npm run bench -- steps` measures whole steps, `npm run bench -- fleet` simulates many runners on one quota. */
const [name = 'steps', ...more] = process.argv.slice(2);
if (!['steps', 'fleet'].includes(name) || more.length > 0)
  throw new Error('Usage: npm run bench -- steps|fleet');
const { bench } = (await import(`./${name}.ts`)) as { bench: () => Promise<boolean> };
process.exitCode = (await bench()) ? 0 : 1;
