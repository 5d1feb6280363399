# The image of a job that builds with a BuildKit daemon elsewhere in the cluster (examples/workflows/buildctl.yml).
# It has buildctl and no docker. The node of the runner needs glibc, and the container hooks need a shell.
# docker build --file examples/images/job-buildctl.Dockerfile --tag buildctl-job:1.0.0 .
FROM moby/buildkit:v0.25.0 AS buildkit

FROM debian:trixie-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates git \
    && rm -rf /var/lib/apt/lists/*
COPY --from=buildkit /usr/bin/buildctl /usr/local/bin/buildctl
