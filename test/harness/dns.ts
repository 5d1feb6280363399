import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const NO_SUCH_NAME = 3;
const TYPE_A = 1;

/** A question of a DNS query (RFC 1035, section 4.1.2), and where its bytes end. */
function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('ascii', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function reply(query: Buffer, addressOf: (name: string) => string | undefined): Buffer {
  const { name, type, end } = readQuestion(query);
  const address = addressOf(name);
  const records = address !== undefined && type === TYPE_A ? [address] : [];
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | (address === undefined ? NO_SUCH_NAME : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  // Each answer: a pointer to the question's name, type A, class IN, a short life, four bytes of address.
  const answers = records.map((text) =>
    Buffer.from([0xc0, 12, 0, TYPE_A, 0, 1, 0, 0, 0, 5, 0, 4, ...text.split('.').map(Number)]),
  );
  return Buffer.concat([header, query.subarray(12, end), ...answers]);
}

/** Starts a name server that knows only IPv4 addresses; says of names without one that they do not exist. */
export async function startNameServer(
  host: string,
  addressOf: (name: string) => string | undefined,
): Promise<{ stop: () => void }> {
  const socket = createSocket('udp4');
  socket.on('message', (query, peer) => socket.send(reply(query, addressOf), peer.port, peer.address));
  socket.bind(53, host);
  await once(socket, 'listening');
  return { stop: () => socket.close() };
}
