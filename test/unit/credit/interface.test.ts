import { expect } from "chai";
import type { Interface } from "ethers";

import { freshWorld } from "../../support/fresh.js";
import { deployWorld, MINIMUM_DEBT, WAD } from "../../support/world.js";

describe("ICreditEngine", () => {
  const world = freshWorld(deployWorld);

  const functions = (abi: Interface): string[] => {
    const list: string[] = [];
    abi.forEachFunction((f) => list.push(f.format("full")));
    return list.sort();
  };

  it("is all that the engine and its extension answer to, and nothing else", () => {
    const { engine, implementation, extension } = world();
    const ofTheConstructor = "initialize";
    const both = new Set([...functions(implementation.interface), ...functions(extension.interface)]);
    // Parameters have other names here and there; what counts is what is called and what comes back.
    const bare = (list: Iterable<string>) =>
      [...list].map((f) => f.replace(/(?<=[\w\])]) (?!returns|view|pure|payable)\w+(?=[,)])/g, "")).sort();
    expect(bare([...both].filter((f) => !f.startsWith(`function ${ofTheConstructor}(`)))).to.deep.equal(
      bare(functions(engine.interface)),
    );
  });

  it("carries a batch: deposit, borrow and what each returned", async () => {
    const { engine, dollar, alice } = world();
    await world().fund(alice, 0, WAD);
    const abi = engine.interface;
    const calls = [
      abi.encodeFunctionData("deposit", [0, WAD, alice.address]),
      abi.encodeFunctionData("borrow", [MINIMUM_DEBT, alice.address, alice.address]),
      abi.encodeFunctionData("debtLimits"),
    ];
    const results = await engine.connect(alice).multicall.staticCall(calls);
    expect(abi.decodeFunctionResult("deposit", results[0]!)).to.deep.equal([WAD]);
    expect(abi.decodeFunctionResult("debtLimits", results[2]!)[0]).to.equal(MINIMUM_DEBT);
    await engine.connect(alice).multicall(calls);
    expect(await dollar.balanceOf(alice.address)).to.equal(MINIMUM_DEBT);
  });
});
