import { describe, expect, test } from '@jest/globals';
import { authFileForJob, configForJob } from '../../../../src/container/isolation/config.ts';
import { TOOLS } from '../../../../src/container/tool.ts';

const HOST = '1.dkr.ecr.a.amazonaws.com';
const PORT = `${HOST}:443`;
const { docker, nerdctl, oras, helm } = TOOLS;

describe("docker's configuration for the job", () => {
  const kept = { auths: { 'ghcr.io': { auth: 'eA==' } }, proxies: { default: {} }, currentContext: 'c' };

  test('keeps everything that has to do with other registries', () => {
    expect(configForJob(kept, [HOST], [docker])).toEqual({ ...kept, auths: { ...kept.auths, [HOST]: {} } });
  });

  test('keeps helpers for other registries and none for the hosts', () => {
    const config = { credHelpers: { 'gcr.io': 'gcloud', [HOST]: 'ecr-login' } };
    expect(configForJob(config, [HOST], [docker])).toEqual({
      auths: { [HOST]: {} },
      credHelpers: { 'gcr.io': 'gcloud' },
    });
  });

  test('keeps a login that another step of the job has made', () => {
    const config = { auths: { [HOST]: { auth: 'eA==' } } };
    expect(configForJob(config, [HOST], [docker])).toEqual(config);
  });

  test.each([[[docker]], [[docker, nerdctl]], [[]]])(
    'sets a store for all registries aside for the hosts (%#)',
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
    'leaves the store to the registries that are in it, where a tool passes over an empty entry (%#)',
    (tools) => {
      const auths = { 'ghcr.io': {}, 'quay.io': { auth: 'eA==' }, 'azure.io': { identitytoken: 't' } };
      const config = { credsStore: 'desktop', credHelpers: { x: 'y', empty: '' }, auths };
      expect(configForJob(config, [HOST], tools)).toEqual({
        credHelpers: { 'ghcr.io': 'desktop', x: 'y' },
        auths: { ...auths, [HOST]: {} },
      });
    },
  );

  test('a helper of its own goes before the store', () => {
    const config = { credsStore: 'desktop', credHelpers: { 'ghcr.io': 'gh' }, auths: { 'ghcr.io': {} } };
    expect(configForJob(config, [HOST], [oras]).credHelpers).toEqual({ 'ghcr.io': 'gh' });
  });
});

describe("podman's auth file for the job", () => {
  test('has the logins of all files, the later before the earlier, and nothing else of them', () => {
    const docker = { auths: { a: { auth: '1' }, b: { auth: '1' }, mark: {} }, credsStore: 's', proxies: {} };
    const own = { auths: { b: { auth: '2' } }, credHelpers: { c: 'x' } };
    expect(authFileForJob([docker, own], [HOST])).toEqual({
      auths: { a: { auth: '1' }, b: { auth: '2' } },
      credHelpers: { c: 'x' },
    });
  });

  test('has no helper for the hosts, and no empty one, at which podman fails', () => {
    expect(authFileForJob([{ credHelpers: { [HOST]: 'ecr-login', other: '' } }], [HOST])).toEqual({
      auths: {},
    });
  });
});
