import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type Fault, FaultQueue } from './faults.ts';

/** What a proxy was asked for. */
export interface ProxyRequest {
  /** A tunnel (CONNECT), or one plain request. */
  kind: 'tunnel' | 'request';
  host: string;
  port: number;
  /** The Proxy-Authorization header. */
  authorization: string | undefined;
}

/** Where the proxy really connects to; lets names of the outside stand for servers on loopback. */
export type Resolve = (host: string, port: number) => { host: string; port: number };

/** A forward proxy, for tunnels and for plain requests. */
export class ForwardProxy {
  readonly requests: ProxyRequest[] = [];
  readonly faults = new FaultQueue<ProxyRequest>();
  readonly #server: Server;
  readonly #credential: string | undefined;
  readonly #resolve: Resolve;
  readonly #sockets = new Set<Socket>();
  readonly #callerPorts = new Set<number>();

  /** `login` is `user:password`; without it everyone may use the proxy. */
  constructor(login?: string, resolve: Resolve = (host, port) => ({ host, port })) {
    this.#credential = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
    this.#resolve = resolve;
    this.#server = createServer((request, response) => this.#forward(request, response));
    this.#server.on(
      'connect',
      (request: IncomingMessage, socket: Socket) => void this.#tunnel(request, socket),
    );
    this.#server.on('connection', (socket: Socket) => this.#keep(socket));
  }

  async listen(host = '127.0.0.1', port = 0): Promise<void> {
    this.#server.listen({ host, port });
    await once(this.#server, 'listening');
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await closed;
  }

  get authority(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `${address}:${port}`;
  }

  get url(): string {
    return `http://${this.authority}`;
  }

  /** Whether a connection that a server got, told by its caller's port, came through this proxy. */
  made(callerPort: number): boolean {
    return this.#callerPorts.has(callerPort);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  }

  /** Records a request; gives the answer that ends it, `undefined` where it may go on, or `never` for no answer at all. */
  async #admit(
    seen: ProxyRequest,
  ): Promise<
    { status: number; headers: Record<string, string>; body: string | Buffer } | undefined | 'hang' | 'cut'
  > {
    this.requests.push(seen);
    const fault: Fault | undefined = this.faults.take(seen);
    if (fault?.kind === 'answer') {
      return fault;
    }
    if (fault?.kind === 'hang' || fault?.kind === 'cut') {
      return fault.kind;
    }
    if (fault?.kind === 'slow') {
      await new Promise((resolve) => setTimeout(resolve, fault.ms));
    }
    if (this.#credential !== undefined && seen.authorization !== this.#credential) {
      return { status: 407, headers: { 'proxy-authenticate': 'Basic realm="proxy"' }, body: '' };
    }
    return undefined;
  }

  async #tunnel(request: IncomingMessage, socket: Socket): Promise<void> {
    const { hostname, port } = new URL(`http://${request.url ?? ''}`);
    const host = hostname.replace(/^\[|\]$/g, '');
    const seen: ProxyRequest = {
      kind: 'tunnel',
      host,
      port: Number(port || 80),
      authorization: request.headers['proxy-authorization'],
    };
    const refusal = await this.#admit(seen);
    if (refusal === 'hang') {
      return;
    }
    if (refusal === 'cut') {
      socket.destroy();
      return;
    }
    if (refusal !== undefined) {
      const headers = Object.entries(refusal.headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.end(`HTTP/1.1 ${refusal.status} Refused\r\n${headers.join('')}\r\n${refusal.body}`);
      return;
    }
    const upstream = connect(this.#resolve(seen.host, seen.port));
    // Small pieces of a handshake would else wait for one another, 40 ms at a time.
    upstream.setNoDelay(true);
    this.#keep(upstream);
    upstream.on('connect', () => {
      this.#callerPorts.add(upstream.localPort ?? 0);
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    socket.on('close', () => upstream.destroy());
  }

  async #forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = URL.parse(request.url ?? '');
    if (target === null) {
      response.writeHead(400).end();
      return;
    }
    const seen: ProxyRequest = {
      kind: 'request',
      host: target.hostname.replace(/^\[|\]$/g, ''),
      port: Number(target.port || 80),
      authorization: request.headers['proxy-authorization'],
    };
    const refusal = await this.#admit(seen);
    if (refusal === 'hang') {
      return;
    }
    if (refusal === 'cut') {
      request.socket.destroy();
      return;
    }
    if (refusal !== undefined) {
      response.writeHead(refusal.status, refusal.headers).end(refusal.body);
      return;
    }
    const { 'proxy-authorization': _, 'proxy-connection': __, ...headers } = request.headers;
    const { host, port } = this.#resolve(seen.host, seen.port);
    const path = target.pathname + target.search;
    const upstream = httpRequest(
      { host, port, path, method: request.method, headers, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    upstream.on('socket', (socket) => {
      socket.on('connect', () => this.#callerPorts.add(socket.localPort ?? 0));
    });
    upstream.on('error', () => response.writeHead(502).end());
    request.pipe(upstream);
  }
}
