/**
 * Messages with which the known errors show themselves, by the ID of the entry: the exact texts of the agent, AWS, the
 * SDK and the container clients, since users search for them. docs/troubleshooting.md prints them, and a test explains
 * each of them. Lines after the first are details, which are not shown.
 */
export type ErrorSamples = Readonly<Record<string, readonly string[]>>;
