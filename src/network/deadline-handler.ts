import { NodeHttpHandler } from '../packages/aws-sdk.ts';

/**
 * How long one attempt of a call to AWS may take, in milliseconds. The SDK has no deadline of its own: a service that
 * accepts the connection and never responds would hang the process.
 */
export const CALL_DEADLINES = {
  /** Until the connection is established, including the DNS lookup. */
  connectionMs: 5_000,
  /** Until the response is complete. */
  responseMs: 15_000,
} as const;

/** The deadlines as options of the SDK's HTTP handler. */
export const HANDLER_OPTIONS = {
  connectionTimeout: CALL_DEADLINES.connectionMs,
  requestTimeout: CALL_DEADLINES.responseMs,
  // Without it the handler only warns.
  throwOnRequestTimeout: true,
} as const;

type Handle = NodeHttpHandler['handle'];

/** The SDK's HTTP handler with a deadline for the whole response: its own ends where the response begins. */
export class DeadlineHandler extends NodeHttpHandler {
  constructor(options: ConstructorParameters<typeof NodeHttpHandler>[0] = HANDLER_OPTIONS) {
    super(options);
  }

  override async handle(...args: Parameters<Handle>): ReturnType<Handle> {
    const start = performance.now();
    const result = await super.handle(...args);
    const { body } = result.response;
    const leftMs = CALL_DEADLINES.responseMs - (performance.now() - start);
    const timer = setTimeout(() => body.destroy(new ResponseTimeout()), leftMs);
    body.on('close', () => clearTimeout(timer));
    return result;
  }
}

/** A response that began and did not end in time. The SDK takes an error of this name for transient. */
class ResponseTimeout extends Error {
  constructor() {
    super(`the response was not complete within ${CALL_DEADLINES.responseMs / 1000} s`);
    this.name = 'TimeoutError';
  }
}
