import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import { artifacts } from "hardhat";
import { parse } from "yaml";
import { getAddress, Interface, toBeHex, ZeroAddress, type ParamType } from "ethers";

import { clampsOf } from "../../../../deploy/modules/listing.js";
import { publicAssets } from "../../../../deploy/parameters/public.js";
import { networkPath, readNetwork } from "../../../../deploy/networks/network.js";
import { PERMISSIONS } from "../../../../deploy/roles.js";
import {
  AUTHORITY,
  cancelCall,
  decidedBy,
  decodeCall,
  deploymentOf,
  encodeProposal,
  GOVERNOR,
  GUARDIAN,
  parseProposal,
  PLIM,
  ProposalError,
  TIMELOCK,
  UNITS,
  type Deployment,
} from "../../../../sdk/governance/index.js";
import type { AddressBook } from "../../../../sdk/addresses.js";
import { Random } from "../../../support/random.js";

const at = (n: number): string => getAddress(toBeHex(0x1000 + n, 20));

const BOOK: AddressBook = {
  chainId: 31_337,
  firstBlock: 0,
  contracts: Object.fromEntries(
    [
      ...["manager", "dollar", "oracle", "risk", "engine", "lens", "reads", "sheet", "reserve", "rebalancer"],
      ...["backstop", "rate", "proof"],
    ].map((name, i) => [name, at(i)]),
  ) as AddressBook["contracts"],
  governance: { plim: at(20), governor: at(21), timelock: at(22), guardian: at(23) },
  depth: at(24),
  tokens: { WETH: at(30), USDC: at(31) },
  vaults: { USDC: at(40) },
  feeds: { stakedEther: at(50) },
};
const ASSETS = [
  { number: 0n, token: at(30), symbol: "WETH", decimals: 18, scale: 10n ** 10n },
  { number: 3n, token: at(31), symbol: "USDC", decimals: 6, scale: 1n },
];
const deployment: Deployment = deploymentOf(BOOK, ASSETS);

const proposal = (contract: string, name: string, args: Record<string, unknown>): unknown => ({
  title: "A title",
  calls: [{ contract, function: name, arguments: args }],
});
const encoded = (contract: string, name: string, args: Record<string, unknown>): readonly unknown[] => {
  const { calldatas } = encodeProposal(parseProposal(proposal(contract, name, args)), deployment);
  const { abi } = deployment.callables.find((one) => one.name === contract)!;
  return abi.decodeFunctionData(name, calldatas[0]!).toArray();
};
const refusal = (contract: string, name: string, args: Record<string, unknown>): ProposalError => {
  try {
    encoded(contract, name, args);
  } catch (error) {
    if (error instanceof ProposalError) return error;
    throw error;
  }
  throw new Error("it was understood");
};

