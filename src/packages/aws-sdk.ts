/* What every job needs of the AWS SDK. What is added here, with all that it leads to, is loaded in every job. */
export { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
export { fromHttp } from '@aws-sdk/credential-provider-http';
export { StandardRetryStrategy } from '@smithy/core/retry';
export { NodeHttpHandler } from '@smithy/node-http-handler';
