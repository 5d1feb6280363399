# The VPC endpoints that private subnets without a NAT gateway need for Pod Identity and ECR.

variable "vpc_endpoints" {
  description = "Where to create the endpoints. Null creates none."
  type = object({
    region             = string
    vpc_id             = string
    subnet_ids         = list(string)
    security_group_ids = list(string)
    route_table_ids    = list(string)
  })
  default = null
}

# eks-auth: the agent gets the credentials of the pods from it. ecr.api: GetAuthorizationToken.
# ecr.dkr: docker login, push and pull. sts: only for IRSA and configure-aws-credentials.
resource "aws_vpc_endpoint" "interface" {
  for_each            = var.vpc_endpoints == null ? toset([]) : toset(["eks-auth", "ecr.api", "ecr.dkr", "sts"])
  vpc_id              = var.vpc_endpoints.vpc_id
  service_name        = "com.amazonaws.${var.vpc_endpoints.region}.${each.key}"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = var.vpc_endpoints.subnet_ids
  security_group_ids  = var.vpc_endpoints.security_group_ids
  private_dns_enabled = true
}

# s3: the layers of an image.
resource "aws_vpc_endpoint" "s3" {
  count             = var.vpc_endpoints == null ? 0 : 1
  vpc_id            = var.vpc_endpoints.vpc_id
  service_name      = "com.amazonaws.${var.vpc_endpoints.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = var.vpc_endpoints.route_table_ids
}
