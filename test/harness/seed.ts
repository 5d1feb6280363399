/**
 * Where the random cases of the property tests begin. It stands in the tests' names, so that a report of a failure says
 * it; `SEED=… npm test` brings the same cases back.
 */
export const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
