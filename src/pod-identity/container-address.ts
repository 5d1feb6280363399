import { fromHttp } from '../packages/aws-sdk.ts';

/**
 * Why the SDK takes no credentials from this address, as the error that it throws; undefined where it does take them.
 * The service account token goes to no other address than the SDK would send it to, so the decision is the SDK's: its
 * provider looks at the address when it is made. It is not asked for anything here. What the environment says besides
 * is kept out of it.
 */
export function addressRefusal(uri: string): unknown {
  try {
    fromHttp({
      awsContainerCredentialsFullUri: uri,
      awsContainerCredentialsRelativeUri: '',
      awsContainerAuthorizationToken: '',
      awsContainerAuthorizationTokenFile: '',
    });
    return undefined;
  } catch (error) {
    return error;
  }
}
