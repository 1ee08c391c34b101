import { expect } from "chai";

import { nodeAt } from "../../../app/src/data/node.js";

describe("app/data: the node", () => {
  const before = { fetch: globalThis.fetch, timeout: AbortSignal.timeout.bind(AbortSignal) };
  let times: number[] = [];

  beforeEach(() => {
    times = [];
    AbortSignal.timeout = (time) => {
      times.push(time);
      return before.timeout(5);
    };
  });

  afterEach(() => {
    globalThis.fetch = before.fetch;
    AbortSignal.timeout = before.timeout;
  });

  /** Until its signal ends it. */
  const never = (init: RequestInit | undefined) =>
    new Promise<never>((_, reject) => {
      init?.signal?.addEventListener("abort", () => {
        reject(new Error("late"));
      });
    });

  it("does not answer where it takes too long, before or after it began to", async () => {
    const answers: (typeof fetch)[] = [
      (_url, init) => never(init),
      (_url, init) => Promise.resolve({ status: 200, json: () => never(init) } as unknown as Response),
    ];
    for (const answer of answers) {
      globalThis.fetch = answer;
      const error = await nodeAt("http://node")
        .ask("eth_blockNumber")
        .catch((e: unknown) => e);
      expect((error as Error).message).to.equal("The node at http://node does not answer.");
    }
    expect(times).to.deep.equal([15_000, 15_000]);
  });
});
