import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import { AbiCoder, ErrorFragment, Interface } from "ethers";

import { amountText, explain, explainData, explainError, type Names } from "../../../sdk/errors/index.js";
import { GOVERNANCE_SENTENCES } from "../../../sdk/errors/governance.js";
import { SENTENCES } from "../../../sdk/errors/sentences.js";

const ARTIFACTS = fileURLToPath(new URL("../../../artifacts/contracts", import.meta.url));
const ACCOUNT = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const ALL = { ...GOVERNANCE_SENTENCES, ...SENTENCES };
const NAMES: Names = {
  sentences: GOVERNANCE_SENTENCES,
  assets: [
    {
      number: 0n,
      token: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
      symbol: "WETH",
      decimals: 18,
      scale: 10n ** 10n,
    },
    { number: 3n, token: "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512", symbol: "USDC", decimals: 6, scale: 1n },
  ],
};

/** Every custom error of every contract that was built, by selector. */
function errorsOfContracts(): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(ARTIFACTS, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".json")) continue;
    const { abi, contractName } = JSON.parse(readFileSync(join(ARTIFACTS, name), "utf8")) as {
      abi?: { type: string }[];
      contractName: string;
    };
    for (const entry of abi ?? []) {
      if (entry.type !== "error") continue;
      const fragment = ErrorFragment.from(entry);
      found.set(fragment.selector, `${contractName}: ${fragment.format("sighash")}`);
    }
  }
  return found;
}

describe("sdk/errors", () => {
  const fragments = Object.keys(ALL).map((signature) => ErrorFragment.from(`error ${signature}`));

  it("has a sentence for every error of every contract, and for no other", () => {
    const needed = errorsOfContracts();
    expect(needed.size).to.be.greaterThan(190);
    const there = new Set(fragments.map((f) => f.selector));
    expect([...needed].filter(([selector]) => !there.has(selector)).map(([, name]) => name)).to.deep.equal([]);
    const unknown = fragments.filter((f) => !needed.has(f.selector)).map((f) => f.format("sighash"));
    expect(unknown).to.deep.equal([]);
    expect(there.size, "one sentence each").to.equal(fragments.length);
  });

  it("says every value, in a unit that there is, and what can be done", () => {
    const sample = (type: string): unknown =>
      type === "address"
        ? ACCOUNT
        : type === "bool"
          ? true
          : type === "string"
            ? "text"
            : type.startsWith("bytes")
              ? `0x${"00".repeat(32)}`
              : 3n;
    for (const [i, [signature, [message, fix]]] of Object.entries(ALL).entries()) {
      const fragment = fragments[i]!;
      // An asset or a token may be said by the unit of another value.
      const said = [...`${message} ${fix}`.matchAll(/\{(\w+)\|\w+(?: (\w+))?\}/g)].flatMap(([, name, of]) => [
        name,
        of ?? name,
      ]);
      const names = fragment.inputs.map((input) => input.name);
      expect([...new Set(said)].sort(), signature).to.deep.equal([...names].sort());
      const explained = explainError(
        fragment.format("sighash"),
        fragment.inputs.map((input) => sample(input.type)),
        NAMES,
      );
      for (const text of [explained.message, explained.fix]) {
        expect(text, signature).to.match(/^[^{}]+\.$/);
        expect(text, signature).not.to.contain("undefined");
      }
    }
  });

  it("speaks in the units of what it is about", () => {
    const say = (error: string, ...args: unknown[]): string => explainError(error, args, NAMES).message;
    expect(say("BorrowLimitExceeded", ACCOUNT, 1_234_567_890_000_000_000_000n, 10n ** 18n)).to.equal(
      `${ACCOUNT} would owe 1,234.56789 plUSD, but its collateral allows 1 plUSD.`,
    );
    expect(say("CapExceeded", 0n, 150_000_000n, 10n ** 8n)).to.equal(
      "There would be 1.5 WETH, and no more than 1 WETH may be held.",
    );
    expect(say("CapExceeded", 9n, 5n, 1n)).to.contain("5 ledger units of asset 9");
    expect(say("AmountBelowLedgerUnit", 0n, 1n, 10n ** 10n)).to.contain("0.000000000000000001 WETH is less");
    expect(say("StatementStale", 1_583_971_200n, 3_600n))
      .to.contain("2020-03-12 00:00:00 UTC; nothing")
      .and.contain("1 hour.");
    expect(say("Paused(uint256,uint256)", 0n, 4n)).to.contain("WETH: borrowing against it");
    expect(say("NotOverweight", 3n, 5_012n, 5_300n)).to.equal(
      "USDC is 50.12% of the reserve, and is sold from 53% on.",
    );
    expect(amountText(-1_500_000n, 6)).to.equal("-1.5");
  });

  it("finds the reason in whatever wallets, nodes and ethers wrap it in", () => {
    const abi = new Interface(["error NoDebt(address account)"]);
    const data = abi.encodeErrorResult("NoDebt", [ACCOUNT]);
    const wrapped = [
      { code: "CALL_EXCEPTION", data },
      { code: "UNKNOWN_ERROR", error: { code: -32603, data: { code: 3, data } } },
      { info: { error: { data } } },
      new Error("outer", { cause: { data } }),
    ];
    for (const error of wrapped) expect(explain(error)?.message).to.equal(`${ACCOUNT} owes nothing.`);
    expect(explain({ code: 4001 })?.name).to.equal("Rejected");
    expect(explain({ code: "ACTION_REJECTED" })?.name).to.equal("Rejected");
    expect(explain({ code: "INSUFFICIENT_FUNDS" })?.fix).to.equal("Send it some ether.");
    expect(explain(new Error("what?"))).to.equal(undefined);
    expect(explain(undefined)).to.equal(undefined);
    expect(explainData("0x12345678")).to.equal(undefined);
    expect(explainData("not hex")).to.equal(undefined);
  });

  it("knows what Solidity itself says", () => {
    const coder = AbiCoder.defaultAbiCoder();
    const panic = `0x4e487b71${coder.encode(["uint256"], [0x11]).slice(2)}`;
    const reason = (text: string): string => `0x08c379a0${coder.encode(["string"], [text]).slice(2)}`;
    expect(explainData(panic)?.message).to.contain("panic 17");
    expect(explainData(reason("Too little received"))?.fix).to.contain("slippage");
    expect(explainData(reason("no"))?.message).to.equal('A contract refused: "no".');
  });
});
