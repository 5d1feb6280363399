# A small image with dist/ of this repository. An init container copies it into the pods of the runners
# (examples/arc/values-dind-job-hook.yaml), so the runner image stays GitHub's own, and you build this image only for a new
# version of the action. Build it in a clone of this repository:
# docker build --file examples/images/job-hook.Dockerfile --tag arc-job-hook .
FROM public.ecr.aws/docker/library/busybox:stable

# Readable for the user of the runner, whatever the umask of the clone was. Needs BuildKit, the default builder of docker.
COPY --chmod=755 dist /ecr-login
# Optional: the action, so that jobs do not download it. docs/operations.md says how to create actions/.
# COPY --chmod=755 actions /ecr-login/actions
