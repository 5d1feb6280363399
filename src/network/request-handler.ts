import type { NodeHttpHandler } from '../packages/aws-sdk.ts';
import { DeadlineHandler } from './deadline-handler.ts';
import type { Proxies } from './proxy.ts';

/** The `requestHandler` of an AWS client: with deadlines, and through the proxy if one is set. */
export async function requestHandler(proxies: Proxies | undefined): Promise<NodeHttpHandler> {
  if (proxies === undefined) return new DeadlineHandler();
  const { ProxiedHandler } = await import('./proxied-handler.ts');
  return new ProxiedHandler(proxies);
}
