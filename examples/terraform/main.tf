# The agent, the role and the association for runners that push to one repository.

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
  description = "Namespace of the runners."
  type        = string
  default     = "arc-runners"
}

variable "service_account" {
  description = "Service account under which the runner pods (or, in kubernetes mode, the job pods) run."
  type        = string
  default     = "arc-runner"
}

variable "repository_arn" {
  description = "ARN of the repository to push to, as in arn:aws:ecr:eu-west-1:111122223333:repository/team/app."
  type        = string
}

# EKS Auto Mode has the agent built in: leave this out there.
resource "aws_eks_addon" "pod_identity_agent" {
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
    resources = [var.repository_arn]
  }
}

resource "aws_iam_role" "runner" {
  name               = "arc-runner-ecr"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "push" {
  name   = "ecr"
  role   = aws_iam_role.runner.id
  policy = data.aws_iam_policy_document.push.json
}

resource "aws_eks_pod_identity_association" "runner" {
  cluster_name    = var.cluster_name
  namespace       = var.namespace
  service_account = var.service_account
  role_arn        = aws_iam_role.runner.arn
}

output "role_arn" {
  description = "The role that the runners sign with."
  value       = aws_iam_role.runner.arn
}
