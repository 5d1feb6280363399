// No more than a step must do: ask the agent for credentials, ask ECR for a token, log in. Nothing is signed, checked,
// masked, saved or explained. What the action costs is measured against this.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';

function ask(url, options, body = '') {
  return new Promise((resolve) => {
    const asked = request(url, { agent: false, ...options }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    });

    asked.end(body);
  });
}

const { env } = process;

const authorization = readFileSync(env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, 'utf8');
await ask(env.AWS_CONTAINER_CREDENTIALS_FULL_URI, { headers: { authorization } });

const target = 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken';
const call = { method: 'POST', headers: { 'x-amz-target': target } };
const { authorizationData } = await ask(env.BENCH_ECR, call, '{}');
const [{ authorizationToken, proxyEndpoint }] = authorizationData;

const login = Buffer.from(authorizationToken, 'base64').toString();
const [, user, password] = /^([^:]+):(.+)$/.exec(login);
const host = proxyEndpoint.replace(/^https?:\/\//, '');

const docker = spawn('docker', ['login', '--username', user, '--password-stdin', host]);
docker.stdin.end(password);
docker.on('close', (code) => process.exit(code));
