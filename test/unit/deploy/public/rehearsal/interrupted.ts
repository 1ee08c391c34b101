/** A rehearsed deployment: interrupted after every transaction, given up and resumed. */

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { id, Transaction } from "ethers";

import { nodeAt, type Node } from "../../../../../deploy/public/node.js";
import { progressIn } from "../../../../../deploy/public/journal.js";
import { folderOf } from "../../../../../deploy/public/record.js";
import { type Outcome } from "../../../../../deploy/public/run.js";
import { NodeFailure } from "../../../../../keeper/rpc/endpoint.js";
import { localWallet } from "../../../../../replay/chain/embedded.js";
import { present } from "../../../../../sdk/present.js";
import { openPool } from "../../../../support/testnet.js";
import { Holding, LosingSigner, SEND } from "./nodes.js";
import type { Rehearsal } from "./rehearsal.js";

/** Interrupted everywhere. */
export function interruptedSuite(r: Rehearsal): void {
  it("sends nothing again that was given up, whether it was included by then or is so only later", async () => {
    r.reference = r.recordIn(r.testnet.folder);
    r.sentThen = Object.keys(r.reference.transactions ?? {}).length;
    await r.rpc("evm_revert", r.start);
    r.interrupted = mkdtempSync(join(tmpdir(), "plimsoll-interrupted-"));
    const node = new Holding(r.testnet);
    const giveUp = async (): Promise<readonly string[]> => {
      const patience = { before: 5, bumps: 0 };
      const error: unknown = await r
        .runWith(node, r.interrupted, r.testnet.deployer, { patience })
        .catch((caught: unknown) => caught);
      expect(String(error)).to.match(/it was not included in time/);
      return [...node.held.values()].map((raw) => Transaction.from(raw).data);
    };
    const first = await giveUp();
    expect(first.length).to.be.above(3);
    // Still on its way: what is sent beside it is something else.
    const sentOnce = await giveUp();
    expect(sentOnce.slice(0, first.length)).to.deep.equal(first);
    expect(new Set(sentOnce).size).to.equal(sentOnce.length);
    await node.release();

    // All of it was included when nobody looked.
    const stop = new AbortController();
    const lines: string[] = [];
    const say = (line: string): void => {
      lines.push(line);
      if (/\d+\/\d+/.test(line)) stop.abort();
    };
    const error: unknown = await r
      .runWith(nodeAt(r.testnet.url), r.interrupted, r.testnet.deployer, {
        ...{ say, signal: stop.signal },
      })
      .catch((caught: unknown) => caught);
    expect(String(error)).to.match(/stopped on the way/);
    expect(lines[0]).to.match(/it was given up before, and is waited for/);
    expect(await r.nonce()).to.equal(sentOnce.length);
  });

  it("goes on where it was after every single transaction, whether it got through or not, and comes to the same end", async () => {
    const { provider } = r.testnet;
    const node = nodeAt(r.testnet.url);
    let [refused, lost] = [0, 0];
    const known = new Set<unknown>();
    const sentBefore = await r.nonce();
    // No transaction gets its answer. Those that go with it are not even written down as sent.
    const faulty: Node = {
      request: async (args) => {
        const [raw] = args.params as unknown[];
        if (args.method !== SEND || known.has(raw)) return await node.request(args);
        known.add(raw);
        // Every other one gets through, and nobody hears of it.
        if (lost < refused) {
          await node.request(args);
          lost += 1;
        } else refused += 1;
        throw new NodeFailure("node", "it does not answer");
      },
    };
    const unlessFailed = (error: unknown): undefined => {
      if (!(error instanceof Error) || !error.message.includes("does not answer")) throw error;
      return undefined;
    };
    const external = new LosingSigner(provider, r.testnet.deployer.address);
    let outcome: Outcome | undefined;
    let beside = -1;
    while (outcome === undefined) {
      outcome = await r.runWith(faulty, r.interrupted).catch(unlessFailed);
      const { addresses } = progressIn(folderOf(r.interrupted, r.testnet.network.chainId));
      if (beside < 0 && addresses.has("Core#PlimsollDollar")) {
        const sentUntilNow = await r.nonce();
        await openFirst(present(addresses.get("Core#PlimsollDollar")));
        beside = (await r.nonce()) - sentUntilNow;
      }
      if (refused + lost !== 10) continue;
      const error: unknown = await r
        .runWith(node, r.interrupted, localWallet(7, provider))
        .catch((caught: unknown) => caught);
      expect(String(error)).to.match(/was begun by 0x70997970C51812dc3A010C7d01b50e0d17dc79C8, not by/);
      // Somebody else signs and sends, of whose transaction nobody hears either.
      expect(await r.runWith(node, r.interrupted, external).catch(unlessFailed)).to.equal(undefined);
    }
    expect(external.sent).to.equal(1);
    expect(outcome.state).to.equal("deployed");
    expect(refused - lost, "every other one got through").to.be.oneOf([0, 1]);
    // The pool was opened by somebody else.
    expect(refused + lost + external.sent + beside, "one after the other").to.equal(r.sentThen - 1 - sentBefore);
    expect(await r.nonce(), "nothing was sent twice, and nothing left out").to.equal(r.sentThen - 1);
    const record = r.recordIn(r.interrupted);
    // What can be sent together is put together anew each time, so that addresses differ.
    expect(Object.keys(record.contracts).sort()).to.deep.equal(Object.keys(r.reference.contracts).sort());
    const all = await r.checks(record);
    expect(all.filter(({ holds }) => !holds)).to.deep.equal([]);
    expect(all.find(({ subject }) => subject === "pool of plUSD")?.said).to.match(
      /it stands at (1000\.0|999\.9)\d* USDC, far from par; nothing reads it .*; it is empty/,
    );
  });

  /** Somebody sees that plUSD is there, and opens its pool at a foolish price while the deployment is about to. */
  async function openFirst(dollar: string): Promise<void> {
    const { network, provider } = r.testnet;
    const node = nodeAt(r.testnet.url);
    const stop = new AbortController();
    const said: string[] = [];
    const opens = id("createPool(address,address,uint24)").slice(0, 10);
    let opened = false;
    const watched: Node = {
      request: async (args) => {
        if (!opened && JSON.stringify(args.params ?? []).includes(opens)) {
          opened = true;
          const usdc = present(network.tokens.USDC?.address);
          const side = (address: string, amount: bigint) => ({ address, amount });
          await openPool(r.testnet, localWallet(8, provider), 100, side(dollar, 10n ** 18n), side(usdc, 10n ** 9n));
        }
        return await node.request(args);
      },
    };
    const say = (line: string): void => {
      said.push(line);
      if (line.includes("somebody else opened")) stop.abort();
    };
    const error: unknown = await r
      .runWith(watched, r.interrupted, r.testnet.deployer, {
        ...{ say, signal: stop.signal },
      })
      .catch((caught: unknown) => caught);
    expect(opened).to.equal(true);
    expect(said.join("\n")).to.match(/somebody else opened plUSD's pool; it is taken as it is/);
    expect(String(error)).to.match(/stopped on the way/);
  }
}
