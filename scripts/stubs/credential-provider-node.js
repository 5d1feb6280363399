/*
 * Stands in for @aws-sdk/credential-provider-node in the part of the SDK that every job loads.
 *
 * ECR's client brings the SDK's default chain for the case that it is given no credentials. This action always gives it
 * some: it decides itself which are used, and loads the chain where that decision leads to it.
 */

/** Refuses: a client without credentials would use whatever the chain finds. */
export function defaultProvider() {
  throw new Error('A client of this action is always given its credentials.');
}
