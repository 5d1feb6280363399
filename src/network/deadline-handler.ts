import { NodeHttpHandler } from '../packages/aws-sdk.ts';

/**
 * How long one attempt of a call to AWS may take, in milliseconds. The SDK has no deadline of its own: a service that
 * accepts and never answers would hang the process for ever.
 */
export const CALL_DEADLINES = {
  /** Until the connection stands, name look-up included. */
  connectionMs: 5_000,
  /** Until the whole answer is there. */
  answerMs: 15_000,
} as const;

/** The deadlines in the words of the SDK's HTTP handler. */
export const HANDLER_OPTIONS = {
  connectionTimeout: CALL_DEADLINES.connectionMs,
  requestTimeout: CALL_DEADLINES.answerMs,
  // Without it the handler only warns when the time is over.
  throwOnRequestTimeout: true,
} as const;

type Handle = NodeHttpHandler['handle'];

/** The SDK's HTTP handler with a deadline for the whole answer: its own ends where the answer begins. */
export class DeadlineHandler extends NodeHttpHandler {
  constructor(options: ConstructorParameters<typeof NodeHttpHandler>[0] = HANDLER_OPTIONS) {
    super(options);
  }

  override async handle(...args: Parameters<Handle>): ReturnType<Handle> {
    const start = performance.now();
    const answer = await super.handle(...args);
    const { body } = answer.response;
    const leftMs = CALL_DEADLINES.answerMs - (performance.now() - start);
    const timer = setTimeout(() => body.destroy(new AnswerTimeout()), leftMs);
    body.on('close', () => clearTimeout(timer));
    return answer;
  }
}

/** An answer that began and did not end in time. By its name the SDK knows that it may pass. */
class AnswerTimeout extends Error {
  constructor() {
    super(`the answer was not complete within ${CALL_DEADLINES.answerMs / 1000} s`);
    this.name = 'TimeoutError';
  }
}
