import type { Signer } from './identity.ts';

/** Gives the credentials that sign a call; the SDK's clients hand it their own settings, for calls to STS. */
export type CredentialProvider = (context?: object) => Promise<{
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}>;

/** The credential provider of a signer. Nothing is asked before the provider is called. */
export async function credentialProvider(signer: Signer): Promise<CredentialProvider> {
  const providers = await import('@aws-sdk/credential-providers');
  switch (signer.source) {
    case 'environment':
      return providers.fromEnv();
    case 'container':
      return providers.fromHttp();
    case 'default-chain':
      return providers.fromNodeProviderChain();
  }
}
