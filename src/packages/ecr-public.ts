/* What a login to ECR Public needs of the AWS SDK; loaded for that alone. */
export { ECRPUBLICClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr-public';
