# A runner image with the job hook (examples/arc/values-dind-job-hook.yaml). GH_TOKEN: any GitHub token can read the
# attestation. CHECKSUM: the checksum in job-hook.tar.gz.sha256 of the release.
# docker build --secret id=github-token,env=GH_TOKEN --build-arg CHECKSUM="$CHECKSUM" \
#   --file examples/images/runner-job-hook.Dockerfile --tag arc-runner-job-hook .
FROM debian:trixie-slim AS job-hook

SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# The gh of Debian (2.46) is too old: `gh attestation` needs 2.49.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates curl \
    && curl -fsSL -o /etc/apt/keyrings/github-cli.gpg https://cli.github.com/packages/githubcli-archive-keyring.gpg \
    && echo 'deb [signed-by=/etc/apt/keyrings/github-cli.gpg] https://cli.github.com/packages stable main' \
      > /etc/apt/sources.list.d/github-cli.list \
    && apt-get update \
    && apt-get install --yes --no-install-recommends gh \
    && rm -rf /var/lib/apt/lists/*

ARG REPOSITORY=OWNER/ecr-pod-identity-login
ARG VERSION=v1.0.0
ARG CHECKSUM
WORKDIR /work
RUN curl -fsSLO "https://github.com/${REPOSITORY}/releases/download/${VERSION}/job-hook.tar.gz" \
    && echo "${CHECKSUM}  job-hook.tar.gz" | sha256sum --check
RUN --mount=type=secret,id=github-token \
    GH_TOKEN="$(cat /run/secrets/github-token)" gh attestation verify job-hook.tar.gz --repo "${REPOSITORY}" \
      --cert-identity "https://github.com/${REPOSITORY}/.github/workflows/release.yml@refs/tags/${VERSION}"
RUN mkdir /opt/ecr-login && tar -xzf job-hook.tar.gz -C /opt/ecr-login

FROM ghcr.io/actions/actions-runner:latest

COPY --from=job-hook /opt/ecr-login /opt/ecr-login
