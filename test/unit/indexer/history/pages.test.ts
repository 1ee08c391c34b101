import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { expect } from "chai";

import { HistoryPages, type HistoryPagesOptions } from "../../../../indexer/history/pages.js";

describe("indexer/history: pages", () => {
  let server: Server;
  let url = "";
  /** Answers of the archive that are still awaited. */
  let waiting: (() => void)[] = [];
  const more = { waits: true };

  before(async () => {
    const events = async (): Promise<unknown> => {
      if (more.waits) await new Promise<void>((resolve) => waiting.push(resolve));
      return { block: null, items: [], complete: true };
    };
    const options = { archive: { events }, stream: { open: false }, version: () => "1" };
    const pages = new HistoryPages(options as unknown as HistoryPagesOptions);
    server = createServer((request, response) => {
      void pages.handle(request, response, new URL(request.url ?? "/", "http://localhost"));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
  });

  const made = async (count: number): Promise<void> => {
    while (waiting.length < count) await new Promise((resolve) => setImmediate(resolve));
  };

  it("makes two tables at one time, and asks whoever wants a third to come again; lists go on", async () => {
    const two = [fetch(`${url}/events.csv`), fetch(`${url}/events`, { headers: { accept: "text/csv" } })];
    await made(2);
    const third = await fetch(`${url}/governance.csv`);
    expect([third.status, third.headers.get("retry-after")]).to.deep.equal([503, "2"]);
    expect(await third.json()).to.deep.equal({ error: "too many tables are being made already" });
    const list = fetch(`${url}/events`);
    await made(3);
    more.waits = false;
    for (const answer of waiting) answer();
    waiting = [];
    for (const response of await Promise.all([...two, list])) expect(response.status).to.equal(200);
    // And then there is room again, after a question that was wrong as well.
    for (let i = 0; i < 3; i++) expect((await fetch(`${url}/events.csv?limit=none`)).status).to.equal(400);
    expect((await fetch(`${url}/governance.csv`)).status).to.equal(200);
  });
});
