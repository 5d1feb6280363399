/* The credential providers of the AWS SDK; loaded where the credentials are not those of EKS Pod Identity. */
export { fromEnv, fromIni, fromNodeProviderChain, fromWebToken } from '@aws-sdk/credential-providers';
