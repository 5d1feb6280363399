/** What a stand-in does to one request instead of, or before, its usual answer. */
export type Fault =
  | { kind: 'answer'; status: number; body: string | Buffer; headers: Record<string, string> }
  | { kind: 'hang' }
  | { kind: 'cut' }
  | { kind: 'slow'; ms: number; then: Fault | undefined };

/** Answers with a status, and a body and headers of the test's choice. */
export function answer(
  status: number,
  body: string | Buffer = '',
  headers: Record<string, string> = {},
): Fault {
  return { kind: 'answer', status, body, headers };
}

/** Accepts the request and never answers. */
export function hang(): Fault {
  return { kind: 'hang' };
}

/** Closes the connection in place of an answer. */
export function cut(): Fault {
  return { kind: 'cut' };
}

/** Waits so many milliseconds of the action's clock, then shows another fault, or answers as usual. */
export function slow(ms: number, then?: Fault): Fault {
  return { kind: 'slow', ms, then };
}

interface Planned<Request> {
  fault: Fault;
  applies: (request: Request) => boolean;
  left: number;
}

/** The faults that a stand-in has still to show, in the order in which they were planned. */
export class FaultQueue<Request> {
  #planned: Planned<Request>[] = [];

  /** Plans a fault for the next request that `applies` holds for (any request where it is left out). */
  once(fault: Fault, applies?: (request: Request) => boolean): void {
    this.times(1, fault, applies);
  }

  /** Plans a fault for the next `count` requests. */
  times(count: number, fault: Fault, applies: (request: Request) => boolean = () => true): void {
    this.#planned.push({ fault, applies, left: count });
  }

  /** Plans a fault for every request from now on. */
  always(fault: Fault, applies?: (request: Request) => boolean): void {
    this.times(Number.POSITIVE_INFINITY, fault, applies);
  }

  /** The fault that this request gets, if any; a planned fault is used up by it. */
  take(request: Request): Fault | undefined {
    const planned = this.#planned.find((candidate) => candidate.left > 0 && candidate.applies(request));
    if (planned === undefined) {
      return undefined;
    }
    planned.left -= 1;
    return planned.fault;
  }

  /** Forgets what was planned. */
  clear(): void {
    this.#planned = [];
  }
}
