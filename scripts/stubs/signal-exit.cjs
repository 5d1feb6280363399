/*
 * Stands in for signal-exit in the bundle.
 *
 * proper-lockfile loads that package to give its locks back when the process ends, by a signal, too. The entry of this
 * action takes the signals itself and always ends by process.exit().
 */
module.exports = (callback) => process.on('exit', callback);
