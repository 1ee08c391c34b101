import { expect } from "chai";
import { toQuantity } from "ethers";

import { fateText, track, waitingText, type Fate, type Waiting } from "../../../app/src/wallet/track.js";
import { codeOf } from "../../../app/src/wallet/types.js";

const FROM = "0x00000000000000000000000000000000000000Aa";
const HASH = "0x01";
const SENT = { hash: HASH, from: FROM, to: "0x0b", input: "0x1234", value: "0x0", nonce: "0x7" };

interface Chain {
  receipt?: { status: string; blockNumber: string; gasUsed: string } | null;
  transaction?: object | null;
  nonce?: number;
  blocks?: readonly object[][];
  /** Receipts of other transactions, by hash. */
  others?: Readonly<Record<string, object>>;
  revert?: Error;
  /** Methods that it does not answer; true: none. */
  silent?: boolean | readonly string[];
}

/** A node whose answers change with each look; the last ones stay. */
function node(looks: readonly Chain[]) {
  let at = -1;
  const now = (): Chain => looks[Math.min(at, looks.length - 1)] ?? {};
  return (method: string, params: readonly unknown[] = []): Promise<unknown> => {
    // Each look begins with the receipt.
    if (method === "eth_getTransactionReceipt" && params[0] === HASH) at++;
    const chain = now();
    if (
      chain.silent === true ||
      (chain.silent !== undefined && chain.silent !== false && chain.silent.includes(method))
    )
      return Promise.reject(new Error("connection refused"));
    switch (method) {
      case "eth_getTransactionReceipt":
        return Promise.resolve((params[0] === HASH ? chain.receipt : chain.others?.[params[0] as string]) ?? null);
      case "eth_getTransactionByHash":
        return Promise.resolve(chain.transaction ?? null);
      case "eth_getTransactionCount":
        return Promise.resolve(toQuantity(chain.nonce ?? 0));
      case "eth_blockNumber":
        return Promise.resolve(toQuantity((chain.blocks?.length ?? 1) - 1));
      case "eth_getBlockByNumber":
        return Promise.resolve({ transactions: chain.blocks?.[Number(params[0])] ?? [] });
      case "eth_call":
        return chain.revert === undefined ? Promise.resolve("0x") : Promise.reject(chain.revert);
      default:
        return Promise.reject(new Error(`nobody should ask ${method}`));
    }
  };
}

async function follow(looks: readonly Chain[], waits: Waiting[] = [], signal?: AbortSignal): Promise<Fate> {
  return await track({
    ask: node(looks),
    hash: HASH,
    from: FROM,
    patience: 3_000,
    every: 1_000,
    sleep: () => Promise.resolve(),
    onWait: (_waited, state) => waits.push(state),
    ...(signal === undefined ? {} : { signal }),
  });
}

const MINED = { status: "0x1", blockNumber: "0x10", gasUsed: "0x5208" };

