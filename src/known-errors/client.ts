import type { KnownError } from './known-error.ts';

/** A message can quote another one, so what is closer to the client comes first. */
export const CLIENT: KnownError[] = [
  {
    id: 'command-file',
    cause: `Only root and the user of the runner (uid 1001 in the image of ARC) can write the
      files by which steps report to the runner.`,
    remedy: `Run the job as root or uid 1001.`,
    commands: [
      '# kubernetes modes of ARC, in the template of the job pods:',
      'spec:',
      '  securityContext:',
      '    runAsUser: 1001',
      '# docker, in the workflow:',
      'container:',
      '  options: --user 1001',
    ],
  },

  {
    id: 'client-missing',
    cause: `<tool> is not installed on the runner, or its directory is not on PATH.`,
    remedy: `Install the client in the runner image, or choose another one with
      'container-cli'. For builders that read docker's config.json, such as kaniko or buildctl,
      set 'container-cli: config-file'.`,
  },

  {
    id: 'client-missing-in-job',
    cause: `This job uses 'container:', and the image of that container does not have <tool>.`,
    remedy: `Use a job image that has the client, such as docker:cli or, in the kubernetes
      modes of ARC, quay.io/buildah/stable. For builders that read docker's config.json, set
      'container-cli: config-file'.`,
  },

  {
    id: 'user-namespace',
    patterns: [
      /newuidmap|newgidmap|join the existing user namespace|cannot clone: /,
      /unknown userid/,
    ],

    cause: `<tool> needs a user namespace or an entry for its user in /etc/passwd. This image,
      user or security context does not provide it.`,
    remedy: `Set 'container-cli: skopeo': skopeo needs neither, and uses the same auth file.`,
  },

  {
    id: 'docker-daemon-unreachable',
    patterns: [
      /Cannot connect to the Docker daemon|failed to connect to the docker API/i,
      /error during connect:|permission denied while trying to connect/i,
      /unable to resolve docker endpoint/i,
    ],

    cause: `The daemon that DOCKER_HOST or the context of docker names has not started yet, or
      the user of the runner cannot open its socket.`,
    remedy: `Wait for the daemon in an earlier step. Check DOCKER_HOST, DOCKER_CONTEXT,
      DOCKER_CERT_PATH and the permissions of the socket.`,
    commands: [`timeout 60 sh -c 'until docker info; do sleep 1; done'`],
  },

  {
    id: 'ecr-login-helper',
    patterns: [/not implemented/],

    cause: `The configuration of <tool> names the credential helper ecr-login, which gets
      tokens by itself and stores no logins.`,
    remedy: `Remove this step: version 0.8 and later of the helper supports EKS Pod Identity.
      Or set 'isolate-docker-config: true', which sets the helper aside for this job.`,
  },

  {
    id: 'credential-store-failed',
    patterns: [
      /error (?:storing|getting) credentials|docker-credential-[\w-]{1,60}/i,
      /failed to store the credentials for \S{1,300}: (?!failed to |open |mkdir )/i,
    ],

    cause: `The credential store of <tool> is not installed, is locked or, as that of Windows,
      does not accept passwords as long as those of Amazon ECR.`,
    remedy: `Set 'isolate-docker-config: true', which gives the job its own configuration
      without a credential store.`,
  },

  {
    id: 'auth-file-invalid',
    patterns: [
      /unmarshaling JSON|failed to decode config file/i,
      /not valid JSON|form of a docker configuration/i,
      /is a directory|EISDIR|not a directory|file exists|EEXIST|regular file/i,
    ],

    cause: `The auth file of <tool> is not valid JSON, or its path is wrong: a directory in
      place of the file, or a file in place of a directory.`,
    remedy: `Correct the file or its path: DOCKER_CONFIG names a directory, REGISTRY_AUTH_FILE
      a file. Or set 'isolate-docker-config: true'.`,
    commands: ['ls -ld ~/.docker ~/.docker/config.json; jq . ~/.docker/config.json'],
  },

  {
    id: 'auth-file-not-writable',
    patterns: [
      /permission denied|operation not permitted|Access is denied/i,
      /read-only file system|resource busy|being used by another process/i,
      /not owned by the current user|XDG_RUNTIME_DIR|(?:stat|open|mkdir) \/\.\w/i,
    ],

    cause: `<tool> cannot write its auth file. HOME is / or belongs to another user, the file
      system is read-only, or config.json itself is a mount, which cannot be replaced.`,
    remedy: `Set 'isolate-docker-config: true', which gives the job its own copy. Or set HOME
      to a directory that the user of the runner can write to.`,
  },

  {
    id: 'registry-bad-request',
    patterns: [/status(?: ?code)?:? 400\b|\b400 Bad Request/i],

    cause: `The host of the registry and the region do not match. A token is valid only in the
      region that issued it.`,
    remedy: `Give the full host in 'registries', so that its own region issues the token:
      <registry>`,
  },

  {
    id: 'registry-denied',
    patterns: [
      /status(?: ?code)?:? 40[13]\b|\b40[13] (?:Unauthorized|Forbidden)/i,
      /unauthorized: |invalid username\/password|no basic auth credentials/i,
      /denied: (?:Not Authorized|Your authorization token)/i,
    ],

    cause: `The caller account cannot use this registry, or the policy of the VPC endpoint
      ecr.dkr, a service control policy or a proxy denies it.`,
    remedy: `Compare the caller account, in the log above, with the account of the registry.
      Then check the policy of the endpoint com.amazonaws.<region>.ecr.dkr, and what answers.`,
    commands: ['curl -sS -o /dev/null -D - https://<registry>/v2/'],
  },
];
