# The repository, the agent, the role and the associations for runners that push to one repository.

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

variable "service_accounts" {
  description = "Service accounts to associate. arc-runner: the steps run in the runner pod (dind mode, or no mode). arc-job: they run in a job pod (kubernetes modes)."
  type        = set(string)
  default     = ["arc-runner", "arc-job"]
}

variable "repository_name" {
  description = "Name of the repository to create."
  type        = string
  default     = "team/app"
}

variable "install_agent" {
  description = "Set to false if the cluster has the agent already, as an add-on or with EKS Auto Mode."
  type        = bool
  default     = true
}

resource "aws_ecr_repository" "app" {
  name = var.repository_name
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
    resources = [aws_ecr_repository.app.arn]
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
  for_each        = var.service_accounts
  cluster_name    = var.cluster_name
  namespace       = var.namespace
  service_account = each.key
  role_arn        = aws_iam_role.runner.arn
}

output "role_arn" {
  description = "The role of the runners."
  value       = aws_iam_role.runner.arn
}

output "repository_url" {
  description = "The URL of the repository."
  value       = aws_ecr_repository.app.repository_url
}
