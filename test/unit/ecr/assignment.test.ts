import { expect, test } from '@jest/globals';
import { assignTokens } from '../../../src/ecr/assignment.ts';
import { planCalls, type TokenCall } from '../../../src/registry/calls.ts';
import { parseRegistries } from '../../../src/registry/entry.ts';
import type { Authorization } from '../../../src/registry/login.ts';

const [a, b, c] = ['111111111111', '222222222222', '333333333333'];
const host = (account: string): string => `${account}.dkr.ecr.eu-west-1.amazonaws.com`;

/** What ECR answers, the password telling which account it is for. */
function authorization(account: string, registry?: string): Authorization {
  const password = `of-${account}`;
  return { username: 'AWS', password, token: 'x', ...(registry === undefined ? {} : { registry }) };
}

function onlyCall(text: string): TokenCall {
  const [call, second] = planCalls(parseRegistries(text).entries, 'eu-west-1');
  if (call === undefined || second !== undefined) throw new Error('the test wants one call');
  return call;
}

function assigned(text: string, answer: readonly Authorization[]): unknown {
  const { logins, missing } = assignTokens(onlyCall(text), answer);
  return [logins.map(({ position, login }) => [position, login.registry, login.password]), missing];
}

test('each account gets its own password, in whatever order the response has them', () => {
  const answer = [authorization(b, host(b)), authorization(a, host(a))];
  expect(assigned(`${a},${b}`, answer)).toEqual([
    [
      [0, host(a), `of-${a}`],
      [1, host(b), `of-${b}`],
    ],
    [],
  ]);
});

test('the login is to the host as written, even where the response names another variant', () => {
  const written = `${a}.dkr-ecr.eu-west-1.on.aws`;
  expect(assigned(written, [authorization(a, host(a))])).toEqual([[[0, written, `of-${a}`]], []]);
});

test('the default registry is the one in the response', () => {
  expect(assigned('', [authorization(a, host(a))])).toEqual([[[0, host(a), `of-${a}`]], []]);
});

test('hosts without an account are assigned in the order of the IDs', () => {
  const answer = [authorization(a, '127.0.0.1:1'), authorization(b, '127.0.0.1:2')];
  expect(assigned(`${a},${b}`, answer)).toEqual([
    [
      [0, '127.0.0.1:1', `of-${a}`],
      [1, '127.0.0.1:2', `of-${b}`],
    ],
    [],
  ]);
});

test('hosts without an account are assigned to the IDs that are left', () => {
  const answer = [authorization(b, '127.0.0.1:2'), authorization(a, host(a))];
  expect(assigned(`${a},${b}`, answer)).toEqual([
    [
      [0, host(a), `of-${a}`],
      [1, '127.0.0.1:2', `of-${b}`],
    ],
    [],
  ]);
});

test('a registry without a token is missing; where the order tells nothing, no token is assigned by it', () => {
  expect(assigned(`${a},${b}`, [authorization(b, host(b))])).toEqual([[[1, host(b), `of-${b}`]], [a]]);
  expect(assigned(`${a},${b}`, [authorization(a, '127.0.0.1:1')])).toEqual([[], [a, b]]);
  expect(assigned(host(a), [authorization(c, host(c))])).toEqual([[], [host(a)]]);
});

test('the one token of ECR Public is for each of its hosts in the request', () => {
  expect(assigned('public.ecr.aws', [authorization('public')])).toEqual([
    [[0, 'public.ecr.aws', 'of-public']],
    [],
  ]);
  expect(assigned('ecr-public.aws.com/alias', [])).toEqual([[], ['ecr-public.aws.com']]);
});

test('a response without the default registry', () => {
  expect(assigned('', [])).toEqual([[], ['of the caller account']]);
});
