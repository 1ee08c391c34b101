/** A wire to a server that can be cut: nothing comes through any more in either direction, and neither side is told. */

import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface Wire {
  readonly url: string;
  cut(): void;
  close(): Promise<void>;
}

export async function wireTo(url: string): Promise<Wire> {
  const target = new URL(url);
  const ends: Socket[] = [];
  let whole = true;
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.push(from);
      from.on("data", (chunk) => whole && to.write(chunk));
      from.on("error", () => undefined);
      from.on("close", () => whole && to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const near = new URL(url);
  near.port = (server.address() as AddressInfo).port.toString();
  return {
    url: near.href,
    cut: () => (whole = false),
    close: async () => {
      for (const end of ends) end.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
