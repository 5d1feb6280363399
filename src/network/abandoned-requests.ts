import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

/** Which work a request belongs to. */
const working = new AsyncLocalStorage<AbortSignal>();

/**
 * Does work that makes requests, and ends those once nobody waits for them any more. For libraries that cannot be told
 * to stop: else what they have asked for goes on coming in, beside the next try.
 *
 * @param over aborts when nobody waits any more
 */
export async function endingRequests<Result>(
  over: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  const onStart = (message: unknown): void => {
    const { request } = message as { request: ClientRequest };
    if (working.getStore() === over) over.addEventListener('abort', () => request.destroy());
  };
  subscribe('http.client.request.start', onStart);
  try {
    return await working.run(over, work);
  } finally {
    unsubscribe('http.client.request.start', onStart);
  }
}
