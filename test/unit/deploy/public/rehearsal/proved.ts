/** A rehearsed deployment: what is proved of it, and what is not believed. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { parseEther } from "ethers";

import { CliError, EXIT } from "../../../../../cli/errors.js";
import { verify } from "../../../../../cli/deploy/verify.js";
import type { Check } from "../../../../../deploy/checks.js";
import { explorerInputs, writeInput } from "../../../../../deploy/explorer/explorer.js";
import { checkInput, InputDiffers } from "../../../../../deploy/explorer/recompile.js";
import { verifyDeployment } from "../../../../../deploy/verify/verify.js";
import { ROLES } from "../../../../../deploy/roles.js";
import { Stage } from "../../../../../deploy/stage.js";
import { localWallet } from "../../../../../replay/chain/embedded.js";
import { present } from "../../../../../sdk/present.js";
import { expectedOf, playTricks } from "./tricks.js";
import type { Rehearsal } from "./rehearsal.js";

/** Whether it is proved. */
export function provedSuite(r: Rehearsal): void {
  it("proves that everything is as it should be, by the command", async () => {
    const lines: string[] = [];
    const say = (line: string): void => void lines.push(line);
    await verify(
      { network: "sepolia", rpc: r.testnet.url, out: r.testnet.folder },
      { say, environment: {} },
      new AbortController().signal,
    );
    expect(lines.at(-1)).to.match(/^All \d+ checks hold\.$/);
    expect(lines.length).to.be.above(200);
    expect(lines.join("\n")).to.contain(`deployer: ${r.testnet.deployer.address} holds no role`);
  });

  it("tells what votes and guardian changed since from what is wrong, and holds no gift against the deployer", async () => {
    const { deployer, guardian, folder } = r.testnet;
    const { contracts } = r.recordIn(folder);
    const at = (future: string): string => present(contracts[future], future);
    await r.meanwhile(async () => {
      const timelock = at("Governance#PlimsollTimelock");
      for (const floor of ["5", "4", "7", "6"]) {
        await r.as(timelock, at("Core#CreditEngine"), "function setTipFloor(uint256)", parseEther(floor));
      }
      await r.as(guardian, at("Governance#Guardian"), "function pauseReserve(uint256, uint256)", 1, 2);
      const [plim, holder] = [at("Governance#PlimsollToken"), r.testnet.plimHolder];
      await r.as(holder, plim, "function transfer(address, uint256)", deployer.address, 1n);

      const lines: string[] = [];
      const out = { say: (line: string): void => void lines.push(line), environment: {} };
      const options = { network: "sepolia", rpc: r.testnet.url, out: folder };
      await verify(options, out, new AbortController().signal);
      const later = lines.filter((line) => line.startsWith("LATER"));
      expect(later.length).to.equal(2);
      expect(later.join("\n")).to.match(
        /setting Core#ICreditEngine\.setTipFloor: .*; changed since the deployment: .*TipFloorSet in 0x\w{64} \(the last of 4\)/,
      );
      expect(later.join("\n")).to.match(/pauses: paused: WBTC in the reserve \(2\); changed since .*PausesSet in 0x/);
      expect(lines.join("\n")).to.contain("ok    deployer: others gave it 1 PLIM and 0 votes since");
      expect(lines.at(-1)).to.match(/^\d+ of \d+ checks hold; what the other 2 are about was changed since/);

      // With anything wrong beside it, nobody knows who may have changed what.
      const grant = "function grantRole(uint64, address, uint32)";
      await r.as(timelock, at("Core#Authority"), grant, ROLES.governor, r.eoa(8), 2 * 86_400);
      const failed = (await r.checks(r.recordIn(folder))).filter(({ holds }) => !holds);
      expect(failed.length).to.be.above(2);
      expect(failed.filter(({ since }) => since !== undefined)).to.deep.equal([]);
    });
  });

  it("believes the record in nothing that the chain can tell", async () => {
    const record = r.recordIn(r.testnet.folder);
    const other = r.testnet.guardian;
    const failed = (
      await r.checks({
        ...record,
        deployer: other,
        plimHolder: other,
        firstBlock: 10 ** 6,
        transactions: record.transactions,
      })
    ).filter(({ holds }) => !holds);
    const said = (subject: string): string => failed.find((check) => check.subject === subject)?.said ?? "";
    expect(said("transaction Core#Authority")).to.match(/it was sent by .*, not .*; the code that ran is/);
    expect(said("transaction Governance#PlimsollToken")).to.match(/the code that ran is/);
    expect(said("PLIM")).to.match(
      new RegExp(`minted: \\[\\d+ to ${r.testnet.plimHolder}\\], not \\[\\d+ to ${other}\\]`),
    );
    const { "Core#Authority": _, ...some } = record.transactions ?? {};
    const contracts = { ...record.contracts, "Core#ICreditEngine": other, "Public#USDC": other, "Public#Other": other };
    const left = (await r.checks({ ...record, contracts, transactions: some })).filter(({ holds }) => !holds);
    expect(left.map(({ subject }) => subject)).to.deep.equal([
      ...["record", "record", "record"],
      "transaction Core#Authority",
    ]);
    expect(left.map((check) => check.said).join("\n")).to.match(
      new RegExp(
        `Public#Other, which.*\n.*Core#ICreditEngine is: ${other}, not 0x.*\n.*Public#USDC is: ${other}, not 0x`,
      ),
    );
  });

  it("says plainly that a record is not whole, and that it is not of the file's tokens or Uniswap", async () => {
    const { provider, network, deployer } = r.testnet;
    const record = r.recordIn(r.testnet.folder);
    const { "Core#Authority": _, ...contracts } = record.contracts;
    expect((await r.checks({ ...record, contracts })).filter(({ holds }) => !holds)).to.deep.equal([
      { subject: "record", said: "it does not say where Core#Authority is", holds: false },
    ]);
    const failedWith = async (file: typeof network): Promise<string> => {
      const all = await verifyDeployment({ provider, chainId: BigInt(network.chainId), network: file, record });
      return all.flatMap(({ subject, said, holds }) => (holds ? [] : [`${subject}: ${said}`])).join("\n");
    };
    const nobody = { ...network, uniswap: { ...network.uniswap, factory: r.testnet.guardian } };
    expect(await failedWith(nobody)).to.match(
      /record: nothing is deployed at 0x\w+, where Public#IUniswapV3Factory should/,
    );
    await r.meanwhile(async () => {
      // A token that says of itself what the real one does, and that the deployer mints.
      const token = await new Stage(provider, localWallet(0, provider)).own(
        "FaucetToken",
        ...["USD Coin", "USDC", 6, deployer.address],
      );
      const tokens = { ...network.tokens, USDC: { ...present(network.tokens.USDC), address: token } };
      const failed = await failedWith({ ...network, tokens });
      expect(failed).to.match(
        new RegExp(`record: where Public#USDC is: ${present(network.tokens.USDC?.address)}, not ${token}`),
      );
    });
  });

  it("makes explorers' inputs that compile to what is deployed, with no more sources than that takes", async () => {
    const inputs = await explorerInputs(r.testnet.provider, r.testnet.network, r.recordIn(r.testnet.folder));
    expect(inputs.length).to.be.above(25);
    const small = present(inputs.find(({ future }) => future === "Core#ConstantRate"));
    expect(Object.keys(small.input.sources)).to.deep.equal([
      "project/contracts/credit/ConstantRate.sol",
      "project/contracts/interfaces/IRateSource.sol",
    ]);
    expect(small.constructorArguments).to.match(/^[0-9a-f]{64}$/);
    const path = writeInput(join(r.testnet.folder, "sources"), small);
    expect(JSON.parse(readFileSync(path, "utf8"))).to.deep.include({ contract: small.contract, input: small.input });
    // What explorers compile is compared, not believed.
    const [name] = Object.keys(small.input.sources);
    const content = present(small.input.sources[name!]).content.replace("RATE", "OTHER");
    const other = { ...small, input: { ...small.input, sources: { ...small.input.sources, [name!]: { content } } } };
    expect(() => checkInput(other)).to.throw(InputDiffers);
  });

  it("ends with 1 and plain words when something does not hold", async () => {
    await r.meanwhile(async () => {
      await r.rpc("anvil_setCode", r.recordIn(r.testnet.folder).contracts["Core#ReadBatch"], "0x00");
      const lines: string[] = [];
      const error: unknown = await verify(
        { network: "sepolia", rpc: r.testnet.url, out: r.testnet.folder, json: true },
        { say: (line) => void lines.push(line), environment: {} },
        new AbortController().signal,
      ).catch((caught: unknown) => caught);
      expect(error).to.be.instanceOf(CliError);
      expect((error as CliError).exitCode).to.equal(EXIT.failed);
      const told = JSON.parse(lines[0]!) as { holds: boolean; checks: Check[] };
      expect(told.holds).to.equal(false);
      expect(told.checks.find(({ holds }) => !holds)?.said).to.equal("it is not what the build makes of ReadBatch");
    });
  });

  it("names whatever a deployer tried to keep, and nothing else", async () => {
    const { provider, deployer } = r.testnet;
    const record = await playTricks(r.testnet, r.recordIn(r.testnet.folder), async () => {
      await r.rpc("evm_revert", r.start);
      r.start = await r.snapshot();
    });
    const failed = (await r.checks(record)).filter(({ holds }) => !holds);
    const expected = expectedOf(localWallet(8, provider).address, deployer.address);
    for (const [subject, said] of expected) {
      const found = failed.filter((check) => check.subject === subject).map((check) => check.said);
      expect(found.join("\n"), `${subject}: ${JSON.stringify(failed)}`).to.match(said);
    }
    const named = new Set(expected.map(([subject]) => subject));
    expect(failed.map(({ subject }) => subject).filter((subject) => !named.has(subject))).to.deep.equal([]);
    expect(
      failed.filter(({ said }) => said.includes("AssetCapSet(0,")).length,
      "the deployer's, not an outsider's",
    ).to.equal(1);
  });
}
