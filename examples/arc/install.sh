#!/usr/bin/env bash
# Installs ARC's controller and one scale set:
# install.sh dind | dind-job-hook | kubernetes | novolume | no-docker | dind-template
# Run it from the root of this repository, with kubectl and helm configured for the cluster. Set GITHUB_APP_ID,
# GITHUB_APP_INSTALLATION_ID and GITHUB_APP_PRIVATE_KEY_FILE of your GitHub App. Run it again after a failure or for another
# scale set, but not to upgrade ARC: helm does not upgrade its CRDs (docs/operations.md).
set -euo pipefail

MODE=${1:?usage: install.sh dind | dind-job-hook | kubernetes | novolume | no-docker | dind-template}
: "${GITHUB_APP_ID:?}" "${GITHUB_APP_INSTALLATION_ID:?}" "${GITHUB_APP_PRIVATE_KEY_FILE:?}"
NAMESPACE=arc-runners
CHARTS=oci://ghcr.io/actions/actions-runner-controller-charts
CHART_VERSION=0.14.2 # for both charts
VALUES=examples/arc/values-$MODE.yaml

# 1. The controller, once for each cluster.
helm upgrade --install arc --namespace arc-systems --create-namespace --version "$CHART_VERSION" \
  "$CHARTS/gha-runner-scale-set-controller"

# 2. The namespace, the secret with which ARC signs in to GitHub, and the service accounts to associate.
kubectl create namespace "$NAMESPACE" --dry-run=client --output yaml | kubectl apply --filename -
kubectl create secret generic arc-github-app --namespace "$NAMESPACE" --dry-run=client --output yaml \
  --from-literal=github_app_id="$GITHUB_APP_ID" \
  --from-literal=github_app_installation_id="$GITHUB_APP_INSTALLATION_ID" \
  --from-file=github_app_private_key="$GITHUB_APP_PRIVATE_KEY_FILE" | kubectl apply --filename -
kubectl apply --filename examples/arc/service-accounts.yaml

# 3. For the kubernetes modes: the template of the job pods, and a storage class for the work volumes.
case "$MODE" in
  kubernetes) kubectl apply --filename examples/arc/job-pod.yaml --filename examples/arc/storage-class.yaml ;;
  novolume) kubectl apply --filename examples/arc/job-pod.yaml ;;
esac

# 4. The scale set. In a workflow, runs-on is its name.
helm upgrade --install "arc-$MODE" --namespace "$NAMESPACE" --version "$CHART_VERSION" --values "$VALUES" \
  "$CHARTS/gha-runner-scale-set"
