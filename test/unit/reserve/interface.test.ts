import { expect } from "chai";
import type { Interface } from "ethers";

import { deployReserveWorld } from "../../support/reserve-world.js";

describe("IReserve", () => {
  let world: Awaited<ReturnType<typeof deployReserveWorld>>;

  before(async () => {
    world = await deployReserveWorld();
  });

  const functions = (abi: Interface): string[] => {
    const list: string[] = [];
    abi.forEachFunction((f) => list.push(f.format("full")));
    return list;
  };

  it("is all that the reserve and its extension answer to, and nothing else", () => {
    const { reserve, implementation, extension } = world;
    const both = new Set([...functions(implementation.interface), ...functions(extension.interface)]);
    // Parameters have other names here and there; what counts is what is called and what comes back.
    const bare = (list: Iterable<string>) =>
      [
        ...new Set([...list].map((f) => f.replace(/(?<=[\w\])]) (?!returns|view|pure|payable)\w+(?=[,)])/g, ""))),
      ].sort();
    expect(bare([...both].filter((f) => !f.startsWith("function initialize(")))).to.deep.equal(
      bare(functions(reserve.interface)),
    );
  });

  it("is two contracts that can be deployed", async () => {
    const { ethers, implementation, extension } = world;
    for (const part of [implementation, extension]) {
      const code = await ethers.provider.getCode(await part.getAddress());
      expect(code.length / 2 - 1).to.be.below(24_576);
    }
  });
});
