import { Failure } from '../errors/failure.ts';
import { type Environment, variable } from '../runner/environment.ts';
import { singleLine } from '../runner/safe-text.ts';

/** The variables that name an endpoint for one of the clients of this action. */
const ENDPOINTS = [
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_ECR',
  'AWS_ENDPOINT_URL_ECR_PUBLIC',
  'AWS_ENDPOINT_URL_STS',
] as const;

/** The variables that choose the variant of an endpoint. The SDK ignores any other value than these two. */
const VARIANTS = ['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'] as const;
const VARIANT_VALUES = ['true', 'false'];

/**
 * Checks the variables that say where calls go. With a value that the SDK does not understand, it would call another
 * endpoint than the one that is meant, or fail without naming the variable.
 * Throws a Failure that names the first such variable.
 */
export function checkEndpointVariables(environment: Environment): void {
  for (const name of ENDPOINTS) {
    const text = variable(environment, name);
    if (text === undefined || /^https?:$/.test(URL.parse(text)?.protocol ?? '')) continue;
    // The value is not shown: a URL can contain a password.
    throw new Failure({ what: `${name} is not a URL that begins with 'https://' or 'http://'.` });
  }
  for (const name of VARIANTS) {
    const text = variable(environment, name);
    if (text === undefined || VARIANT_VALUES.includes(text)) continue;
    const what = `${name} is '${singleLine(text)}'; the AWS SDK understands only 'true' and 'false', and ignores anything else.`;
    throw new Failure({ what });
  }
}
