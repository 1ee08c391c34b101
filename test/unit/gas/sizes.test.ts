import { expect } from "chai";
import hre from "hardhat";

/** EIP-170: the most code that a contract may have. {byte} */
const LIMIT = 24_576;
/** Kept free below it, for what has to be mended one day. */
const SPARE = LIMIT / 10;

describe("Contract sizes", () => {
  it("leave a tenth of what a contract may have", async () => {
    const names = await hre.artifacts.getAllFullyQualifiedNames();
    const sizes: [name: string, bytes: number][] = [];
    for (const name of names) {
      if (!name.startsWith("contracts/")) continue;
      const { deployedBytecode } = await hre.artifacts.readArtifact(name);
      sizes.push([name.split(":")[1] ?? name, deployedBytecode.length / 2 - 1]);
    }
    sizes.sort(([, a], [, b]) => b - a);
    const [largest] = sizes;
    console.log(`      largest: ${largest?.[0] ?? "none"}, ${largest?.[1].toString() ?? "0"} bytes`);
    expect(sizes.map(([name]) => name)).to.include.members(["CreditEngine", "BalanceSheet", "RiskModel", "Reserve"]);
    expect(sizes.filter(([, bytes]) => bytes > LIMIT - SPARE)).to.deep.equal([]);
  });
});
