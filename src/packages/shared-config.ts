/* Reads ~/.aws/config and ~/.aws/credentials as the AWS SDK does; loaded where a profile is set. */
export { loadSharedConfigFiles, parseKnownFiles } from '@smithy/core/config';
