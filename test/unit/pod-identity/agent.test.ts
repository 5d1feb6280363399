import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { containerCredentials } from '../../../src/pod-identity/agent.ts';
import { containerSource } from '../../../src/pod-identity/source.ts';
import { type Fault, flood, hang } from '../../harness/faults.ts';
import { HttpStandIn } from '../../harness/http-stand-in.ts';

const environment = process.env;
const agent = new HttpStandIn(() => ({ status: 500 }));
beforeEach(async () => {
  await agent.listen();
  // The SDK's provider reads the environment of the process itself.
  process.env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/v1/credentials` };
});
afterEach(async () => {
  process.env = environment;
  await agent.stop();
});

test.each<[string, Fault]>([
  ['that is not answered', hang()],
  ['whose answer does not end', flood()],
])('a try %s takes its connection with it when it is given up', async (_, fault) => {
  agent.faults.once(fault);
  const connected = once(agent.server, 'connection');
  const source = containerSource(process.env);
  if (source === undefined) throw new Error('no container source');
  const abort = new AbortController();
  const asking = containerCredentials(source, { region: undefined, signal: abort.signal });
  asking.catch(() => {});
  const [socket] = await connected;
  await agent.seen();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  abort.abort(new Error('cancelled'));
  await expect(asking).rejects.toThrow('cancelled');
  await closed;
});
