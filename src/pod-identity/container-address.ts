import { fromHttp } from '../packages/aws-sdk.ts';

/**
 * The error with which the SDK refuses to get credentials from this address; undefined if it accepts the address. The
 * SDK decides, so that the service account token goes nowhere else than the SDK would send it: its provider checks the
 * address when it is made, without a request. The other variables of the environment have no influence.
 */
export function addressRefusal(uri: string): unknown {
  try {
    fromHttp({
      awsContainerCredentialsFullUri: uri,
      awsContainerCredentialsRelativeUri: '',
      awsContainerAuthorizationToken: '',
    });
    return undefined;
  } catch (error) {
    return error;
  }
}
