import { describe, expect, test } from '@jest/globals';
import { authFileForJob, configForJob } from '../../../../src/container/isolation/config.ts';
import { TOOLS } from '../../../../src/container/tool.ts';

const HOST = '1.dkr.ecr.a.amazonaws.com';
const PORT = `${HOST}:443`;
const { docker, nerdctl, oras, helm } = TOOLS;

describe('the config.json of a job', () => {
  const kept = { auths: { 'ghcr.io': { auth: 'eA==' } }, proxies: { default: {} }, currentContext: 'c' };

  test('keeps what concerns other registries', () => {
    expect(configForJob(kept, [HOST], [docker])).toEqual({ ...kept, auths: { ...kept.auths, [HOST]: {} } });
  });

  test('keeps credential helpers for other registries only', () => {
    const config = { credHelpers: { 'gcr.io': 'gcloud', [HOST]: 'ecr-login' } };
    expect(configForJob(config, [HOST], [docker])).toEqual({
      auths: { [HOST]: {} },
      credHelpers: { 'gcr.io': 'gcloud' },
    });
  });

  test('keeps the login of an earlier step of the job', () => {
    const config = { auths: { [HOST]: { auth: 'eA==' } } };
    expect(configForJob(config, [HOST], [docker])).toEqual(config);
  });

  test.each([[[docker]], [[docker, nerdctl]], [[]]])(
    'has no credential store for the registries of the step (%#)',
    (tools) => {
      const config = { credsStore: 'desktop', credHelpers: { x: 'y' }, auths: { 'ghcr.io': {} } };
      expect(configForJob(config, [HOST], tools)).toEqual({
        credsStore: 'desktop',
        credHelpers: { x: 'y', [HOST]: '', [PORT]: '' },
        auths: { 'ghcr.io': {}, [HOST]: {} },
      });
    },
  );

  test.each([[[oras]], [[docker, oras]], [[helm]], [[TOOLS['config-file']]]])(
    'keeps the store for the registries it lists only, if a tool ignores empty helpers (%#)',
    (tools) => {
      const auths = { 'ghcr.io': {}, 'quay.io': { auth: 'eA==' }, 'azure.io': { identitytoken: 't' } };
      const config = { credsStore: 'desktop', credHelpers: { x: 'y', empty: '' }, auths };
      expect(configForJob(config, [HOST], tools)).toEqual({
        credHelpers: { 'ghcr.io': 'desktop', x: 'y' },
        auths: { ...auths, [HOST]: {} },
      });
    },
  );

  test('a helper for a registry takes precedence over the store', () => {
    const config = { credsStore: 'desktop', credHelpers: { 'ghcr.io': 'gh' }, auths: { 'ghcr.io': {} } };
    expect(configForJob(config, [HOST], [oras]).credHelpers).toEqual({ 'ghcr.io': 'gh' });
  });
});

describe("podman's auth file of a job", () => {
  test('has the logins of all files, and nothing else; later files take precedence', () => {
    const docker = { auths: { a: { auth: '1' }, b: { auth: '1' }, mark: {} }, credsStore: 's', proxies: {} };
    const own = { auths: { b: { auth: '2' } }, credHelpers: { c: 'x' } };
    expect(authFileForJob([docker, own], [HOST])).toEqual({
      auths: { a: { auth: '1' }, b: { auth: '2' } },
      credHelpers: { c: 'x' },
    });
  });

  test('has no helper for the registries of the step, and no empty one, which podman rejects', () => {
    expect(authFileForJob([{ credHelpers: { [HOST]: 'ecr-login', other: '' } }], [HOST])).toEqual({
      auths: {},
    });
  });
});
