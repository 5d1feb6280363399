import { HttpRequest } from '@smithy/core/protocols';
import type { HttpStandIn } from './http-stand-in.ts';

/** A request to a stand-in, as the clients of the AWS SDK hand one to their request handler. */
export function postTo({ host, port }: HttpStandIn): HttpRequest {
  return new HttpRequest({ protocol: 'http:', hostname: host, port, method: 'POST', path: '/' });
}
