export const id=4,ids=[4],modules={4:((B,D,E)=>{E.d(D,{explain:()=>N});var m=E(44),L=[{id:"command-file",cause:`The user of this container is neither root nor the user of the runner (uid 1001
      in the image of ARC), who alone can write the files by which steps report to the
      runner. No action works for such a user.`,remedy:{text:`Run the job as root, or as uid 1001: in the kubernetes modes of ARC by the
        template of the job pods, with docker by the options of the container. Where HOME is
        / then, set HOME, or 'isolate-docker-config: true'.`,commands:["spec:","  securityContext:","    runAsUser: 1001","container:","  options: --user 1001"]}},{id:"client-missing",cause:"<tool> is not installed on the runner, or its directory is not on PATH.",remedy:{text:`Install the client in the runner image, or choose another one with
        'container-cli'. A login does not need a daemon. For builders that read docker's
        config.json, such as kaniko or buildctl, set 'container-cli: config-file'.`}},{id:"client-missing-in-job",cause:`This job uses 'container:', so this step runs in the container of the job, and
      its image does not have <tool>.`,remedy:{text:`Use a job image that has the client, such as docker:cli or, in the kubernetes
        modes of ARC, quay.io/buildah/stable. Or set 'container-cli: config-file', for a
        builder that reads docker's config.json. Or run the job without 'container:',
        where the runner allows it. The images of 'container:' and
        'services:' themselves are pulled before any step: set 'credentials:' there or,
        except in the kubernetes modes, use the job hook.`,commands:["container:","  image: docker:cli"]}},{id:"user-namespace",patterns:[/newuidmap|newgidmap|join the existing user namespace|cannot clone: /,/unknown userid/],cause:`<tool> needs a user namespace or an entry for its user in /etc/passwd, and
      this image, user or security context does not provide it.`,remedy:{text:`Log in with skopeo, which needs neither and uses the same auth file: set
        'container-cli: skopeo'. A build with podman or buildah needs the namespace all
        the same.`}},{id:"docker-daemon-unreachable",patterns:[/Cannot connect to the Docker daemon|failed to connect to the docker API/i,/error during connect:|permission denied while trying to connect/i,/unable to resolve docker endpoint/i],cause:`docker cannot reach the Docker daemon that DOCKER_HOST or its context names.
      In docker-in-docker mode, the daemon can start after the runner.`,remedy:{text:`Check DOCKER_HOST, DOCKER_CONTEXT and DOCKER_CERT_PATH, and whether the user
        of the runner can open the socket. Wait for the daemon in a step before this one.`,commands:["timeout 60 sh -c 'until docker info; do sleep 1; done'"]}},{id:"ecr-login-helper",patterns:[/not implemented/],cause:`The configuration of <tool> names the credential helper ecr-login. The helper
      gets tokens from Amazon ECR by itself, and stores no logins.`,remedy:{text:`Keep either the helper or this step. Often the helper is the better choice:
        version 0.8 and later supports EKS Pod Identity. To keep both, use version 0.9 or
        later and set the variable AWS_ECR_IGNORE_CREDS_STORAGE to true for the job. To
        set the helper aside for this job, set 'isolate-docker-config: true'.`}},{id:"credential-store-failed",patterns:[/error (?:storing|getting) credentials|docker-credential-[\w-]{1,60}/i,/failed to store the credentials for \S{1,300}: (?!failed to |open |mkdir )/i],cause:`The credential store of <tool> is not installed, is locked, or did not accept
      the password. Some clients find the store of the operating system by themselves, and
      that of Windows does not accept passwords as long as those of Amazon ECR.`,remedy:{text:`Set 'isolate-docker-config: true', which gives the job its own configuration
        without a credential store.`}},{id:"auth-file-invalid",patterns:[/unmarshaling JSON|failed to decode config file/i,/not valid JSON|form of a docker configuration/i,/is a directory|EISDIR|not a directory|ENOTDIR|file exists|EEXIST|regular file/i],cause:`The auth file of <tool> is not valid JSON, or its path is wrong: a directory
      in place of the file, or a file in place of a directory.`,remedy:{text:`Correct the file or its path. DOCKER_CONFIG must name a directory, and
        REGISTRY_AUTH_FILE a file. If that is not possible, set
        'isolate-docker-config: true'.`,commands:["ls -ld ~/.docker ~/.docker/config.json; jq . ~/.docker/config.json"]}},{id:"auth-file-not-writable",patterns:[/permission denied|operation not permitted|Access is denied|EACCES|EPERM/i,/read-only file system|EROFS|resource busy|being used by another process/i,/not owned by the current user|XDG_RUNTIME_DIR|(?:stat|open|mkdir) \/\.\w/i],cause:`<tool> cannot write its auth file. HOME is / or belongs to another user, the
      file system is read-only, or config.json itself is a mount, which cannot be
      replaced.`,remedy:{text:`Set 'isolate-docker-config: true', which gives the job its own copy of the
        configuration. Or set HOME to a directory that the user of the runner can write
        to, and mount the directory in place of config.json.`}},{id:"registry-bad-request",patterns:[/status(?: ?code)?:? 400\b|\b400 Bad Request/i],cause:`The registry refuses the token, which is valid only in the region that issued
      it. The host of the registry and the region do not match.`,remedy:{text:`Give the full host in 'registries', so that its own region issues the token:
        <registry>`}},{id:"registry-denied",patterns:[/status(?: ?code)?:? 40[13]\b|\b40[13] (?:Unauthorized|Forbidden)/i,/unauthorized: |invalid username\/password|no basic auth credentials/i,/denied: (?:Not Authorized|Your authorization token)/i],cause:`The registry denies access. The caller account cannot use this registry, or
      the policy of the VPC endpoint ecr.dkr, a service control policy or a proxy forbids
      it.`,remedy:{text:`Compare the account of the credentials, which the log above names, with the
        account of the registry. Then check the policy of the endpoint
        com.amazonaws.<region>.ecr.dkr, and what answers.`,commands:["curl -sS -o /dev/null -D - https://<registry>/v2/"]}}],K=e=>e.replace(/\n */g," "),f=`aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface
  --vpc-id <vpc-id> --subnet-ids <subnet-ids> --region <region>
  --service-name com.amazonaws.<region>`,g=[/ENOTFOUND|EAI_AGAIN|E(?:CONN|HOST|NET|ADDR)[A-Z]{2,20}|ETIMEDOUT|EPIPE/,/socket hang up|no (?:response|connection) within|TimeoutError|AggregateError/],b=`--cluster-name <cluster> --region <region>
  --namespace <namespace> --service-account <service-account>`,u=`aws eks list-pod-identity-associations ${b}`,d=`aws eks create-pod-identity-association ${b}
  --role-arn <role-arn>`,T=`kubectl get pods -n kube-system
  -l app.kubernetes.io/name=eks-pod-identity-agent
  --field-selector spec.nodeName=<node> -o name`,v=[T,"kubectl logs -n kube-system <agent-pod>"],p="/var/run/secrets/pods.eks.amazonaws.com/serviceaccount",S=`AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: ${p}/eks-pod-identity-token`,A="http://169.254.170.23/v1/credentials",I="http://[fd00:ec2::23]/v1/credentials",x={cause:`This job uses 'container:'. The runner creates that container with docker, which
    passes only what the workflow sets, so the variables, the token and the region of EKS
    Pod Identity do not reach it.`,remedy:{text:`Pass them to the container, or run this step in a job without 'container:'. On
      IPv6 clusters, the URI is ${I}. If the runner is not a pod on EKS, get
      credentials in a step before this one. To use the role of the machine, set
      'credential-source: default-chain' and 'aws-region'.`,commands:["container:","  env:",`    AWS_CONTAINER_CREDENTIALS_FULL_URI: ${A}`,`    ${S}`,"    AWS_REGION: <region>","  volumes:",`    - ${p}:${p}:ro`]}},y=`Service account <service-account> in namespace <namespace> has no EKS
  Pod Identity association, or this pod is older than it. EKS sets its variables, the region
  among them, when it creates a pod, and never later.`,w=/credentials from any providers|instance metadata|EC2 metadata/i,j=[{id:"no-association",patterns:[/ResourceNotFoundException/],cause:`This cluster has no EKS Pod Identity association for service account
      <service-account> in namespace <namespace>, or it is only a few seconds old.`,remedy:{text:"Create the association, and run the job again.",commands:[d]}},{id:"role-trust-policy",patterns:[/permissions? to assume|\bassume (?:the )?role\b|trust policy/i],cause:`EKS cannot assume the role of the association, or its target role. The trust
      policy does not allow pods.eks.amazonaws.com sts:AssumeRole and sts:TagSession, or
      one of its conditions does not match: aws:SourceArn (the cluster),
      aws:SourceAccount, or a session tag such as aws:RequestTag/kubernetes-namespace.`,remedy:{text:`Find the roles, and correct their trust policies. The role needs the
        statement below. A target role needs one that allows the same actions to the role
        of the association.`,commands:[u,`aws eks describe-pod-identity-association --cluster-name <cluster>
          --region <region> --association-id <association-id>`,"aws iam get-role --role-name <role> --query Role.AssumeRolePolicyDocument",`{ "Effect": "Allow", "Principal": { "Service": "pods.eks.amazonaws.com" },
          "Action": ["sts:AssumeRole", "sts:TagSession"] }`]}},{id:"service-account-deleted",patterns:[/service ?account .{0,300}has been deleted/i],cause:`The service account of this pod was deleted, perhaps to be created anew, or its
      deletion waits for a finalizer. EKS refuses the tokens of pods that had it.`,remedy:{text:`Look at the service account. If it is there and its deletionTimestamp is empty,
        delete the idle runners, or run the job again if it has a pod of its own.`,commands:[`kubectl get serviceaccount <service-account> --namespace <namespace>
          --output jsonpath='{.metadata.deletionTimestamp}'`]}},{id:"eks-auth-denied",patterns:[/AccessDeniedException/],cause:`The agent calls EKS Auth with the role of the node, <principal>, and the
      policies of that role do not allow it.`,remedy:{text:`Attach the policy AmazonEKSWorkerNodePolicy to the role of the node, or add
        this statement to its policies.`,commands:['{ "Effect": "Allow", "Action": "eks-auth:AssumeRoleForPodIdentity", "Resource": "*" }']}},{id:"node-credentials",patterns:[/security token included/,/UnrecognizedClientException|InvalidSignatureException/,/no EC2 IMDS role found|failed to refresh cached credentials/],cause:`The agent signs its calls with the credentials of the node, and these are
      missing, expired or invalid: the node has no instance profile, the agent cannot
      reach the instance metadata, or the clock of the node is wrong. The token of this
      pod is not the cause.`,remedy:{text:"Check the instance profile of the node, then the log of the agent on it.",commands:[`aws ec2 describe-instances --region <region>
          --filters Name=private-dns-name,Values=<node>
          --query 'Reservations[].Instances[].IamInstanceProfile'`,...v]}},{id:"token-expired",patterns:[/token is expired|token is not valid yet/,/ExpiredTokenException|credentials are expired or will expire/],alsoIf:{token:"expired"},cause:`The service account token is a copy, which Kubernetes does not renew, or the
      clock of the node is wrong.`,remedy:{text:`Let AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE name the file that EKS mounts, not a
        copy. If it does, synchronize the clock of the node with NTP, and check it.`,commands:["date -u; chronyc tracking"]}},{id:"token-invalid",requires:{tokenFile:"other"},patterns:[/audience in identity token|token cannot be (?:empty|parsed)/,/failed basic claim validations|missing (?:pod|kubernetes\.io) claims/,/failed to get pod uid|InvalidTokenException/,/Invalid character in header content|invalid \\r\\n sequence/],alsoIf:{token:"other-audience"},cause:`The token is not the token that EKS mounts for EKS Pod Identity: it is empty or
      malformed, it has another audience than pods.eks.amazonaws.com, or it belongs to
      another cluster.`,remedy:{text:"Do not set AWS_CONTAINER_AUTHORIZATION_TOKEN, and use the file that EKS mounts.",commands:["env:",`  ${S}`]}},{id:"container-job-token",requires:{runner:"container-job"},patterns:[/, (open|stat) '/],...x},{id:"container-job",areas:["credentials"],requires:{runner:"container-job",source:"default-chain"},patterns:[w,/, open '/i],...x},{id:"token-file",patterns:[/, (open|stat) '|regular file/],cause:`The token file <token-file> does not exist, or the user of the runner cannot
      read it. A container that docker runs in the pod can have the variable without the
      volume.`,remedy:{text:`Mount ${p} into that container. If the file exists, let the group of
        the runner read it, in the pod template.`,commands:["securityContext:","  fsGroup: 1001"]}},{id:"eks-auth-unreachable",patterns:[/: \[\]/],cause:`The agent runs, but EKS Auth does not answer it, or something on the route
      between them answers instead: a proxy, a TLS inspection or a service mesh.`,remedy:{text:`Read the log of the agent on this node, which names the cause, such as DNS, a
        timeout or a certificate (x509). A node without a route to the internet needs the
        VPC endpoint, with port 443 open to the node.`,commands:[...v,`${f}.eks-auth`]}},{id:"eks-auth-failed",patterns:[/InternalServerException|ServiceUnavailableException/],cause:"EKS Auth fails. The agent has called it several times before each answer.",remedy:{text:`Run the job again. If the error persists, look for an event of Amazon EKS in
        <region> on the AWS Health Dashboard: https://health.aws.amazon.com`}},{id:"agent-throttled",patterns:[/ThrottlingException|Too Many Requests|retry quota exceeded/],alsoIf:{status:429},cause:`The agent or EKS Auth throttles the requests. Many pods start at the same time,
      or agent 0.2.2 uses up the quota: it renews the credentials of pods that have ended
      (aws/eks-pod-identity-agent issue 171).`,remedy:{text:`Run the job again. If the error persists, start fewer runners at the same time,
        ask AWS Support for a higher quota of EKS Auth, and check the version of the agent.`,commands:[`kubectl get daemonset -n kube-system eks-pod-identity-agent
          -o jsonpath='{.spec.template.spec.containers[0].image}'`]}},{id:"agent-region-missing",patterns:[/Missing Region/],cause:`The agent does not know its region. The EKS add-on sets it; the agent was
      installed in another way.`,remedy:{text:"Install the agent as the EKS add-on, or set its region.",commands:["kubectl set env -n kube-system daemonset/eks-pod-identity-agent AWS_REGION=<region>"]}},{id:"container-uri-wrong",patterns:[/Invalid URL|URL not accepted|404 page not found|through invalid address/i,/not valid JSON|RFC.?3339|(?:not of the required|has another) format/i],alsoIf:{endpoint:"other"},cause:`AWS_CONTAINER_CREDENTIALS_FULL_URI does not name the EKS Pod Identity agent. It
      was set by hand, or a proxy or service mesh answers at its address.`,remedy:{text:`Do not set the variable in the pod or the workflow: EKS sets ${A}, or
        ${I} on IPv6 clusters. Exclude these addresses from proxies and service
        meshes.`}},{id:"agent-unreachable",patterns:[/connect E[A-Z]{2,20}/,...g,/aborted/],cause:`The EKS Pod Identity agent does not answer at <uri>. It does not run on this
      node, a network policy blocks the address, or this step runs in a container without
      a route to it.`,remedy:{text:`Look for the agent on this node, and install the add-on if the cluster does
        not have it (EKS Auto Mode has it built in). Allow 169.254.170.23/32 and
        fd00:ec2::23/128, TCP port 80, in network policies.`,commands:[T,`aws eks create-addon --cluster-name <cluster> --region <region>
          --addon-name eks-pod-identity-agent`]}},{id:"metadata-hostname",areas:["pod-identity","credentials"],patterns:[/is not a valid container metadata service hostname/],cause:`An old provider of the AWS SDK, which does not support EKS Pod Identity, hides
      the real error. amazon-ecr-login 2.0.1 and earlier always fail with this message in
      a pod.`,remedy:{text:"Set 'credential-source: container' to see the real error."}},{id:"no-pod-identity-arc",cause:y,remedy:{text:`Look for an association, and create it if there is none. Wait ten seconds, and
        delete the idle runners: those that ARC creates for them get the variables. To
        delete this pod is of no use, since it ends with its job. The older controller,
        with RunnerDeployment, has no ephemeral runners: delete its idle pods.`,commands:[u,d,"kubectl get ephemeralrunners --namespace <namespace>","kubectl delete ephemeralrunner --namespace <namespace> <idle-runner>"]}},{id:"no-pod-identity-job",cause:y,remedy:{text:`Look for an association of the service account of the job pods, and create it
        if there is none. Wait ten seconds, and run the job again: each job has a new pod.`,commands:[u,d]}},{id:"no-pod-identity",cause:y,remedy:{text:`Look for an association, and create it if there is none. Wait ten seconds, and
        delete the runner pod: the new pod gets the variables.`,commands:[u,d,"kubectl delete pod --namespace <namespace> <pod>"]}}],R=["- uses: aws-actions/configure-aws-credentials@v6","  with:","    role-to-assume: <role-arn>","    aws-region: <region>"],W=[{id:"github-hosted-no-credentials",requires:{runner:"github-hosted",source:"default-chain"},patterns:[w],cause:`GitHub-hosted runners have no AWS credentials. A step before this one must get
      them with OpenID Connect.`,remedy:{text:"Allow the job to request a token, and assume a role with it.",commands:["permissions:","  contents: read","  id-token: write","steps:",...R]}},{id:"no-credentials",requires:{source:"default-chain"},patterns:[w],cause:"The default chain of the AWS SDK found no credentials on this runner.",remedy:{text:`Create an EKS Pod Identity association and a new runner pod, or get
        credentials in a step before this one.`,commands:[d,...R]}},{id:"irsa-refused",patterns:[/AssumeRoleWithWebIdentity|No OpenIDConnect provider|Incorrect token audience/,/IDPCommunicationError|configured thumbprint/],cause:`AWS STS does not accept the web identity of the pod (IRSA). The trust policy
      of the role in AWS_ROLE_ARN names another service account, namespace or audience, or
      the account of the role has no OIDC provider that matches the cluster.`,remedy:{text:`Compare the OIDC providers with the issuer of the cluster, and the trust
        policy with the condition below.`,commands:[`aws eks describe-cluster --name <cluster> --region <region>
          --query cluster.identity.oidc.issuer`,"aws iam list-open-id-connect-providers","aws iam get-role --role-name <role> --query Role.AssumeRolePolicyDocument",`"StringEquals": {
          "<oidc-provider>:sub": "system:serviceaccount:<namespace>:<service-account>",
          "<oidc-provider>:aud": "sts.amazonaws.com" }`]}},{id:"irsa-token",patterns:[/InvalidIdentityToken|Token expired|, open '[^']{0,200}token/],cause:`The file in AWS_WEB_IDENTITY_TOKEN_FILE is missing or cannot be read, or its
      token is invalid or expired. A 'container:' job can have the variable without the
      file.`,remedy:{text:`Let the variable name the file that EKS mounts, not a copy:
        /var/run/secrets/eks.amazonaws.com/serviceaccount/token. Mount its directory into
        the container of the job.`}},{id:"sts-unreachable",patterns:g,cause:`This runner cannot reach AWS STS, or another service that returns the
      credentials. A subnet without a route to the internet needs a VPC endpoint.`,remedy:{text:"Create the endpoint, with port 443 open to the runner.",commands:[`${f}.sts`]}},{id:"profile-failed",requires:{source:"profile"},cause:`AWS_PROFILE selects profile <profile>, which does not exist on this runner or
      returned no credentials. Falling back would silently use a different identity.`,remedy:{text:`Test the profile on the runner, as its user. To create the profile, use input
        'aws-profile' of aws-actions/configure-aws-credentials. To use other credentials,
        unset AWS_PROFILE.`,commands:["aws sts get-caller-identity --profile <profile>"]}}],U=[/no such host|server misbehaving|name resolution|getaddrinfow/,/connection re(?:fused|set)|actively refused/,/no route to host|unreachable (?:network|host)|network is unreachable/,/i\/o timeout|handshake timeout|deadline exceeded|Client\.Timeout|timed out/,/did not properly respond|forcibly closed|broken pipe|\bEOF\b/],z=[{id:"account-not-allowed",cause:`The credentials are not those that the workflow expects, or a custom endpoint
      (AWS_ENDPOINT_URL) does not name the account. No login was made. The log above names
      the credentials, and why they are used.`,remedy:{text:"Use other credentials, or add the account to 'allowed-account-ids'."}},{id:"region-missing",cause:`The default registry, and registries given by account ID, need the region of
      the step.`,remedy:{text:`Set input 'aws-region', for example to eu-west-1, or give each registry by
        its host.`}},{id:"clock",areas:["ecr","credentials"],patterns:[/Signature expired|Signature not yet current/,/RequestTimeTooSkewed|RequestExpired|RequestInTheFuture/],cause:`The clock of this machine is wrong by more than five minutes, so AWS refuses
      its signatures.`,remedy:{text:"Synchronize the clock with NTP, and check it.",commands:["date -u; chronyc tracking"]}},{id:"keys-invalid",areas:["ecr","credentials"],patterns:[/security token included|UnrecognizedClientException/,/InvalidClientTokenId|InvalidAccessKeyId|AuthFailure/,/InvalidSignatureException|SignatureDoesNotMatch|IncompleteSignature/],cause:`The credentials have expired, or AWS does not accept them: the access key was
      deleted or mistyped, it lacks its session token, or it belongs to another partition.`,remedy:{text:`Get new credentials right before this step. Set AWS_ACCESS_KEY_ID,
        AWS_SECRET_ACCESS_KEY and, for temporary keys, AWS_SESSION_TOKEN together, and
        test them.`,commands:["aws sts get-caller-identity --region <region>"]}},{id:"ecr-throttled",areas:["ecr","client"],patterns:[/ThrottlingException|LimitExceeded|Rate exceeded/i,/Too ?Many ?Requests|status(?: ?code)?:? 429\b/i],cause:`Too many requests at the same time. All callers of an account share the quota
      of a region: 500 tokens a second, or 200 for ECR Public.`,remedy:{text:`Run the job again. If the error persists, start the runners at different
        times, or request a higher quota in Service Quotas.`}},{id:"certificate",areas:["ecr","credentials","client"],patterns:[/self-signed certificate|unable to (?:verify|get) |altnames|x509: |CERT_/,/certificate (?:has expired|is not yet valid)/,/wrong version number|packet length too long|ERR_TLS/],cause:`The certificate of the server is not trusted. A proxy inspects TLS with a
      private certificate authority, another server answers under this name, or the clock
      of this machine is wrong.`,remedy:{text:`Look at the certificate. If it is from a private authority, name its file in
        NODE_EXTRA_CA_CERTS for this action, and in SSL_CERT_FILE for the client. A Docker
        daemon reads /etc/docker/certs.d/<registry>/ca.crt.`,commands:[`openssl s_client -connect <host>:443 </dev/null |
          openssl x509 -noout -subject -issuer -dates`]}},{id:"ecr-unreachable",areas:["ecr","client"],patterns:[...g,...U],cause:`This runner cannot reach Amazon ECR in <region>. The region is wrong, DNS or
      the route does not work, or the endpoint does not exist: ECR Public has no FIPS
      endpoint.`,remedy:{text:`Check the region and AWS_USE_FIPS_ENDPOINT. A subnet without a route to the
        internet needs the VPC endpoints ecr.api, ecr.dkr (both with port 443 open to the
        runner) and s3 (a gateway). ECR Public has none: it needs a NAT gateway or a
        proxy.`,commands:[`${f}.ecr.<endpoint>`]}}],q=/User: (?<principal>\S{1,300}) is not authorized to perform: (?<action>[\w-]{1,60}:\w{1,90})(?: on resource: (?<resource>\S{1,300}))?/,_=/because no (?<policy>(?:service|resource) control policy|permissions boundary|sessions? policy|VPC endpoint policy) allows/,F=/^arn:([\w-]{1,20}):sts::(\d{12}):assumed-role\/([\w+=,.@-]{1,64})\/[\w+=,.@-]{1,64}$/;function $(e){let t=q.exec(e)?.groups,n=t?.principal?.replace(F,"arn:$1:iam::$2:role/$3");return{...t,..._.exec(e)?.groups,principal:n}}var M=[{id:"explicit-deny",patterns:[/with an explicit deny/],cause:`A policy explicitly denies <action> to <principal>. An explicit deny overrides
      every Allow. Most messages name the kind of policy.`,remedy:{text:`Ask the owner of that policy to remove the Deny, or to exempt <principal>
        from it. Service control and resource control policies belong to the AWS
        organization, permissions boundaries to the IAM administrators, session policies
        to the step that assumes the role, endpoint policies to the VPC.`}},{id:"not-allowed-by-limit",patterns:[_],cause:`No <policy> allows <action>, so <principal> cannot use it, whatever its own
      policies allow.`,remedy:{text:`Ask the owner of that policy to allow the action. In the policy of a VPC
        endpoint, the statement also needs "Principal": { "AWS": "<principal>" }.`,commands:['{ "Effect": "Allow", "Action": "<action>", "Resource": "*" }']}},{id:"ecr-permission-missing",areas:["ecr"],patterns:[/is not authorized to perform: (?:ecr(?:-public)?:|sts:GetServiceBearerToken)/],cause:"The policies of <principal> do not allow <action>.",remedy:{text:`Add the statement for the registries that you use to the policies of
        <principal>. For pulls and pushes, attach AmazonEC2ContainerRegistryPowerUser as
        well.`,commands:['Amazon ECR: { "Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*" }',`ECR Public: { "Effect": "Allow", "Action": ["ecr-public:GetAuthorizationToken",
          "sts:GetServiceBearerToken"], "Resource": "*" }`]}},{id:"role-not-assumable",areas:["credentials"],patterns:[/is not authorized to perform: sts:(?:AssumeRole|TagSession)\b/],cause:`<principal> cannot assume the role <resource>: its own policies or the trust
      policy of the role do not allow it, or a condition, such as an external ID, does not
      match.`,remedy:{text:`Add the first statement to the policies of <principal>, and the second to the
        trust policy of the role. A session of EKS Pod Identity has tags, so it needs
        sts:TagSession.`,commands:[`{ "Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"],
          "Resource": "<resource>" }`,`{ "Effect": "Allow", "Principal": { "AWS": "<principal>" },
          "Action": ["sts:AssumeRole", "sts:TagSession"] }`]}}],O={text:`Write the proxy as http://host:port, keep it as a secret, and put user:password@
    before the host if it requires a login. Write special characters as %XX: @ is %40,
    / is %2F.`,commands:["with:","  http-proxy: ${{ secrets.PROXY_URL }}"]},G=[{id:"proxy-url-invalid",cause:"The URL of the proxy is not valid.",remedy:O},{id:"proxy-login",patterns:[/refused the connection to \S{1,300}: 407|Proxy Authentication Required/],cause:"The proxy requires a user and a password, or refuses those in its URL.",remedy:O},{id:"proxy-failed",patterns:[/refused the connection to \S{1,300}: \d|proxyconnect/,/The proxy .{1,300}(?:cannot be reached|did not answer with HTTP|passed on nothing)/,/(?:Get|Head|Post) "https:[^" ]{1,300}": (?:Forbidden|Filtered|Bad |Service Unavailable|Gateway )/],cause:`The proxy does not answer at its address, its rules do not allow this
      connection, or its URL begins with https:// although it does not use TLS.`,remedy:{text:`Correct the URL, allow the host on the proxy, or bypass the proxy, for
        example for a VPC endpoint. If the message begins with "Error response from
        daemon", change the proxy of the Docker daemon.`,commands:["env:","  HTTPS_PROXY: http://proxy.example.com:3128","  NO_PROXY: .amazonaws.com"]}}],a=(e,...t)=>e.map(n=>({areas:t,...n})),C=[...a(M,"pod-identity","credentials","ecr"),...a(j,"pod-identity"),...a(G,"credentials","ecr","client"),...a(L,"client"),...a(z,"ecr"),...a(W,"credentials")];function N(e){if(e instanceof AggregateError)return[...new Set(e.errors.map(N))].join(`
`);let t=(0,m.bD)(e);if(!(e instanceof m.HR))return t;let{details:n="",facts:r,commands:h=[]}=e.options,i=`${t}
${n}`,o=H(e,i);if(o===void 0)return t;let{cause:c,remedy:s}=o,l={...r,...$(i)},k=[`What to do: ${s.text}`,...s.commands??[],...h];return[t,P(`Likely cause: ${c}`,l,Y),...k.map(X=>P(X,l,V))].join(`
`)}function H({options:e},t){let{area:n,knownError:r,situation:h={}}=e;if(r!==void 0)return C.find(({id:o})=>o===r);let i=(o={})=>Object.entries(o).every(([c,s])=>h[c]===s);return C.find(({areas:o,patterns:c,requires:s,alsoIf:l})=>n===void 0||!o.includes(n)?!1:(c?.some(k=>k.test(t))??s!==void 0)&&i(s)||l!==void 0&&i(l))}var V=/^[\w./][\w.,:/@+=-]{0,299}$/,Y=/^[\w./][\w.,:/@+=[\] -]{0,299}$/;function P(e,t,n){return(0,m.nI)(K(e)).replace(/<([a-z]+(?:-[a-z]+)*)>/g,(r,h)=>{let i=h.replace(/-(\w)/g,(c,s)=>s.toUpperCase()),o=t[i];return o!==void 0&&n.test(o)?o:r})}})};
