/** A TCP proxy in front of Odoo that can cut a connection once the request has gone through and before the answer comes. */
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export interface CuttingProxy {
  readonly url: string;
  /** From now on: cut `afterMs` after a request's bytes went on to Odoo, when `path` stands in them. Undefined: never. */
  cut(path: string | undefined, afterMs?: number): void;
  close(): Promise<void>;
}

export async function cuttingProxy(target: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let rule: { path: string; afterMs: number } | undefined;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => open.delete(socket));
    }
    client.on('data', (bytes: Buffer) => {
      upstream.write(bytes);
      // Only the client's side is cut: Odoo goes on working, as it does behind a real proxy.
      if (rule && bytes.includes(rule.path)) void wait(rule.afterMs).then(() => client.destroy());
    });
    upstream.on('data', (bytes: Buffer) => client.writable && client.write(bytes));
    upstream.on('end', () => client.end());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: (path, afterMs = 0) => {
      rule = path === undefined ? undefined : { path, afterMs };
    },
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
