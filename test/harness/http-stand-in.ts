import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, isIPv6, type Server, type Socket } from 'node:net';
import type { SecureContextOptions, TlsOptions } from 'node:tls';
import { type Fault, FaultQueue } from './faults.ts';

/** A request as a stand-in received it. */
export interface ReceivedRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
  /** Milliseconds on the clock of `performance.now()`. */
  at: number;
  /** The port that the caller's connection came from; tells which connections a proxy made. */
  callerPort: number;
}

/** What a stand-in answers. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** Answers with JSON. */
export function json(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

export type Answer = (request: ReceivedRequest) => Reply | Promise<Reply>;

/** A server that records what it is asked, shows the faults planned for it, and else answers. */
export class HttpStandIn {
  readonly requests: ReceivedRequest[] = [];
  readonly faults = new FaultQueue<ReceivedRequest>();
  readonly server: Server;
  /** How many times as fast as the real time the clock of the action goes; its waits for this stand-in do, too. */
  clockFactor = 1;
  readonly #answer: Answer;
  readonly #secure: boolean;
  readonly #sockets = new Set<Socket>();
  readonly #watchers = new Set<() => void>();
  #address: { host: string; port: number } | undefined;

  constructor(answer: Answer, tls?: TlsOptions & SecureContextOptions) {
    this.#answer = answer;
    this.#secure = tls !== undefined;
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      void this.#serve(request, response);
    };
    this.server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
    this.server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
    });
  }

  /** Starts listening; port 0 takes any free one. */
  async listen(host = '127.0.0.1', port = 0): Promise<void> {
    this.server.listen({ host, port });
    await once(this.server, 'listening');
    this.#address = { host, port: (this.server.address() as AddressInfo).port };
  }

  /** Refuses connections from now on, and cuts those that are open. */
  async stop(): Promise<void> {
    if (!this.server.listening) {
      return;
    }
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await closed;
  }

  /** Listens again where it did before `stop`. */
  async restart(): Promise<void> {
    await this.listen(this.host, this.port);
  }

  get host(): string {
    return this.#listened().host;
  }

  get port(): number {
    return this.#listened().port;
  }

  /** `host:port` as it stands in a URL. */
  get authority(): string {
    return `${isIPv6(this.host) ? `[${this.host}]` : this.host}:${this.port}`;
  }

  get url(): string {
    return `${this.#secure ? 'https' : 'http'}://${this.authority}`;
  }

  /** Resolves as soon as `count` requests that `applies` holds for have been received, past ones included. */
  seen(count = 1, applies: (request: ReceivedRequest) => boolean = () => true): Promise<void> {
    return new Promise((resolve) => {
      const watcher = (): void => {
        if (this.requests.filter(applies).length >= count) {
          this.#watchers.delete(watcher);
          resolve();
        }
      };
      this.#watchers.add(watcher);
      watcher();
    });
  }

  #listened(): { host: string; port: number } {
    if (this.#address === undefined) {
      throw new Error('the stand-in has not been started');
    }
    return this.#address;
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const callerPort = message.socket.remotePort ?? 0;
    const at = performance.now();
    let body: Buffer;
    try {
      body = await readBody(message);
    } catch {
      return;
    }
    const { method = '', url: path = '', headers } = message;
    const request: ReceivedRequest = { method, path, headers, body, at, callerPort };
    this.requests.push(request);
    const fault = this.faults.take(request);
    for (const watcher of [...this.#watchers]) {
      watcher();
    }
    if (fault === undefined || (await this.#show(fault, message, response)) === 'go on') {
      send(response, await this.#answer(request));
    }
  }

  async #show(fault: Fault, message: IncomingMessage, response: ServerResponse): Promise<'done' | 'go on'> {
    switch (fault.kind) {
      case 'answer':
        send(response, fault);
        return 'done';
      case 'cut':
        message.socket.destroy();
        return 'done';
      case 'hang':
        return 'done';
      case 'slow':
        await new Promise((resolve) => setTimeout(resolve, fault.ms / this.clockFactor));
        return fault.then === undefined ? 'go on' : this.#show(fault.then, message, response);
    }
  }
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, reply: Reply): void {
  const body = reply.body ?? '';
  response.writeHead(reply.status, { 'content-length': Buffer.byteLength(body), ...reply.headers });
  response.end(body);
}
