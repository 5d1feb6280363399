# A runner image without docker, with buildah, podman, skopeo and helm (examples/arc/values-no-docker.yaml).
# docker build --file examples/images/runner-buildah.Dockerfile --tag arc-runner-buildah .
FROM ghcr.io/actions/actions-runner:latest

USER root
SHELL ["/bin/bash", "-o", "pipefail", "-c"]

# GitHub's runner image contains the docker client. If container-cli is empty, the action logs docker
# in, and buildah, which reads REGISTRY_AUTH_FILE, stays without a login.
RUN rm /usr/bin/docker

# newuidmap and newgidmap map the user of the runner to a range of users for a build. As setuid
# programs they need more rights than the pod has; with file capabilities they work.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends buildah libcap2-bin podman skopeo uidmap \
    && rm -rf /var/lib/apt/lists/* \
    && chmod u-s /usr/bin/newuidmap /usr/bin/newgidmap \
    && setcap cap_setuid=ep /usr/bin/newuidmap \
    && setcap cap_setgid=ep /usr/bin/newgidmap \
    && echo runner:100000:65536 | tee /etc/subuid /etc/subgid

ARG HELM_VERSION=v3.19.0
ARG TARGETARCH=amd64
RUN curl -fsSLO "https://get.helm.sh/helm-${HELM_VERSION}-linux-${TARGETARCH}.tar.gz" \
    && curl -fsSL "https://get.helm.sh/helm-${HELM_VERSION}-linux-${TARGETARCH}.tar.gz.sha256sum" | sha256sum --check \
    && tar -xzf "helm-${HELM_VERSION}-linux-${TARGETARCH}.tar.gz" -C /usr/local/bin --strip-components 1 \
       "linux-${TARGETARCH}/helm" \
    && rm "helm-${HELM_VERSION}-linux-${TARGETARCH}.tar.gz"

# In a pod, this user can start no container runtime and create no overlay mounts.
ENV BUILDAH_ISOLATION=chroot
ENV STORAGE_DRIVER=vfs

# Where podman, buildah and skopeo keep their logins.
ENV REGISTRY_AUTH_FILE=/home/runner/.config/containers/auth.json

USER runner
