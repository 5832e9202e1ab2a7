/** A TCP proxy in front of Odoo that can cut a connection before the answer comes, and be gone for a while as a stopped Odoo is. */
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export interface CuttingProxy {
  readonly url: string;
  /** From now on: cut `afterMs` after a request's bytes went on to Odoo, when `path` stands in them. Undefined: never. */
  cut(path: string | undefined, afterMs?: number): void;
  /** From now on requests longer than this are refused as nginx refuses them, or cut without a word. Undefined: none. */
  limit(bytes: number | undefined, how?: 'refuse' | 'cut'): void;
  /** The next request with `text` in it does not get through: from then on nothing listens here, until `up`. Resolves when it came. */
  downAt(text: string): Promise<void>;
  up(): Promise<void>;
  /** Resolves once a request with `text` in it went on to Odoo. */
  seen(text: string): Promise<void>;
  /** From the next request with `text` in it on, nothing gets through. Resolves when it came, with what lets them go on. */
  heldAt(text: string): Promise<() => void>;
  close(): Promise<void>;
}

export async function cuttingProxy(target: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let rule: { path: string; afterMs: number } | undefined;
  let most: { bytes: number; how: 'refuse' | 'cut' } | undefined;
  let held: { readonly text: string; readonly came: () => void } | undefined;
  let waiting: (() => void)[] | undefined;
  let watched: { text: string; down: boolean; came: () => void }[] = [];
  const watch = (text: string, down: boolean): Promise<void> =>
    new Promise((came) => watched.push({ text, down, came }));
  const goDown = (): void => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => open.delete(socket));
    }
    client.on('data', (bytes: Buffer) => {
      const met = watched.filter(({ text }) => bytes.includes(text));
      watched = watched.filter((one) => !met.includes(one));
      for (const { came } of met) came();
      if (met.some(({ down }) => down)) return goDown();
      if (held && bytes.includes(held.text)) {
        waiting = [];
        held.came();
        held = undefined;
      }
      if (waiting) waiting.push(() => forward(client, upstream, bytes));
      else forward(client, upstream, bytes);
    });
    upstream.on('data', (bytes: Buffer) => client.writable && client.write(bytes));
    upstream.on('end', () => client.end());
  });
  const forward = (client: Socket, upstream: Socket, bytes: Buffer): void => {
    if (most && lengthOf(bytes) > most.bytes) {
      upstream.destroy();
      return void (most.how === 'cut' ? client.destroy() : client.end(TOO_LARGE));
    }
    if (upstream.writable) upstream.write(bytes);
    // Only the client's side is cut: Odoo goes on working, as it does behind a real proxy.
    if (rule && bytes.includes(rule.path)) void wait(rule.afterMs).then(() => client.destroy());
  };
  const letGo = (): void => {
    const all = waiting ?? [];
    waiting = undefined;
    for (const go of all) go();
  };
  const listen = (on: number): Promise<void> =>
    new Promise((done) => server.listen(on, '127.0.0.1', done));
  await listen(0);
  const own = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${own}`,
    downAt: (text) => watch(text, true),
    limit: (bytes, how = 'refuse') => {
      most = bytes === undefined ? undefined : { bytes, how };
    },
    seen: (text) => watch(text, false),
    heldAt: (text) => new Promise((came) => (held = { text, came: () => came(letGo) })),
    up: () => listen(own),
    cut: (path, afterMs = 0) => {
      rule = path === undefined ? undefined : { path, afterMs };
    },
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

const PAGE = '<html><body><h1>413 Request Entity Too Large</h1></body></html>';
const TOO_LARGE = `HTTP/1.1 413 Request Entity Too Large\r\nContent-Type: text/html\r\nContent-Length: ${PAGE.length}\r\nConnection: close\r\n\r\n${PAGE}`;

/** 0 for bytes that begin no request. */
const lengthOf = (bytes: Buffer): number =>
  Number(
    /^POST [^]*?\r\ncontent-length: (\d+)\r\n/i.exec(bytes.toString('latin1', 0, 4096))?.[1] ?? 0,
  );
