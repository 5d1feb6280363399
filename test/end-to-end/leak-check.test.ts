import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { FAKE_DOCKER, useWorld, world } from '../harness/use-world.ts';

// Every step of every test goes through the check. Here an action of a few lines breaks it.

useWorld();

const KEY = 'process.env.AWS_SECRET_ACCESS_KEY';

test.each([
  ['prints it', `console.log('the keys: ' + ${KEY})`, 'secret key in line 1'],
  [
    'prints it in base64, as a part of another text',
    `console.log(Buffer.from('x' + ${KEY}).toString('base64'))`,
    'secret key in line 1',
  ],
  [
    'prints it before it masks it',
    `console.log(${KEY} + '\\n::add-mask::' + ${KEY})`,
    'secret key in line 1',
  ],
  [
    'saves it for post',
    `require('fs').writeFileSync(process.env.GITHUB_STATE, 'key=' + ${KEY})`,
    'secret key in the state key',
  ],
  [
    'writes it to a file that others can read',
    `require('fs').writeFileSync(process.env.HOME + '/keys', ${KEY})`,
    'keys, which others can read',
  ],
  [
    'hands it to a tool',
    `require('child_process').execFileSync('docker', ['logout', 'x'], { stdio: 'ignore' })`,
    'the variable AWS_SECRET_ACCESS_KEY of docker',
  ],
  [
    'sets a password that is not masked',
    `require('fs').writeFileSync(process.env.GITHUB_OUTPUT, 'docker_password=x')`,
    'not masked',
  ],
  ['issues a command', `console.log('::set-output name=a::b')`, 'the command set-output'],
])('a step that %s fails its test', async (_, code, words) => {
  const dist = join(world.directory, 'action');
  mkdirSync(dist);
  writeFileSync(join(dist, 'index.js'), code);
  writeFileSync(join(dist, 'package.json'), '{ "type": "commonjs" }');

  const step = world.main({ env: world.keysEnv(), tools: FAKE_DOCKER, dist });
  await expect(step).rejects.toThrow(words);
});