describe("sdk: proposals", () => {
  it("takes values with names and units", () => {
    expect(encoded("engine", "setAssetCap", { asset: "weth", governedCap: "20,000.5 WETH" })).to.deep.equal([
      0n,
      2_000_050_000_000n,
    ]);
    expect(
      encoded("engine", "setDebtLimits", { minimumDebt: "100 plUSD", debtCeiling: "1,000,000 plUSD" }),
    ).to.deep.equal([100n * 10n ** 18n, 10n ** 24n]);
    expect(encoded("engine", "pause", { asset: "USDC", pauses: ["deposit", "borrow"] })).to.deep.equal([3n, 5n]);
    expect(encoded("oracle", "setDecay", { duration: "2 days" })).to.deep.equal([172_800n]);
    expect(
      encoded("authority", "grantRole", { roleId: "risk", account: "timelock", executionDelay: "3 days" }),
    ).to.deep.equal([3n, at(22), 259_200n]);
    const [, , terms] = encoded("reserve", "listVault", {
      vault: "USDC vault",
      minSupply: "1 smallest units",
      terms: { absoluteCap: "1,000,000 USDC", relativeCap: "25%", growthPerDay: "0.001" },
    });
    expect([...(terms as bigint[])]).to.deep.equal([10n ** 12n, 2_500n, 1_000n]);
    const [targets] = encoded("rebalancer", "setWeights", {
      targets: { WETH: "40%", USDC: "60%" },
      bands: { WETH: "2%", USDC: "3%" },
    });
    expect([...(targets as bigint[])].slice(0, 4)).to.deep.equal([4_000n, 0n, 0n, 6_000n]);
    expect(encoded("guardian", "appoint", { holder: at(99), expiresAt: "2027-03-01T00:00:00Z" })[1]).to.equal(
      1_803_859_200n,
    );
  });

  it("says where something is wrong, and what to write instead", () => {
    const cap = (governedCap: unknown): ProposalError =>
      refusal("engine", "setAssetCap", { asset: "WETH", governedCap });
    expect(cap("20000").path).to.equal("calls[0].arguments.governedCap");
    expect(cap("20000").rule).to.contain("no amount of a listed asset");
    expect(cap("20 USDC").rule).to.equal("is of USDC, and the call is about WETH");
    expect(cap("0.00000000001 WETH").rule).to.contain("no whole number of the units");
    expect(refusal("reserve", "setInKindFee", { fee: "50" }).rule).to.contain("counted in %");
    expect(refusal("reserve", "setInKindFee", {}).rule).to.equal("is missing");
    expect(refusal("reserve", "setInKindFee", { fee: "1%", tip: 1 }).path).to.equal("calls[0].arguments.tip");
    expect(refusal("engine", "pause", { asset: "WETH", pauses: ["repay"] }).fix).to.contain(
      "deposit, withdraw, borrow",
    );
    expect(refusal("engine", "setRiskModel", { riskModel: "nobody" }).rule).to.contain("no address");
    expect(refusal("engine", "debtLimits", {}).rule).to.contain("nothing that engine does");
    expect(refusal("bank", "rob", {}).rule).to.contain("no contract");
    // Of two bytes.
    const clamps = { minInitial: "700%", maxInitial: "90%", minMaintenance: "10%", maxMaintenance: "80%" };
    const tooLarge = refusal("risk", "setAssetParameters", {
      asset: "WETH",
      clamps,
      volatilityFloor: "2%",
      horizon: "1 day",
    });
    expect(tooLarge.path).to.equal("calls[0].arguments.clamps.minInitial");
    expect(tooLarge.rule).to.contain("does not fit");
  });

  it("says of what is missing that it is, and what has to be said", () => {
    const cap = refusal("engine", "setAssetCap", { asset: "WETH" });
    expect(cap.message).to.equal("calls[0].arguments.governedCap is missing");
    expect(cap.fix).to.equal("All of these have to be said: asset, governedCap.");
    // An empty value of YAML is null.
    const clamps = { minInitial: "45%", maxInitial: "90%", minMaintenance: null, maxMaintenance: "80%" };
    const inner = refusal("risk", "setAssetParameters", { asset: "WETH", clamps });
    expect(inner.message).to.equal("calls[0].arguments.clamps.minMaintenance is missing");
    expect(inner.fix).to.equal("All of these have to be said: minInitial, maxInitial, minMaintenance, maxMaintenance.");
    const whole = (json: unknown): string => {
      try {
        parseProposal(json);
      } catch (error) {
        return (error as Error).message;
      }
      return "understood";
    };
    expect(whole(undefined)).to.equal("the proposal is missing");
    expect(whole(null), "an empty file").to.equal("the proposal is missing");
    expect(whole({ calls: [{ contract: "risk", function: "delist" }] })).to.equal("title is missing");
    expect(whole({ title: "x", calls: [{ contract: "risk" }] })).to.equal("calls[0].function is missing");
    expect(whole({ title: 5, calls: [] })).to.match(/^title: 5 does not fit: /);
  });

  it("offers what votes decide on, and what was probably meant", () => {
    const typo = refusal("engine", "setAsetCap", {});
    expect(typo.fix).to.match(/^Did you mean setAssetCap\? Votes decide on /);
    const offered = (contract: string): string[] =>
      refusal(contract, "xyz", {})
        .fix.replace(/^.*Votes decide on |\.$/g, "")
        .split(", ");
    for (const { name, abi } of deployment.callables) {
      const functions = offered(name);
      const restricted = PERMISSIONS.flatMap((one) => (one.contract === name ? one.functions : []));
      expect(functions, name).to.include.members([...restricted]);
      for (const one of functions) expect(abi.getFunction(one)?.constant, `${name}.${one}`).to.equal(false);
      expect(functions, name).to.deep.equal(decidedBy(name));
    }
    expect(offered("engine")).to.not.include.members(["borrow"]).and.to.not.include.members(["absorb"]);
    expect(offered("governor")).to.not.include.members(["castVote"]);
    expect(refusal("engin", "pause", {}).fix).to.match(/^Did you mean engine\? There are /);
    const argument = refusal("engine", "setAssetCap", { asset: "WETH", governdCap: "1 WETH" });
    expect(argument.fix).to.equal("Did you mean governedCap? It takes asset, governedCap.");
  });

  it("is tighter in every field than what Sepolia begins with, where the page says that it lends less", () => {
    const page = readFileSync(fileURLToPath(new URL("../../../../docs/governance.md", import.meta.url)), "utf8");
    const [, text = ""] = /^```yaml\n([\s\S]*?)^```$/m.exec(page) ?? [];
    const { calldatas } = encodeProposal(parseProposal(parse(text)), deployment);
    const { abi } = deployment.callables.find(({ name }) => name === "risk")!;
    const [, clamps, floor, horizon] = abi.decodeFunctionData("setAssetParameters", calldatas[0]!).toArray() as [
      bigint,
      { toObject: () => Record<string, bigint> },
      bigint,
      bigint,
    ];
    const ether = publicAssets(readNetwork(networkPath("sepolia"))).find(({ symbol }) => symbol === "WETH")!;
    const said = clamps.toObject();
    for (const [field, deployed] of Object.entries(clampsOf(ether))) {
      expect(Number(said[field]), field).to.be.at.least(deployed);
    }
    expect(Number(said.minInitial)).to.be.above(ether.initialHaircut);
    expect(Number(said.minMaintenance), "nobody becomes liquidatable by it").to.equal(ether.maintenanceHaircut);
    expect(Number(floor)).to.be.at.least(ether.volatilityFloor);
    expect(Number(horizon)).to.be.at.least(ether.horizon);
  });

  it("says in words what the guardian is asked to do", () => {
    const lower = GUARDIAN.encodeFunctionData("lowerAssetCap", [0n, 10n ** 12n]);
    expect(decodeCall({ target: at(23), data: lower }, deployment)?.arguments).to.deep.equal({
      asset: "WETH",
      cap: "10,000 WETH",
    });
    const calls = [{ target: at(4), value: 0n, data: "0x12345678" }];
    const { to, data, value } = cancelCall(BOOK.governance!, { calls, descriptionHash: `0x${"00".repeat(31)}07` });
    expect([to, value]).to.deep.equal([at(23), 0n]);
    expect(decodeCall({ target: to, data }, deployment)?.arguments).to.deep.equal({
      targets: ["engine"],
      values: ["0"],
      payloads: ["0x12345678"],
      predecessor: `0x${"00".repeat(32)}`,
      salt: `${at(21).toLowerCase()}${"00".repeat(11)}07`,
    });
  });

  it("refuses what has no title, no calls, or more than belongs there", () => {
    for (const json of [undefined, 5, { title: "" }, { title: "x", calls: [] }, { title: "x", calls: [{}], more: 1 }]) {
      expect(() => parseProposal(json), JSON.stringify(json)).to.throw(ProposalError);
    }
  });

  it("takes nothing for what it is not", () => {
    expect(refusal("engine", "pause", { asset: "WETH", pauses: ["constructor"] }).rule).to.contain("not one of them");
    const role = { roleId: "constructor", account: "timelock", executionDelay: "3 days" };
    expect(refusal("authority", "grantRole", role).rule).to.equal("is no role");
    for (const newDelay of [", days", "1,,,0 days", "1,5 days"]) {
      expect(refusal("timelock", "updateDelay", { newDelay }).path, newDelay).to.contain("newDelay");
    }
    expect(encoded("timelock", "updateDelay", { newDelay: "1,000 days" })).to.deep.equal([86_400_000n]);
    const asset = "99999999999999999999";
    expect(refusal("engine", "setAssetCap", { asset, governedCap: "1 ledger units" }).path).to.contain("asset");
    const odd = refusal("governor", "relay", { target: "plim", value: "0", data: "0x123" });
    expect(odd.path).to.equal("calls[0].arguments.data");
    const short = refusal("timelock", "cancel", { id: "0x12" });
    expect(short.fix).to.contain("64 hexadecimal digits");
  });

  it("takes no number without its unit", () => {
    const listed = { asset: "4", token: at(60), governedCap: "5" };
    expect(refusal("engine", "listAsset", listed).path).to.contain("governedCap");
    expect(encoded("engine", "listAsset", { ...listed, governedCap: "5 ledger units" })[2]).to.equal(5n);
    const rate = "0.000000001547 /s";
    const terms = { base: rate, minimum: "0 /s", maximum: rate, sensitivity: "0.01", pace: rate, surcharge: "0 /s" };
    expect([...(encoded("rate", "setTerms", { terms })[0] as bigint[])][0]).to.equal(1_547_000_000n);
    for (const name of ["base", "minimum", "maximum", "pace", "surcharge"]) {
      const error = refusal("rate", "setTerms", { terms: { ...terms, [name]: "5" } });
      expect(error.path).to.contain(name);
      expect(error.rule).to.contain("has no unit");
    }
    const vault = { absoluteCap: "1 USDC", relativeCap: "25%", growthPerDay: "0.001" };
    const error = refusal("reserve", "listVault", { vault: "USDC vault", minSupply: "1", terms: vault });
    expect(error.path).to.contain("minSupply");
  });

  it("gives calls words only where they say all of it, whatever the bytes", () => {
    const { abi } = deployment.callables.find(({ name }) => name === "engine")!;
    const decoded = (target: string, data: string) => decodeCall({ target, data }, deployment);
    const engine = deployment.callables.find(({ name }) => name === "engine")!.address;
    const cap = abi.encodeFunctionData("setAssetCap", [0n, 5n]);
    expect(decoded(engine, cap)).to.not.equal(undefined);
    expect(decoded(engine, cap.slice(0, 10)), "no arguments").to.equal(undefined);
    expect(decoded(engine, cap.slice(0, -2)), "too few").to.equal(undefined);
    expect(decoded(engine, `${cap}00`), "too many").to.equal(undefined);
    expect(decoded(engine, "0x"), "nothing").to.equal(undefined);
    // Of the bits there are names for four.
    expect(decoded(engine, abi.encodeFunctionData("pause", [0n, 1n])), "a pause").to.not.equal(undefined);
    expect(decoded(engine, abi.encodeFunctionData("pause", [0n, 17n])), "what it has no name for").to.equal(undefined);
    // A text that is none.
    const label = AUTHORITY.encodeFunctionData("labelRole", [1n, "a"]).replace(/61(0{62})$/, "ff$1");
    expect(decoded(BOOK.contracts.manager, label), "no letters").to.equal(undefined);
    // Moments that are no date any more.
    const never = 2n ** 255n;
    const appoint = GUARDIAN.encodeFunctionData("appoint", [at(99), never]);
    expect(decoded(at(23), appoint)?.arguments.expiresAt).to.equal(never.toString());
    for (const moment of [253_402_300_799n, 253_402_300_800n]) {
      const data = GUARDIAN.encodeFunctionData("appoint", [at(99), moment]);
      expect(decoded(at(23), data), moment.toString()).to.not.equal(undefined);
    }
  });

  it("takes days that there are, in UTC", () => {
    const moment = (expiresAt: string) => refusal("guardian", "appoint", { holder: at(99), expiresAt }).rule;
    expect(moment("2027-02-31")).to.contain("does not have");
    expect(moment("2027-02-31T00:00:00Z")).to.contain("does not have");
    expect(moment("2027-03-01T12:00:00")).to.contain("UTC");
    expect(moment("1803859200")).to.contain("no moment");
    const [, day] = encoded("guardian", "appoint", { holder: at(99), expiresAt: "2027-03-01" });
    expect(day).to.equal(1_803_859_200n);
  });

  const random = Random.fresh();
  it(`reads back what it writes, for every privileged function (seed ${random.seed})`, () => {
    const functions = [
      ...PERMISSIONS.flatMap(({ contract, functions: names }) => names.map((name) => `${contract}.${name}`)),
      ...Object.keys(UNITS),
    ];
    for (const name of new Set(functions)) {
      const [contract = "", method = ""] = name.split(".");
      const { abi, address } = deployment.callables.find((one) => one.name === contract)!;
      const { inputs } = abi.getFunction(method)!;
      for (let round = 0; round < 8; round++) {
        const values = inputs.map((input) => anyValue(input, input.name.replaceAll(/^_|_$/g, ""), name, random));
        const data = abi.encodeFunctionData(method, values);
        const said = decodeCall({ target: address, data }, deployment)!;
        expect(said.function, name).to.equal(method);
        const again = encodeProposal(parseProposal({ title: "x", calls: [said] }), deployment);
        expect(again.calldatas[0], `${name} ${JSON.stringify(said.arguments)}`).to.equal(data);
        expect(again.targets[0]).to.equal(address);
      }
    }
  });

  it("names arguments in its table of units that the functions have", () => {
    for (const [name, units] of Object.entries(UNITS)) {
      const [contract = "", method = ""] = name.split(".");
      const { abi } = deployment.callables.find((one) => one.name === contract)!;
      const known = new Set<string>();
      const collect = (inputs: readonly ParamType[], prefix: string): void => {
        for (const input of inputs) {
          const path = `${prefix}${input.name.replaceAll(/^_|_$/g, "")}`;
          known.add(path);
          if (input.components !== null) collect(input.components, `${path}.`);
        }
      };
      collect(abi.getFunction(method)!.inputs, "");
      // Feeds are described alike, whichever function takes them.
      const own = Object.keys(units).filter((path) => contract !== "oracle" || known.has(path));
      for (const path of own) expect([...known], name).to.include(path);
      expect(own.length > 0, name).to.equal(true);
    }
  });

  it("calls the contracts that govern by functions that they have", async () => {
    const compiled = async (name: string) => new Interface((await artifacts.readArtifact(name)).abi);
    for (const [abi, name] of [
      [PLIM, "PlimsollToken"],
      [GOVERNOR, "PlimsollGovernor"],
      [TIMELOCK, "PlimsollTimelock"],
      [GUARDIAN, "Guardian"],
      [AUTHORITY, "Authority"],
    ] as const) {
      const real = await compiled(name);
      abi.forEachFunction((fragment) => {
        const same = real.getFunction(fragment.selector);
        expect(same?.format("minimal"), `${name}.${fragment.name}`).to.equal(fragment.format("minimal"));
      });
      abi.forEachEvent((fragment) => {
        expect(real.getEvent(fragment.topicHash)?.name, `${name}.${fragment.name}`).to.equal(fragment.name);
      });
    }
  });
});

