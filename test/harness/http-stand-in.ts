import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, isIPv6 } from 'node:net';
import type { SecureContextOptions, TlsOptions } from 'node:tls';

export interface ReceivedRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export type ServerTls = TlsOptions & SecureContextOptions;

/** What a stand-in does to a request: another reply, no response, or a lost connection. */
export type Fault = Reply | 'hang' | 'cut';

export function json(status: number, value: unknown) {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

export function text(status: number, body: string | Buffer = '', headers = {}) {
  return { status, headers, body };
}

/** Whether a fault is for this request. */
type Applies<Request> = (request: Request) => boolean;

/** The faults that a stand-in still has to show, in the order in which they were planned. */
export class FaultQueue<Request> {
  #planned: { fault: Fault; applies: Applies<Request>; left: number }[] = [];

  /** Plans a fault for the next request that `applies` holds for. */
  once(fault: Fault, applies?: Applies<Request>) {
    this.times(1, fault, applies);
  }

  times(count: number, fault: Fault, applies: Applies<Request> = () => true) {
    this.#planned.push({ fault, applies, left: count });
  }

  always(fault: Fault, applies?: Applies<Request>) {
    this.times(Number.POSITIVE_INFINITY, fault, applies);
  }

  /** Uses up the fault for this request, if any, and returns the fault. */
  take(request: Request): Fault | undefined {
    const planned = this.#planned.find(
      (candidate) => candidate.left > 0 && candidate.applies(request),
    );

    if (planned !== undefined) planned.left -= 1;
    return planned?.fault;
  }
}

type Answer = (request: ReceivedRequest) => Reply | Promise<Reply>;

/**
 * A server that records its requests. It shows the faults that are planned, and otherwise answers.
 */
export class HttpStandIn {
  requests: ReceivedRequest[] = [];
  faults = new FaultQueue<ReceivedRequest>();
  host = '';
  port = 0;
  #answer: Answer;
  #scheme: string;
  #server: Server;
  #events = new EventEmitter();

  constructor(answer: Answer, tls?: ServerTls) {
    this.#answer = answer;
    this.#scheme = tls === undefined ? 'http' : 'https';

    const listener = (request: IncomingMessage, response: ServerResponse) => {
      void this.#serve(request, response);
    };
    this.#server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  }

  /** Starts to listen. Port 0 stands for any free port. */
  async listen(host = '127.0.0.1', port = 0) {
    this.host = host;
    await once(this.#server.listen({ host, port }), 'listening');
    this.port = (this.#server.address() as AddressInfo).port;
  }

  /** Cuts the open connections, and refuses new ones. */
  async stop() {
    if (!this.#server.listening) return;

    const closed = once(this.#server.close(), 'close');
    this.#server.closeAllConnections();
    await closed;
  }

  get address() {
    const host = isIPv6(this.host) ? `[${this.host}]` : this.host;

    return `${host}:${this.port}`;
  }

  get url() {
    return `${this.#scheme}://${this.address}`;
  }

  /** Resolves once this many requests were received since the start. */
  async seen(count = 1) {
    while (this.requests.length < count) await once(this.#events, 'request');
  }

  async #serve(message: IncomingMessage, response: ServerResponse) {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of message) chunks.push(chunk as Buffer);
    } catch {
      return;
    }

    const { method = '', url: path = '', headers } = message;
    const request: ReceivedRequest = { method, path, headers, body: Buffer.concat(chunks) };
    this.requests.push(request);

    this.#events.emit('request');

    const fault = this.faults.take(request);
    if (fault === 'hang') return;
    if (fault === 'cut') return void message.socket.destroy();

    const { status, headers: sent, body = '' } = fault ?? (await this.#answer(request));
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...sent }).end(body);
  }
}
