#!/usr/bin/env bash
# The VPC endpoints that a cluster in private subnets without a NAT gateway needs for Pod Identity
# and ECR. It keeps an endpoint that the VPC has, so you can run it again after a failure.
#
#   export REGION=eu-west-1 VPC_ID=vpc-0123456789abcdef0
#   export SUBNET_IDS='subnet-0123456789abcdef0 subnet-0fedcba9876543210'
#   export SECURITY_GROUP_ID=sg-0123456789abcdef0 ROUTE_TABLE_IDS=rtb-0123456789abcdef0
#   examples/aws-cli/vpc-endpoints.sh
#
# AWS bills an interface endpoint for each hour and Availability Zone, and for the data
# (https://aws.amazon.com/privatelink/pricing). At $0.01 an hour, four of them in two zones cost
# about $58 a month. The gateway endpoint for S3, through which the layers of images go, is free.
set -euo pipefail

: "${REGION:?Set REGION to the region of the VPC}"
: "${VPC_ID:?Set VPC_ID to the ID of the VPC}"
: "${SUBNET_IDS:?Set SUBNET_IDS: one subnet in each Availability Zone of the nodes}"
: "${SECURITY_GROUP_ID:?Set SECURITY_GROUP_ID: it allows port 443 from nodes and pods}"
: "${ROUTE_TABLE_IDS:?Set ROUTE_TABLE_IDS: those of the subnets of the nodes}"
read -ra subnets <<<"$SUBNET_IDS"

# existing <type> <service> <query>: what the query finds in the endpoints of the VPC for the service.
existing() {
  aws ec2 describe-vpc-endpoints --region "$REGION" --query "$3" --output text --filters \
    "Name=vpc-id,Values=$VPC_ID" "Name=service-name,Values=com.amazonaws.$REGION.$2" \
    "Name=vpc-endpoint-type,Values=$1" \
    "Name=vpc-endpoint-state,Values=pendingAcceptance,pending,available"
}

# eks-auth: the agent gets the credentials of the pods from it. ecr.api: GetAuthorizationToken.
# ecr.dkr: docker login, push and pull. sts: only for IRSA and configure-aws-credentials; else
# delete it here.
for service in eks-auth ecr.api ecr.dkr sts; do
  endpoint=$(existing Interface "$service" 'VpcEndpoints[0].VpcEndpointId')
  if [[ $endpoint != None ]]; then
    echo "$service: keeps $endpoint. Its subnets, security groups and DNS name stay as they are."
  else
    aws ec2 create-vpc-endpoint --region "$REGION" --vpc-id "$VPC_ID" \
      --vpc-endpoint-type Interface --service-name "com.amazonaws.$REGION.$service" \
      --subnet-ids "${subnets[@]}" --security-group-ids "$SECURITY_GROUP_ID" \
      --private-dns-enabled
  fi
done

# s3: the layers of an image. An endpoint that exists gets the route tables without a route to one.
routed=$(existing Gateway s3 'VpcEndpoints[].RouteTableIds[]')
for table in $ROUTE_TABLE_IDS; do
  endpoint=$(existing Gateway s3 'VpcEndpoints[0].VpcEndpointId')
  if [[ $routed == *"$table"* ]]; then
    echo "s3: $table has a route"
  elif [[ $endpoint != None ]]; then
    aws ec2 modify-vpc-endpoint --region "$REGION" --vpc-endpoint-id "$endpoint" \
      --add-route-table-ids "$table"
  else
    aws ec2 create-vpc-endpoint --region "$REGION" --vpc-id "$VPC_ID" \
      --vpc-endpoint-type Gateway --service-name "com.amazonaws.$REGION.s3" \
      --route-table-ids "$table"
  fi
done