/** A value that the type can have, and that its unit can say. */
function anyValue(type: ParamType, path: string, name: string, random: Random): unknown {
  const unit = UNITS[name]?.[path];
  if (unit === "creditPauses") return random.between(0n, 15n);
  if (unit === "reservePauses") return random.between(0n, 3n);
  if (unit === "asset") return random.between(0n, 5n);
  if (unit === "time") return random.between(0n, 4_000_000_000n);
  if (type.arrayChildren !== null) {
    const { arrayChildren, arrayLength } = type;
    const length = arrayLength === -1 || arrayLength === null ? 2 : arrayLength;
    return Array.from({ length }, (_, i) =>
      anyValue(arrayChildren, unit === "bpsByAsset" ? path : `${path}[${i}]`, name, random),
    );
  }
  if (type.components !== null) {
    return type.components.map((part) => anyValue(part, `${path}.${part.name}`, name, random));
  }
  const { baseType } = type;
  if (baseType === "address") return random.between(0n, 1n) === 0n ? ZeroAddress : at(Number(random.between(0n, 60n)));
  if (baseType === "bool") return random.between(0n, 1n) === 1n;
  if (baseType === "string") return `text ${random.bits()}`;
  if (baseType.startsWith("bytes")) {
    const size = Number(/\d+$/.exec(baseType)?.[0] ?? 7);
    return toBeHex(random.between(0n, 2n ** BigInt(8 * size) - 1n), size);
  }
  const bits = BigInt(/\d+$/.exec(baseType)?.[0] ?? 256);
  const most = 2n ** (baseType.startsWith("int") ? bits - 1n : bits) - 1n;
  const small = random.between(0n, 2n) !== 0n;
  return random.between(0n, small && most > 100_000n ? 100_000n : most);
}
