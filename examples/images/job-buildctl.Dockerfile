# The image of a job that builds with a BuildKit daemon elsewhere in the cluster (examples/workflows/buildctl.yml).
# It holds buildctl and no docker; glibc and a shell are for the runner's own node and hooks.
# docker build --file examples/images/job-buildctl.Dockerfile --tag buildctl-job .
FROM moby/buildkit:v0.25.0 AS buildkit

FROM debian:trixie-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates git \
    && rm -rf /var/lib/apt/lists/*
COPY --from=buildkit /usr/bin/buildctl /usr/local/bin/buildctl
