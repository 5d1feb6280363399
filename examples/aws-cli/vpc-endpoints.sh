#!/usr/bin/env bash
# The VPC endpoints that a cluster in private subnets without a NAT gateway needs for Pod Identity and ECR.
set -euo pipefail

REGION=eu-west-1
VPC_ID=vpc-0123456789abcdef0
SUBNET_IDS=(subnet-0123456789abcdef0 subnet-0fedcba9876543210)
SECURITY_GROUP_ID=sg-0123456789abcdef0 # must allow port 443 from the nodes and the pods
ROUTE_TABLE_ID=rtb-0123456789abcdef0

# eks-auth: the agent gets the credentials of the pods from it. ecr.api: GetAuthorizationToken.
# ecr.dkr: docker login, push and pull. sts: only for IRSA and configure-aws-credentials.
for service in eks-auth ecr.api ecr.dkr sts; do
  aws ec2 create-vpc-endpoint --region "$REGION" --vpc-id "$VPC_ID" --vpc-endpoint-type Interface \
    --service-name "com.amazonaws.$REGION.$service" --subnet-ids "${SUBNET_IDS[@]}" \
    --security-group-ids "$SECURITY_GROUP_ID" --private-dns-enabled
done

# s3: the layers of an image.
aws ec2 create-vpc-endpoint --region "$REGION" --vpc-id "$VPC_ID" --vpc-endpoint-type Gateway \
  --service-name "com.amazonaws.$REGION.s3" --route-table-ids "$ROUTE_TABLE_ID"
