import type { KnownError } from './known-error.ts';

/** A message can quote another one, so what is closer to the client comes first. */
export const CLIENT: KnownError[] = [
  {
    id: 'command-file',
    cause: `The user of this container is neither root nor the user of the runner (uid 1001
      in the image of ARC), who alone can write the files by which steps report to the
      runner. No action works for such a user.`,
    remedy: {
      text: `Run the job as root, or as uid 1001: in the kubernetes modes of ARC by the
        template of the job pods, with docker by the options of the container. Where HOME is
        / then, set HOME, or 'isolate-docker-config: true'.`,
      commands: [
        'spec:',
        '  securityContext:',
        '    runAsUser: 1001',
        'container:',
        '  options: --user 1001',
      ],
    },
  },

  {
    id: 'client-missing',
    cause: `<tool> is not installed on the runner, or its directory is not on PATH.`,
    remedy: {
      text: `Install the client in the runner image, or choose another one with
        'container-cli'. A login does not need a daemon. For builders that read docker's
        config.json, such as kaniko or buildctl, set 'container-cli: config-file'.`,
    },
  },

  {
    id: 'client-missing-in-job',
    cause: `This job uses 'container:', so this step runs in the container of the job, and
      its image does not have <tool>.`,
    remedy: {
      text: `Use a job image that has the client, such as docker:cli or, in the kubernetes
        modes of ARC, quay.io/buildah/stable. Or set 'container-cli: config-file', for a
        builder that reads docker's config.json. Or run the job without 'container:',
        where the runner allows it. The images of 'container:' and
        'services:' themselves are pulled before any step: set 'credentials:' there or,
        except in the kubernetes modes, use the job hook.`,
      commands: ['container:', '  image: docker:cli'],
    },
  },

  {
    id: 'user-namespace',
    patterns: [
      /newuidmap|newgidmap|join the existing user namespace|cannot clone: /,
      /unknown userid/,
    ],

    cause: `<tool> needs a user namespace or an entry for its user in /etc/passwd, and
      this image, user or security context does not provide it.`,
    remedy: {
      text: `Log in with skopeo, which needs neither and uses the same auth file: set
        'container-cli: skopeo'. A build with podman or buildah needs the namespace all
        the same.`,
    },
  },

  {
    id: 'docker-daemon-unreachable',
    patterns: [
      /Cannot connect to the Docker daemon|failed to connect to the docker API/i,
      /error during connect:|permission denied while trying to connect/i,
      /unable to resolve docker endpoint/i,
    ],

    cause: `docker cannot reach the Docker daemon that DOCKER_HOST or its context names.
      In docker-in-docker mode, the daemon can start after the runner.`,
    remedy: {
      text: `Check DOCKER_HOST, DOCKER_CONTEXT and DOCKER_CERT_PATH, and whether the user
        of the runner can open the socket. Wait for the daemon in a step before this one.`,
      commands: [`timeout 60 sh -c 'until docker info; do sleep 1; done'`],
    },
  },

  {
    id: 'ecr-login-helper',
    patterns: [/not implemented/],

    cause: `The configuration of <tool> names the credential helper ecr-login. The helper
      gets tokens from Amazon ECR by itself, and stores no logins.`,
    remedy: {
      text: `Keep either the helper or this step. Often the helper is the better choice:
        version 0.8 and later supports EKS Pod Identity. To keep both, use version 0.9 or
        later and set the variable AWS_ECR_IGNORE_CREDS_STORAGE to true for the job. To
        set the helper aside for this job, set 'isolate-docker-config: true'.`,
    },
  },

  {
    id: 'credential-store-failed',
    patterns: [
      /error (?:storing|getting) credentials|docker-credential-[\w-]{1,60}/i,
      /failed to store the credentials for \S{1,300}: (?!failed to |open |mkdir )/i,
    ],

    cause: `The credential store of <tool> is not installed, is locked, or did not accept
      the password. Some clients find the store of the operating system by themselves, and
      that of Windows does not accept passwords as long as those of Amazon ECR.`,
    remedy: {
      text: `Set 'isolate-docker-config: true', which gives the job its own configuration
        without a credential store.`,
    },
  },

  {
    id: 'auth-file-invalid',
    patterns: [
      /unmarshaling JSON|failed to decode config file/i,
      /not valid JSON|form of a docker configuration/i,
      /is a directory|EISDIR|not a directory|ENOTDIR|file exists|EEXIST|regular file/i,
    ],

    cause: `The auth file of <tool> is not valid JSON, or its path is wrong: a directory
      in place of the file, or a file in place of a directory.`,
    remedy: {
      text: `Correct the file or its path. DOCKER_CONFIG must name a directory, and
        REGISTRY_AUTH_FILE a file. If that is not possible, set
        'isolate-docker-config: true'.`,
      commands: ['ls -ld ~/.docker ~/.docker/config.json; jq . ~/.docker/config.json'],
    },
  },

  {
    id: 'auth-file-not-writable',
    patterns: [
      /permission denied|operation not permitted|Access is denied|EACCES|EPERM/i,
      /read-only file system|EROFS|resource busy|being used by another process/i,
      /not owned by the current user|XDG_RUNTIME_DIR|(?:stat|open|mkdir) \/\.\w/i,
    ],

    cause: `<tool> cannot write its auth file. HOME is / or belongs to another user, the
      file system is read-only, or config.json itself is a mount, which cannot be
      replaced.`,
    remedy: {
      text: `Set 'isolate-docker-config: true', which gives the job its own copy of the
        configuration. Or set HOME to a directory that the user of the runner can write
        to, and mount the directory in place of config.json.`,
    },
  },

  {
    id: 'registry-bad-request',
    patterns: [/status(?: ?code)?:? 400\b|\b400 Bad Request/i],

    cause: `The registry refuses the token, which is valid only in the region that issued
      it. The host of the registry and the region do not match.`,
    remedy: {
      text: `Give the full host in 'registries', so that its own region issues the token:
        <registry>`,
    },
  },

  {
    id: 'registry-denied',
    patterns: [
      /status(?: ?code)?:? 40[13]\b|\b40[13] (?:Unauthorized|Forbidden)/i,
      /unauthorized: |invalid username\/password|no basic auth credentials/i,
      /denied: (?:Not Authorized|Your authorization token)/i,
    ],

    cause: `The registry denies access. The caller account cannot use this registry, or
      the policy of the VPC endpoint ecr.dkr, a service control policy or a proxy forbids
      it.`,
    remedy: {
      text: `Compare the account of the credentials, which the log above names, with the
        account of the registry. Then check the policy of the endpoint
        com.amazonaws.<region>.ecr.dkr, and what answers.`,
      commands: ['curl -sS -o /dev/null -D - https://<registry>/v2/'],
    },
  },
];
