import type { NodeHttpHandler } from '../packages/aws-sdk.ts';
import { DeadlineHandler } from './deadline-handler.ts';
import type { Proxies } from './proxy.ts';

/** What an AWS client takes as `requestHandler`: the deadlines, and the way through a proxy where one is named. */
export async function requestHandler(proxies: Proxies | undefined): Promise<NodeHttpHandler> {
  if (proxies === undefined) return new DeadlineHandler();
  const { ProxiedHandler } = await import('./proxied-handler.ts');
  return new ProxiedHandler(proxies);
}
