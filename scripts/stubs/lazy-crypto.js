/*
 * Stands in for node's crypto in @actions/core, which needs it to mark the ends of what it saves. Post saves nothing,
 * and would load it, five milliseconds, for that alone.
 */

/** As in node:crypto. */
export function randomUUID() {
  return process.getBuiltinModule('node:crypto').randomUUID();
}
