# A repository, and the runners of two clusters that push to it. Write your names.

provider "aws" {
  region = "eu-west-1"
}

resource "aws_ecr_repository" "app" {
  name = "team/app"
}

# A scale set arc-dind in docker-in-docker mode, in a cluster without the agent.
module "first_cluster" {
  source           = "./pod-identity"
  cluster_name     = "my-cluster"
  namespace        = "arc-runners"
  service_accounts = ["arc-dind-gha-rs-no-permission"]
  role_name        = "arc-ecr"
  repository_arns  = [aws_ecr_repository.app.arn]
}

# Scale sets in a kubernetes mode, in a cluster that has the agent.
module "second_cluster" {
  source           = "./pod-identity"
  cluster_name     = "my-second-cluster"
  namespace        = "arc-runners"
  service_accounts = ["default"]
  role_name        = "arc-ecr-second"
  repository_arns  = [aws_ecr_repository.app.arn]
  install_agent    = false
}

output "repository_url" {
  description = "The URL of the repository."
  value       = aws_ecr_repository.app.repository_url
}
