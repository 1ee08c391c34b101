import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

import { HistoryClient, NoAnswer } from "../../../../indexer/api/client.js";
import { at } from "../../../support/world.js";

const folder = fileURLToPath(new URL("../../../../indexer/api/", import.meta.url));

/** Answers as it is told, and knows what it was asked. */
function answering(status: number, body: string) {
  const asked: string[] = [];
  const client = new HistoryClient("http://index/", {
    fetch: (url) => {
      asked.push(url as string);
      return Promise.resolve(new Response(body, { status }));
    },
  });
  return { asked, client };
}

async function refusal(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("indexer/api", () => {
  it("can be used in a browser: it imports nothing but zod and itself", () => {
    const files = readdirSync(folder);
    expect(files).to.not.be.empty;
    for (const file of files) {
      const imports = [...readFileSync(folder + file, "utf8").matchAll(/from "([^"]+)"/g)].map((found) => at(found, 1));
      for (const from of imports) expect(from, file).to.match(/^(zod|\.\/[a-z]+\.js)$/);
    }
  });

  it("asks as it is told to", async () => {
    const { asked, client } = answering(200, JSON.stringify({ block: null, items: [], next: null, complete: true }));
    await client.accountEvents("0xabc", { limit: 3, order: "oldest", after: undefined });
    await client.events({ contract: "engine" });
    await client.governance();
    expect(asked).to.deep.equal([
      "http://index/accounts/0xabc/events?limit=3&order=oldest",
      "http://index/events?contract=engine",
      "http://index/governance",
    ]);
    expect(client.csv("/liquidations", { account: "0xabc" })).to.equal("http://index/liquidations.csv?account=0xabc");
  });

  it("waits for no answer for ever, nor longer than it is told to", async () => {
    const own = AbortSignal.timeout.bind(AbortSignal);
    const times: number[] = [];
    AbortSignal.timeout = (time) => {
      times.push(time);
      return own(5);
    };
    const never = (_url: unknown, init?: RequestInit) =>
      new Promise<Response>((_, reject) => {
        init?.signal?.addEventListener("abort", () => {
          reject(new Error("late"));
        });
      });
    try {
      const stop = new AbortController();
      for (const options of [{ fetch: never }, { fetch: never, signal: stop.signal }]) {
        const error = await refusal(new HistoryClient("http://index", options).governance());
        expect(error).to.be.instanceOf(NoAnswer).with.property("message", "the indexer does not answer: late");
      }
      expect(times).to.deep.equal([15_000, 15_000]);
    } finally {
      AbortSignal.timeout = own;
    }
  });

  it("opens the stream again that was given up, until it is told to stop", () => {
    const sources: { closed: boolean; readyState: number; fail: () => void }[] = [];
    class Source {
      static readonly CLOSED = 2;
      readyState = 1;
      closed = false;
      fail = (): void => undefined;
      constructor() {
        sources.push(this);
      }
      addEventListener(event: string, told: () => void): void {
        if (event === "error") this.fail = told;
      }
      close(): void {
        this.closed = true;
      }
    }
    const before = { EventSource: globalThis.EventSource, setTimeout: globalThis.setTimeout };
    const later: (() => void)[] = [];
    Object.assign(globalThis, { EventSource: Source, setTimeout: (work: () => void) => later.push(work) });
    try {
      const stop = new HistoryClient("http://index").follow(() => undefined);
      // The browser tries by itself.
      sources[0]?.fail();
      expect(later).to.have.length(0);
      Object.assign(at(sources, 0), { readyState: 2 }).fail();
      later.shift()?.();
      expect(sources).to.have.length(2);
      stop();
      expect(sources[1]?.closed).to.equal(true);
    } finally {
      Object.assign(globalThis, before);
    }
  });

  it("reads amounts as they are, and nothing that is no answer", async () => {
    const point = { time: 5, block: 1, source: "view", values: { mid: "1000000000000000001" } };
    const answer = { block: null, from: 0, to: 9, gaps: [{ from: null, to: 5 }], points: [point] };
    const { client } = answering(200, JSON.stringify(answer));
    expect((await client.series("dollar")).points).to.deep.equal([{ ...point, values: { mid: 10n ** 18n + 1n } }]);
    // That is no statement.
    expect(await refusal(client.series("statement"))).to.have.property("name", "ZodError");
  });

  it("says why there is no answer", async () => {
    const wrong = await refusal(answering(400, '{"error": "from: a time is needed"}').client.volumes());
    expect(wrong).to.be.instanceOf(NoAnswer).and.to.include({ message: "from: a time is needed", status: 400 });
    const broken = await refusal(answering(502, "<html>").client.volumes());
    expect(broken).to.be.instanceOf(NoAnswer).and.to.include({ message: "the indexer answers with HTTP status 502" });
    const away = new HistoryClient("/api", { fetch: () => Promise.reject(new TypeError("fetch failed")) });
    expect(await refusal(away.volumes())).to.include({ message: "the indexer does not answer: fetch failed" });
  });
});
