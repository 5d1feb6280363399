import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { FAKE_DOCKER, useWorld, world } from '../harness/use-world.ts';

// All steps of all tests are searched for leaks. Here, actions of a few lines leak a secret key.

useWorld();

const WRITE = `require('fs').writeFileSync`;
const KEY = 'process.env.AWS_SECRET_ACCESS_KEY';

test.each([
  ['prints a secret', `console.log('the keys: ' + ${KEY})`, 'secret key in line 1'],
  [
    'prints a secret in base64, inside another text',
    `console.log(Buffer.from('x' + ${KEY}).toString('base64'))`,
    'secret key in line 1',
  ],
  [
    'prints a secret before the mask',
    `console.log(${KEY} + '\\n::add-mask::' + ${KEY})`,
    'secret key in line 1',
  ],
  [
    'saves a secret for post',
    `${WRITE}(process.env.GITHUB_STATE, 'key=' + ${KEY})`,
    'secret key in the state key',
  ],
  [
    'writes a secret to a file that others can read',
    `${WRITE}(process.env.HOME + '/keys', ${KEY})`,
    'keys, which others can read',
  ],
  [
    'gives a secret to a tool',
    `require('child_process').execFileSync('docker', ['logout', 'x'], { stdio: 'ignore' })`,
    'the variable AWS_SECRET_ACCESS_KEY of docker',
  ],
  [
    'sets an output to a password that is not masked',
    `${WRITE}(process.env.GITHUB_OUTPUT, 'docker_password=x')`,
    'not masked',
  ],
  [
    'prints another workflow command',
    `console.log('::set-output name=a::b')`,
    'the command set-output',
  ],
])('a step that %s fails its test', async (_, code, words) => {
  const dist = join(world.directory, 'action');
  mkdirSync(dist);
  writeFileSync(join(dist, 'index.js'), code);
  writeFileSync(join(dist, 'package.json'), '{ "type": "commonjs" }');

  const step = world.main({ env: world.keysEnv(), tools: FAKE_DOCKER, dist });
  await expect(step).rejects.toThrow(words);
});
