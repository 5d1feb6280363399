# A module: the agent, a role that may push to repositories, and its associations with the service
# accounts that runner pods or job pods have. ../main.tf calls it for two clusters.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

variable "cluster_name" {
  description = "Name of the EKS cluster."
  type        = string
}

variable "namespace" {
  description = "Namespace of the scale sets."
  type        = string
}

variable "service_accounts" {
  description = "Service accounts to associate. docs/eks.md says how to find them."
  type        = set(string)
}

variable "role_name" {
  description = "Name of the role to create. It must be unique in the account."
  type        = string
}

variable "repository_arns" {
  description = "ARNs of the repositories to push to."
  type        = list(string)
}

variable "install_agent" {
  description = "Set to false if the cluster has the agent: as an add-on, or with EKS Auto Mode."
  type        = bool
  default     = true
}

resource "aws_eks_addon" "pod_identity_agent" {
  count        = var.install_agent ? 1 : 0
  cluster_name = var.cluster_name
  addon_name   = "eks-pod-identity-agent"
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]
    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "push" {
  statement {
    sid       = "LogIn"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }
  statement {
    sid = "PushAndPull"
    actions = [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:CompleteLayerUpload",
      "ecr:GetDownloadUrlForLayer",
      "ecr:InitiateLayerUpload",
      "ecr:PutImage",
      "ecr:UploadLayerPart",
    ]
    resources = var.repository_arns
  }
}

resource "aws_iam_role" "runner" {
  name               = var.role_name
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "push" {
  name   = "ecr"
  role   = aws_iam_role.runner.id
  policy = data.aws_iam_policy_document.push.json
}

resource "aws_eks_pod_identity_association" "runner" {
  for_each        = var.service_accounts
  cluster_name    = var.cluster_name
  namespace       = var.namespace
  service_account = each.key
  role_arn        = aws_iam_role.runner.arn
}

output "role_arn" {
  description = "The role of the service accounts."
  value       = aws_iam_role.runner.arn
}
