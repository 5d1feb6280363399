import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { addressRefusal } from './container-address.ts';

/** A refusal in full, as `fromHttp` does not show it: of an answer that is not JSON it drops the text. */
export type AgentResponse = { readonly status: number; readonly text: string };

/** In milliseconds, from start to end. The request only explains a refusal; it must not hold up the step. */
const DEADLINE_MS = 2_000;

/** How much of the text is read, in bytes. */
const LONGEST_TEXT = 64 * 1024;

/**
 * Asks once more what was just refused, for the words of the refusal; undefined where there are none to be had. What
 * an answer with credentials holds is thrown away unread. An address that the SDK takes no credentials from is not asked:
 * the token would go there, and what was refused was not said by it.
 * The request has an agent of its own, so no proxy settings of the process apply to it.
 */
export async function fetchRefusal(
  uri: string,
  token: string | undefined,
  signal: AbortSignal,
): Promise<AgentResponse | undefined> {
  if (addressRefusal(uri) !== undefined) return undefined;
  try {
    return await ask(new URL(uri), token, AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]));
  } catch {
    return undefined;
  }
}

function ask(url: URL, token: string | undefined, signal: AbortSignal): Promise<AgentResponse | undefined> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers = { accept: 'application/json', ...(token !== undefined && { authorization: token }) };
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false, headers, signal });
    asked.on('error', reject);
    asked.on('response', (response) => {
      const { statusCode: status = 0 } = response;
      if (status < 300) resolve(undefined);
      else readText(response).then((text) => resolve({ status, text }), reject);
      if (status < 300) asked.destroy();
    });
    asked.end();
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk.subarray(0, LONGEST_TEXT - size));
    size += chunk.length;
    if (size >= LONGEST_TEXT) break;
  }
  return Buffer.concat(chunks).toString('utf8').trim();
}
