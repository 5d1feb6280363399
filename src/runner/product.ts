/**
 * How this action names itself to AWS: the token at the start of its part of the user agent, which CloudTrail keeps.
 * A test holds both to package.json.
 */
export const PRODUCT = { name: 'ecr-pod-identity-login', version: '0.1.0' } as const;
