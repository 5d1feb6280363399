/*
 * Stands in for graceful-fs in the bundle.
 *
 * proper-lockfile loads that package to be spared from running out of file handles. This action holds one lock at a
 * time, and node's own file system costs nothing to load.
 */
module.exports = require('node:fs');
