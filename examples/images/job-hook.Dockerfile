# A small image with dist/ of this repository. An init container copies it into the pods of the
# runners (examples/arc/values-dind-job-hook.yaml), so the runner image stays GitHub's own, and you
# build this image only for a new version of the action. Build it in a clone of this repository:
# docker build --file examples/images/job-hook.Dockerfile --tag arc-job-hook .
#
# The digest of a tag: docker buildx imagetools inspect public.ecr.aws/docker/library/busybox:1.37.0
FROM public.ecr.aws/docker/library/busybox:1.37.0@sha256:bdf57e528e45e4433820e045b29b4597825a1c9e38353532d90a01445013f82e

# Readable for the user of the runner, whatever the umask of the clone was. Needs BuildKit, the default builder of docker.
COPY --chmod=755 dist /ecr-login
# Optional: the action, so that jobs do not download it. docs/operations.md says how to create actions/.
# COPY --chmod=755 actions /ecr-login/actions
