#!/usr/bin/env bash
# Installs ARC's controller and one scale set, in a cluster without ARC:
# install.sh dind | dind-job-hook | kubernetes | novolume | no-docker | dind-template
#
#   export NAMESPACE=arc-runners GITHUB_APP_ID=123456 GITHUB_APP_INSTALLATION_ID=12345678
#   export GITHUB_APP_PRIVATE_KEY_FILE=my-app.private-key.pem
#   examples/arc/install.sh dind
#
# Run it from the root of this repository, with kubectl and helm configured for the cluster. Run it
# again after a failure or for another scale set, but not to upgrade ARC: helm does not upgrade its
# CRDs (docs/operations.md).
set -euo pipefail

MODES='dind | dind-job-hook | kubernetes | novolume | no-docker | dind-template'
MODE=${1:?usage: install.sh $MODES}
: "${NAMESPACE:?Set NAMESPACE to the namespace of the scale set}"
: "${GITHUB_APP_ID:?Set GITHUB_APP_ID to the ID of your GitHub App}"
: "${GITHUB_APP_INSTALLATION_ID:?Set GITHUB_APP_INSTALLATION_ID to the ID of its installation}"
: "${GITHUB_APP_PRIVATE_KEY_FILE:?Set GITHUB_APP_PRIVATE_KEY_FILE to the file of its private key}"
CHARTS=oci://ghcr.io/actions/actions-runner-controller-charts
CHART_VERSION=0.14.2 # for both charts
VALUES=examples/arc/values-$MODE.yaml

# 1. The controller, once for each cluster.
helm upgrade --install arc --namespace arc-systems --create-namespace --wait \
  --version "$CHART_VERSION" "$CHARTS/gha-runner-scale-set-controller"

# 2. The namespace, and the secret with which ARC signs in to GitHub.
kubectl create namespace "$NAMESPACE" --dry-run=client --output yaml | kubectl apply --filename -
kubectl create secret generic arc-github-app --namespace "$NAMESPACE" \
  --from-literal=github_app_id="$GITHUB_APP_ID" \
  --from-literal=github_app_installation_id="$GITHUB_APP_INSTALLATION_ID" \
  --from-file=github_app_private_key="$GITHUB_APP_PRIVATE_KEY_FILE" \
  --dry-run=client --output yaml | kubectl apply --filename -

# 3. For kubernetes mode: a storage class for the work volumes.
if [[ $MODE == kubernetes ]]; then kubectl apply --filename examples/arc/storage-class.yaml; fi

# 4. The scale set. In a workflow, runs-on is its name.
helm upgrade --install "arc-$MODE" --namespace "$NAMESPACE" --version "$CHART_VERSION" \
  --values "$VALUES" "$CHARTS/gha-runner-scale-set"
