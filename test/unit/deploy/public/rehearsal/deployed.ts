/** A rehearsed deployment: what it leaves, and what it cost. */

import { readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

import { expect } from "chai";

import { parseAddressBook } from "../../../../../sdk/addresses.js";
import { present } from "../../../../../sdk/present.js";
import type { Rehearsal } from "./rehearsal.js";

/** Once it is there. */
export function deployedSuite(r: Rehearsal): void {
  it("deploys, writes the address book, and does nothing when it is run again", async () => {
    const lines = await r.run(r.named());
    expect(lines.at(-1)).to.match(/verify-deployment --network sepolia/);
    const path = join(r.testnet.folder, `chain-${r.testnet.network.chainId}`, "addresses.json");
    const book = parseAddressBook(JSON.parse(readFileSync(path, "utf8")));
    expect(book.tokens).to.include({ USDC: r.testnet.network.tokens.USDC?.address });
    expect(await r.testnet.provider.getCode(book.contracts.engine, book.firstBlock)).to.not.equal("0x");
    expect(await r.testnet.provider.getCode(book.contracts.engine, book.firstBlock - 1)).to.equal("0x");

    const sent = await r.nonce();
    rmSync(path);
    expect((await r.run()).at(-1)).to.match(
      /^Everything is there already; nothing is to be done\. .* verify-deployment .* --out \S+$/,
    );
    expect(parseAddressBook(JSON.parse(readFileSync(path, "utf8"))), "what got lost is written again").to.deep.equal(
      book,
    );
    expect(await r.nonce()).to.equal(sent);

    // Also where what Ignition notes got lost with it.
    const journal = join(dirname(path), "journal.jsonl");
    renameSync(journal, `${journal}.lost`);
    rmSync(path);
    await r.run();
    renameSync(`${journal}.lost`, journal);
    expect(parseAddressBook(JSON.parse(readFileSync(path, "utf8"))), "from the chain").to.deep.equal(book);
  });

  it("cost what was estimated, to a few per cent", async () => {
    const { provider, deployer } = r.testnet;
    let used = 0n;
    for (let block = 1; block <= (await provider.getBlockNumber()); block++) {
      for (const hash of present(await provider.getBlock(block)).transactions) {
        const receipt = present(await provider.getTransactionReceipt(hash));
        if (receipt.from === deployer.address) used += receipt.gasUsed;
      }
    }
    const off = Number(used - r.estimated) / Number(r.estimated);
    expect(Math.abs(off), `${used} used, ${r.estimated} estimated`).to.be.below(0.03);
  });
}