describe("app/wallet: what becomes of a transaction", () => {
  it("is mined after a while, in a node that first lagged behind", async () => {
    const waits: Waiting[] = [];
    const fate = await follow([{}, { transaction: SENT, nonce: 7 }, { receipt: MINED, nonce: 8 }], waits);
    expect(fate).to.deep.equal({ kind: "mined", hash: HASH, block: 16, gas: 21_000n });
    expect(waits).to.deep.equal(["unheard", "pending"]);
  });

  it("reverts, with the reason, however the node wraps it", async () => {
    const receipt = { ...MINED, status: "0x0" };
    const plain = Object.assign(new Error(), { data: "0xdeadbeef" });
    const wrapped = Object.assign(new Error(), { data: { message: "reverted", data: "0xdeadbeef" } });
    for (const revert of [plain, wrapped]) {
      const fate = await follow([{ receipt, transaction: SENT, revert }]);
      expect(fate).to.deep.equal({ kind: "reverted", hash: HASH, block: 16, data: "0xdeadbeef" });
    }
    expect(await follow([{ receipt, transaction: SENT }])).to.have.property("data", undefined);
  });

  it("is replaced: by itself with another fee, by something else, or by nobody knows what", async () => {
    const pending = { transaction: SENT, nonce: 7 };
    const faster = { ...SENT, hash: "0x02" };
    const cancel = { ...SENT, hash: "0x03", to: FROM, input: "0x" };
    const others = { "0x02": MINED };
    const of = (mined: object[]) => follow([pending, { nonce: 8, blocks: [[], mined, []], others }]);
    expect(await of([faster])).to.deep.equal({ kind: "replaced", hash: HASH, by: "0x02", same: true });
    expect(await of([cancel])).to.deep.equal({ kind: "replaced", hash: HASH, by: "0x03", same: false });
    expect(await of([])).to.deep.equal({ kind: "replaced", hash: HASH, by: undefined, same: false });
  });

  it("is not taken for replaced by nobody knows what before that has held for long", async () => {
    const ahead = { nonce: 8, blocks: [[], []] };
    const looks = (times: number, end: Chain) => [
      { transaction: SENT, nonce: 7 },
      ...Array.from({ length: times }, () => ahead),
      end,
    ];
    expect(await follow(looks(2, { receipt: MINED, nonce: 8 }))).to.have.property("kind", "mined");
    const faster = { ...SENT, hash: "0x02" };
    const found = { nonce: 8, blocks: [[faster]], others: { "0x02": MINED } };
    expect(await follow(looks(2, found))).to.deep.equal({ kind: "replaced", hash: HASH, by: "0x02", same: true });
    const waits: Waiting[] = [];
    expect(await follow(looks(9, {}), waits)).to.have.property("kind", "replaced");
    expect(waits).to.have.length(4);
    // Nor while the node that is behind says now and then that the number is free.
    const torn = [{ transaction: SENT, nonce: 7 }, ahead, ahead, { nonce: 7 }, ahead, ahead, { receipt: MINED }];
    expect(await follow(torn)).to.have.property("kind", "mined");
    // It is in a block, whose transactions and receipts another node does not have yet.
    const late = { ...ahead, transaction: { ...SENT, blockNumber: "0x10" } };
    expect(await follow([late, late, late, late, late, late, { receipt: MINED }])).to.have.property("kind", "mined");
  });

  it("has a number of whoever sent it, which need not be the account", async () => {
    const bundler = "0x00000000000000000000000000000000000000Bb";
    const asked: unknown[] = [];
    const answers = node([{ transaction: { ...SENT, from: bundler }, nonce: 7 }, { receipt: MINED }]);
    await track({
      ask: (method, params = []) => {
        if (method === "eth_getTransactionCount") asked.push(params[0]);
        return answers(method, params);
      },
      hash: HASH,
      from: FROM,
      sleep: () => Promise.resolve(),
    });
    expect(asked).to.deep.equal([bundler]);
  });

  it("is not taken for replaced when it was mined between two questions", async () => {
    const looks: Chain[] = [
      { transaction: SENT, nonce: 8 },
      { receipt: MINED, nonce: 8 },
    ];
    expect(await follow(looks)).to.have.property("kind", "mined");
  });

  it("reverts where what replaced it with another fee was reverted", async () => {
    const faster = { ...SENT, hash: "0x02" };
    const others = { "0x02": { ...MINED, status: "0x0" } };
    const revert = Object.assign(new Error(), { data: "0xdeadbeef" });
    const fate = await follow([
      { transaction: SENT, nonce: 7 },
      { nonce: 8, blocks: [[faster]], others, revert },
    ]);
    expect(fate).to.deep.equal({ kind: "reverted", hash: "0x02", block: 16, data: "0xdeadbeef" });
  });

  it("is not taken for replaced while the node does not tell by what", async () => {
    const looks: Chain[] = [
      { transaction: SENT, nonce: 7 },
      { nonce: 8, silent: ["eth_getBlockByNumber"] },
      { nonce: 8, silent: ["eth_getTransactionReceipt"] },
      { receipt: MINED, nonce: 8 },
    ];
    expect(await follow(looks)).to.have.property("kind", "mined");
    // Its receipt is late: the block has it already.
    expect(await follow([{ transaction: SENT, nonce: 8, blocks: [[SENT]] }, { receipt: MINED }])).to.have.property(
      "kind",
      "mined",
    );
  });

  it("is dropped when a node that knew it has not for long, and not before", async () => {
    expect(await follow([{ transaction: SENT, nonce: 7 }, { nonce: 7 }])).to.deep.equal({
      kind: "dropped",
      hash: HASH,
    });
    const late = await follow([{}, {}, { transaction: SENT, nonce: 7 }, {}, {}, { receipt: MINED }]);
    expect(late).to.have.property("kind", "mined");
  });

  it("is not dropped while the node is silent, however long, and is found when it is back", async () => {
    for (const silent of [
      true,
      ["eth_getTransactionByHash"],
      ["eth_getTransactionReceipt"],
      ["eth_getTransactionCount"],
    ]) {
      const waits: Waiting[] = [];
      const away = Array.from({ length: 20 }, () => ({ silent, nonce: 7 }));
      const fate = await follow([{ transaction: SENT, nonce: 7 }, ...away, { receipt: MINED, nonce: 8 }], waits);
      expect(fate, silent.toString()).to.have.property("kind", "mined");
      expect(waits).to.deep.equal(["pending", ...away.map(() => "silent")]);
    }
    expect(waitingText("silent", "http://node")).to.match(/not known what became of it.*may have been mined/);
  });

  it("has no end where the node never heard of it: it may be mined at any time", async () => {
    const waits: Waiting[] = [];
    const stop = new AbortController();
    const enough = {
      push: (state: Waiting) => (waits.length === 100 ? stop.abort(new Error("enough")) : waits.push(state)),
    };
    const end = await follow([{ nonce: 7 }], enough as unknown as Waiting[], stop.signal).catch((e: unknown) => e);
    expect((end as Error).message).to.equal("enough");
    expect(new Set(waits)).to.deep.equal(new Set(["unheard"]));
  });

  it("ends when it is told to", async () => {
    const stop = AbortSignal.abort(new Error("enough"));
    const error = await track({ ask: node([]), hash: HASH, from: FROM, signal: stop }).catch((e: unknown) => e);
    expect((error as Error).message).to.equal("enough");
  });

  it("has words for each end", () => {
    const fates: Fate[] = [
      { kind: "mined", hash: HASH, block: 5, gas: 1n },
      { kind: "reverted", hash: HASH, block: 5, data: undefined },
      { kind: "replaced", hash: HASH, by: "0x02", same: true },
      { kind: "replaced", hash: HASH, by: "0x02", same: false },
      { kind: "replaced", hash: HASH, by: undefined, same: false },
      { kind: "dropped", hash: HASH },
    ];
    expect(new Set(fates.map(fateText))).to.have.property("size", fates.length);
    // Nobody is told that nothing happened, nor to do it once more, while it may still be mined.
    expect(fateText({ kind: "dropped", hash: HASH })).not.to.match(/nothing (was|happened)|send it again|try again/i);
  });

  it("finds a wallet's code in whatever it is wrapped in", () => {
    expect(codeOf({ code: 4001 })).to.equal(4001);
    expect(codeOf({ code: -32603, data: { originalError: { code: 4902 } } })).to.equal(4902);
    expect(codeOf(new Error("none"))).to.equal(undefined);
  });
});
