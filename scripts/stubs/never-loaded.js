/*
 * Stands in for what the AWS SDK would load in cases that this action does not have: a browser, and operations that
 * stream events.
 */
throw new Error('This part of the AWS SDK is not part of this action.');
