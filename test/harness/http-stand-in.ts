import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, isIPv6, type Server, type Socket } from 'node:net';
import type { SecureContextOptions, TlsOptions } from 'node:tls';

/** A request as a stand-in received it. */
export interface ReceivedRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
  /** Milliseconds on the clock of `performance.now()`. */
  at: number;
  /** The port of the caller's connection; tells which connections a proxy made. */
  callerPort: number;
}

/** What a stand-in responds. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export type ServerTls = TlsOptions & SecureContextOptions;

/** What a stand-in does to a request: another reply, a late one, no response, or a lost connection. */
export type Fault = Reply | { delayMs: number } | 'hang' | 'cut';

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

export function text(
  status: number,
  body: string | Buffer = '',
  headers: Record<string, string> = {},
): Reply {
  return { status, headers, body };
}

interface Planned<Request, Kind> {
  fault: Kind;
  applies: (request: Request) => boolean;
  left: number;
}

/** The faults that a stand-in has still to show, in the order in which they were planned. */
export class FaultQueue<Request, Kind = Fault> {
  #planned: Planned<Request, Kind>[] = [];

  /** Plans a fault for the next request that `applies` holds for. */
  once(fault: Kind, applies?: (request: Request) => boolean): void {
    this.times(1, fault, applies);
  }

  times(count: number, fault: Kind, applies: (request: Request) => boolean = () => true): void {
    this.#planned.push({ fault, applies, left: count });
  }

  always(fault: Kind, applies?: (request: Request) => boolean): void {
    this.times(Number.POSITIVE_INFINITY, fault, applies);
  }

  /** The fault that this request gets, if any; it is used up by it. */
  take(request: Request): Kind | undefined {
    const planned = this.#planned.find((candidate) => candidate.left > 0 && candidate.applies(request));
    if (planned !== undefined) planned.left -= 1;
    return planned?.fault;
  }

  clear(): void {
    this.#planned = [];
  }
}

/** Keeps the open connections of a server, so that it can be stopped at once. */
export class Connections {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => this.add(socket));
  }

  add(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  }

  async listen(host: string, port: number): Promise<AddressInfo> {
    this.#server.listen({ host, port });
    await once(this.#server, 'listening');
    return this.#server.address() as AddressInfo;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** A server that records what it is asked, shows the faults planned for it, and else answers. */
export class HttpStandIn {
  readonly requests: ReceivedRequest[] = [];
  readonly faults = new FaultQueue<ReceivedRequest>();
  host = '';
  port = 0;
  readonly #answer: (request: ReceivedRequest) => Reply | Promise<Reply>;
  readonly #scheme: string;
  readonly #connections: Connections;
  readonly #watchers = new Set<() => void>();

  constructor(answer: (request: ReceivedRequest) => Reply | Promise<Reply>, tls?: ServerTls) {
    this.#answer = answer;
    this.#scheme = tls === undefined ? 'http' : 'https';
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      void this.#serve(request, response);
    };
    const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
    this.#connections = new Connections(server);
  }

  /** Starts listening; port 0 takes any free one. */
  async listen(host = '127.0.0.1', port = 0): Promise<void> {
    this.host = host;
    this.port = (await this.#connections.listen(host, port)).port;
  }

  /** Refuses connections from now on, and cuts those that are open. */
  stop(): Promise<void> {
    return this.#connections.stop();
  }

  /** Listens again where it did before `stop`. */
  restart(): Promise<void> {
    return this.listen(this.host, this.port);
  }

  /** `host:port` as it stands in a URL. */
  get authority(): string {
    return `${isIPv6(this.host) ? `[${this.host}]` : this.host}:${this.port}`;
  }

  get url(): string {
    return `${this.#scheme}://${this.authority}`;
  }

  /** Resolves as soon as so many requests have been received, past ones included. */
  seen(count = 1): Promise<void> {
    return new Promise((resolve) => {
      const watcher = (): void => {
        if (this.requests.length < count) return;
        this.#watchers.delete(watcher);
        resolve();
      };
      this.#watchers.add(watcher);
      watcher();
    });
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    const at = performance.now();
    const callerPort = message.socket.remotePort ?? 0;
    try {
      for await (const chunk of message) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const { method = '', url: path = '', headers } = message;
    const request: ReceivedRequest = { method, path, headers, body: Buffer.concat(chunks), at, callerPort };
    this.requests.push(request);
    const fault = this.faults.take(request);
    for (const watcher of [...this.#watchers]) watcher();
    if (fault === 'hang') return;
    if (fault === 'cut') return void message.socket.destroy();
    const isLate = fault !== undefined && 'delayMs' in fault;
    if (isLate) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    send(response, fault === undefined || isLate ? await this.#answer(request) : fault);
  }
}

function send(response: ServerResponse, { status, headers, body = '' }: Reply): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}
