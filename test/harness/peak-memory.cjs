// Loaded into a stage of the action by NODE_OPTIONS: writes down, at its end, how much memory it had at most.
const { writeFileSync } = require('node:fs');

const { PEAK_MEMORY_FILE, PEAK_MEMORY_OF } = process.env;
process.on('exit', () => {
  // The container tools inherit the variable, too.
  if (process.argv[1] === PEAK_MEMORY_OF)
    writeFileSync(PEAK_MEMORY_FILE, String(process.resourceUsage().maxRSS));
});
