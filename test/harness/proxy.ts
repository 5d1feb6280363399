import { createServer, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Connections, FaultQueue, type Reply } from './http-stand-in.ts';

type Address = { host: string; port: number };

function addressIn(text: string): Address {
  const { hostname, port } = new URL(text);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) };
}

/** A forward proxy, for tunnels and for plain requests. */
export class ForwardProxy {
  /** What it was asked for. */
  readonly requests: Address[] = [];
  readonly faults = new FaultQueue<Address, Reply | 'hang' | 'cut'>();
  authority = '';
  readonly #login: string | undefined;
  readonly #leadsTo: (host: string, port: number) => Address;
  readonly #connections: Connections;
  readonly #callerPorts = new Set<number>();

  /**
   * @param login `user:password`; without it everyone can use the proxy
   * @param leadsTo where it connects to: names of the outside can stand for servers on loopback
   */
  constructor(login?: string, leadsTo = (host: string, port: number): Address => ({ host, port })) {
    this.#login = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
    this.#leadsTo = leadsTo;
    // No client of AWS or of a registry sends plain requests: one that is seen is a leak.
    const server = createServer((request, response) => {
      this.requests.push(addressIn(request.url ?? ''));
      response.writeHead(502).end();
    });
    server.on('connect', (request: IncomingMessage, socket: Socket) => this.#tunnel(request, socket));
    this.#connections = new Connections(server);
  }

  async listen(): Promise<void> {
    this.authority = `127.0.0.1:${(await this.#connections.listen('127.0.0.1', 0)).port}`;
  }

  stop(): Promise<void> {
    return this.#connections.stop();
  }

  get url(): string {
    return `http://${this.authority}`;
  }

  /** Whether a connection that a server got, told by its caller's port, came through this proxy. */
  made(callerPort: number): boolean {
    return this.#callerPorts.has(callerPort);
  }

  #tunnel(request: IncomingMessage, socket: Socket): void {
    const asked = addressIn(`http://${request.url ?? ''}`);
    this.requests.push(asked);
    const isAdmitted = this.#login === undefined || request.headers['proxy-authorization'] === this.#login;
    const fault = this.faults.take(asked) ?? (isAdmitted ? undefined : { status: 407 });
    if (fault === 'hang') return;
    if (fault === 'cut') socket.destroy();
    else if (fault !== undefined) socket.end(`HTTP/1.1 ${fault.status} Refused\r\n\r\n`);
    if (fault !== undefined) return;
    const upstream = connect(this.#leadsTo(asked.host, asked.port));
    // Small pieces of a handshake would else wait for one another, 40 ms at a time.
    upstream.setNoDelay(true);
    this.#connections.add(upstream);
    upstream.on('connect', () => {
      this.#callerPorts.add(upstream.localPort ?? 0);
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    socket.on('close', () => upstream.destroy());
  }
}
