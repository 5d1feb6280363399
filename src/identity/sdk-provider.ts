import { type ClientConfig, sdkClientConfig } from '../network/client-config.ts';
import type { Credentials } from '../pod-identity/agent.ts';
import * as log from '../runner/log.ts';
import { singleLine } from '../runner/safe-text.ts';
import type { CredentialSource } from './credential-order.ts';
import { withoutCommand } from './credential-process.ts';

/** The sources whose credentials the SDK's own providers get. */
export type SdkSource = Exclude<CredentialSource, 'container'>;

/** The parameters of AssumeRoleWithWebIdentity, from a profile or the variables of IRSA. */
type WebIdentity = {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly WebIdentityToken: string;
};

/**
 * The SDK's provider for a source, loaded only here.
 *
 * @param region for calls to STS; the region of a profile takes precedence
 */
export async function sdkProvider(
  source: SdkSource,
  region: string | undefined,
  clientConfig: ClientConfig,
): Promise<() => Promise<Credentials>> {
  const providers = await import('../packages/credential-chain.ts');
  if (source === 'environment') return providers.fromEnv();
  const sdkConfig = await sdkClientConfig('Credentials', clientConfig);
  const settings = {
    logger: SDK_LOGGER,
    clientConfig: sdkConfig,
    ...(region !== undefined && { parentClientConfig: { region } }),
    // fromIni does not pass the client's settings on to a web identity; this is the only way to set them.
    roleAssumerWithWebIdentity: ({ RoleArn, RoleSessionName, WebIdentityToken }: WebIdentity) =>
      providers.fromWebToken({
        roleArn: RoleArn,
        roleSessionName: RoleSessionName,
        webIdentityToken: WebIdentityToken,
        clientConfig: { ...sdkConfig, ...(region !== undefined && { region }) },
      })(),
  };
  return source === 'profile' ? providers.fromIni(settings) : providers.fromNodeProviderChain(settings);
}

const line = (parts: readonly unknown[]): string => singleLine(withoutCommand(parts.join(' ')));

/** Warnings of the SDK, such as keys and a profile at once, are warnings of the log, one line each. */
const SDK_LOGGER = {
  debug: (...parts: unknown[]) => log.debug(line(parts)),
  info: (...parts: unknown[]) => log.debug(line(parts)),
  warn: (...parts: unknown[]) => log.warning(line(parts)),
  error: (...parts: unknown[]) => log.debug(line(parts)),
};
