import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { FaultQueue } from './http-stand-in.ts';

type Address = { host: string; port: number };

function addressIn(text: string) {
  const { hostname: host, port } = new URL(text);

  return { host, port: Number(port || 80) };
}

/** A forward proxy, for tunnels and for plain requests. */
export class ForwardProxy {
  requests: Address[] = [];
  faults = new FaultQueue<Address>();
  address = '';
  #login: string | undefined;
  #leadsTo: (host: string, port: number) => Address;
  #sockets = new Set<Socket>();
  #server = createServer((request, response) => {
    // Clients of AWS and of registries send no plain requests. A plain request would be a leak.
    this.requests.push(addressIn(request.url ?? ''));
    response.writeHead(502).end();
  });

  /**
   * If a login, `user:password`, is given, clients need it. `leadsTo` can replace the address that
   * a client asks for, for example by a server on loopback.
   */
  constructor(login?: string, leadsTo = (host: string, port: number): Address => ({ host, port })) {
    this.#login = login && `Basic ${Buffer.from(login).toString('base64')}`;
    this.#leadsTo = leadsTo;

    this.#server.on('connection', (socket: Socket) => this.#sockets.add(socket));
    this.#server.on('connect', (request: IncomingMessage, socket: Socket) => {
      this.#tunnel(request, socket);
    });
  }

  async listen(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    this.address = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server.close(), 'close');
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  get url() {
    return `http://${this.address}`;
  }

  #tunnel(request: IncomingMessage, socket: Socket) {
    const asked = addressIn(`http://${request.url ?? ''}`);
    this.requests.push(asked);

    const given = request.headers['proxy-authorization'];
    const isAdmitted = this.#login === undefined || given === this.#login;
    const fault = this.faults.take(asked) ?? (isAdmitted ? undefined : { status: 407 });

    if (fault === undefined) this.#connect(socket, asked);
    else if (fault === 'cut') socket.destroy();
    // A tunnel that nothing comes through.
    else if (fault !== 'hang' && fault.status === 200) socket.write('HTTP/1.1 200 OK\r\n\r\n');
    else if (fault !== 'hang') socket.end(`HTTP/1.1 ${fault.status} Refused\r\n\r\n`);
  }

  #connect(socket: Socket, asked: Address) {
    const upstream = connect(this.#leadsTo(asked.host, asked.port));
    // Otherwise each small piece of a handshake waits 40 ms for the piece before it.
    upstream.setNoDelay(true);
    this.#sockets.add(upstream);

    upstream.on('connect', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));

    socket.on('error', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
  }
}
