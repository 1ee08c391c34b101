import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { encryptKeystoreJsonSync } from "ethers";
import { stringify } from "yaml";

import * as deeds from "../../../cli/governance/act.js";
import { cancel } from "../../../cli/governance/cancel.js";
import type { ActOptions } from "../../../cli/governance/send.js";
import { decode, list, show } from "../../../cli/governance/show.js";
import { simulate } from "../../../cli/governance/simulate.js";
import { CliError, EXIT } from "../../../cli/errors.js";
import { localWallet } from "../../../replay/chain/embedded.js";
import { serveRpc, type RpcServer } from "../../../replay/chain/rpc-server.js";
import type { EncodedProposal } from "../../../sdk/governance/index.js";
import { needAnvil } from "../../support/anvil.js";
import { openGovernedWorld, type GovernedWorld } from "../../support/governed-world.js";

const WAD = 10n ** 18n;
/** The voter among the node's accounts. */
const VOTER = 2;

describe("cli: governance", () => {
  let w: GovernedWorld;
  let server: RpcServer;
  let folder = "";
  let chain: { rpc: string; addresses: string };
  let options: ActOptions;

  before(async () => {
    w = await openGovernedWorld();
    await w.refresh();
    await w.borrow(w.people.alice, 100n * WAD, 7_000n * WAD);
    await w.borrow(w.people.bob, 100n * WAD, 1_000n * WAD);
    server = await serveRpc(w.connection.provider, 0);
    folder = mkdtempSync(join(tmpdir(), "plimsoll-governance-"));
    chain = { rpc: server.url, addresses: join(folder, "addresses.json") };
    writeFileSync(chain.addresses, JSON.stringify(w.book));
    options = { ...chain, from: w.people.voter.address, yes: true };
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, proposal: unknown): string => {
    const path = join(folder, name);
    writeFileSync(path, stringify(proposal));
    return path;
  };
  const haircut = (minMaintenance: string) => ({
    title: "Liquidate earlier",
    description: "Ether has become wilder.",
    calls: [
      {
        contract: "risk",
        function: "setAssetParameters",
        arguments: {
          asset: "WETH",
          clamps: { minInitial: "75%", maxInitial: "90%", minMaintenance, maxMaintenance: "80%" },
          volatilityFloor: "2%",
          horizon: "1 day",
        },
      },
    ],
  });
  const terminal = (lines: string[]) => ({
    environment: {},
    say: (line: string) => void lines.push(line),
    ask: () => Promise.resolve(true),
  });
  const heard = async (work: (say: (line: string) => void) => Promise<void>): Promise<string[]> => {
    const lines: string[] = [];
    await work((line) => void lines.push(line));
    return lines;
  };
  const failure = async (work: Promise<unknown>): Promise<CliError> => {
    try {
      await work;
    } catch (error) {
      if (error instanceof CliError) return error;
      throw error;
    }
    throw new Error("it did not fail");
  };

  it("takes a proposal from a file to its execution, and shows it in the file's words", async () => {
    const path = write("cap.yaml", {
      title: "Less bitcoin",
      calls: [{ contract: "engine", function: "setAssetCap", arguments: { asset: "WBTC", governedCap: "12.5 WBTC" } }],
    });
    const json: string[] = [];
    await deeds.propose(path, { ...options, json: true }, terminal(json));
    const { id, transaction } = JSON.parse(json[0]!) as { id: string; transaction: string };
    expect(transaction).to.match(/^0x[0-9a-f]{64}$/);

    const listed = await heard((say) => list({ ...chain, account: w.people.voter.address }, say));
    expect(listed.find((line) => line.startsWith(id))).to.contain("pending");
    expect(listed.join("\n")).to.contain("votes with 90,000,000.00");
    await w.wait((await w.governor.votingDelay()) + 1n);
    const lines: string[] = [];
    await deeds.vote(id, "for", { ...options, reason: "It is too much." }, terminal(lines));
    expect(lines.join("\n")).to.contain("engine.setAssetCap").and.to.contain("12.5 WBTC");
    await w.wait((await w.governor.votingPeriod()) + 1n);
    await deeds.queue(id, options, terminal([]));

    const early = await failure(deeds.execute(id, options, terminal([])));
    expect(early.exitCode).to.equal(EXIT.failed);
    const shown = (await heard((say) => show(id, chain, say))).join("\n");
    expect(shown).to.contain("queued").and.to.contain("# Less bitcoin").and.to.contain("Can be executed from");

    await w.wait((await w.timelock.getMinDelay()) + 1n);
    await deeds.execute(id, options, terminal([]));
    expect((await w.engine.assetInfo(1)).governedCap).to.equal(1_250_000_000n);
    const [told] = await heard((say) => show(id, { ...chain, json: true }, say));
    const record = JSON.parse(told!) as { state: string; calls: unknown[]; description: string };
    expect(record.state).to.equal("executed");
    expect(record.description).to.equal(`# Less bitcoin\n\n#proposer=${w.people.voter.address}`);
    expect(record.calls).to.deep.equal([
      { contract: "engine", function: "setAssetCap", arguments: { asset: "WBTC", governedCap: "12.5 WBTC" } },
    ]);
    const again = await failure(deeds.vote(id, "for", options, terminal([])));
    expect(again.message).to.contain("executed");
  });

  it("sends nothing unless told to, and says what does not fit", async () => {
    const count = await w.governor.proposalCount();
    const path = write("dry.yaml", haircut("20%"));
    const lines: string[] = [];
    await deeds.propose(path, { ...options, dryRun: true }, terminal(lines));
    expect(lines.at(-1)).to.contain("--dry-run");
    // What is about to be sent, nobody else can propose (and cancel) before.
    const json: string[] = [];
    await deeds.propose(path, { ...options, dryRun: true, json: true }, terminal(json));
    const { encoded } = JSON.parse(json[0]!) as { encoded: EncodedProposal };
    const { targets, values, calldatas, description } = encoded;
    const other = w.governor.connect(w.people.bob);
    await expect(other.propose([...targets], [...values], [...calldatas], description)).to.be.revertedWithCustomError(
      w.governor,
      "GovernorRestrictedProposer",
    );
    const { from: __, ...nobody } = options;
    const unnamed: string[] = [];
    await deeds.propose(path, { ...nobody, dryRun: true, json: true }, terminal(unnamed));
    expect(JSON.parse(unnamed[0]!)).to.not.have.property("id");
    const { yes: _, ...asking } = options;
    const refused = { ...terminal([]), ask: () => Promise.resolve(false) };
    expect((await failure(deeds.propose(path, asking, refused))).message).to.equal("nothing was sent");
    expect(await w.governor.proposalCount()).to.equal(count);

    const wrong = write("wrong.yaml", haircut("20"));
    const error = await failure(deeds.propose(wrong, options, terminal([])));
    expect(error.exitCode).to.equal(EXIT.usage);
    expect(error.message).to.contain("calls[0].arguments.clamps.minMaintenance").and.to.contain("counted in %");
    const broken = join(folder, "broken.yaml");
    writeFileSync(broken, "title: [");
    expect((await failure(deeds.propose(broken, options, terminal([])))).exitCode).to.equal(EXIT.usage);
    const tenfold = (name: string, of: string) => `${name}: &${name} [${Array(10).fill(of).join(", ")}]\n`;
    writeFileSync(broken, tenfold("a", "x") + tenfold("b", "*a") + tenfold("c", "*b") + tenfold("d", "*c"));
    expect((await failure(deeds.propose(broken, options, terminal([])))).message).to.contain("alias");
    expect((await failure(deeds.vote("1", "for", options, terminal([])))).message).to.equal("there is no proposal 1");
    expect((await failure(deeds.vote("1", "maybe", options, terminal([])))).hint).to.contain("against, for, abstain");
  });

  it("opens a keystore once, also where it asks who acts before it sends", async () => {
    const password = "correct horse";
    const keystore = join(folder, "voter.json");
    const { address, signingKey } = localWallet(VOTER, w.ethers.provider);
    expect(address).to.equal(w.people.voter.address);
    const json = encryptKeystoreJsonSync({ address, privateKey: signingKey.privateKey }, password, {
      scrypt: { N: 2 },
    });
    writeFileSync(keystore, json);
    let opened = 0;
    const environment = {
      get PLIMSOLL_KEYSTORE_PASSWORD() {
        opened++;
        return password;
      },
    };
    const { from: _, ...nobody } = options;
    const withKey = { ...nobody, keystore };
    const lines: string[] = [];
    await deeds.propose(write("once.yaml", haircut("21%")), withKey, { ...terminal(lines), environment });
    expect(opened, "propose").to.equal(1);
    const id = /^proposal (\d+)$/.exec(lines.at(-1)!)![1]!;
    await w.wait((await w.governor.votingDelay()) + 1n);
    await deeds.vote(id, "for", withKey, { ...terminal([]), environment });
    expect(opened, "vote").to.equal(2);
    expect(await w.governor.hasVoted(id, address)).to.equal(true);
  });

  describe("cancelling", () => {
    /** Proposed, voted and queued. */
    const queued = async (proposal: unknown): Promise<string> => {
      const id = await w.propose(w.encode(proposal));
      await w.carry(id);
      return id.toString();
    };
    const capOf = (title: string) => ({
      title,
      calls: [{ contract: "engine", function: "setAssetCap", arguments: { asset: "WBTC", governedCap: "1 WBTC" } }],
    });
    interface Told {
      readonly id: string;
      readonly holder: string;
      readonly call: { readonly to: string; readonly data: string; readonly value: string };
      readonly transaction: string | null;
    }
    const shown = async (id: string, more: ActOptions = chain): Promise<Told> => {
      const json: string[] = [];
      await cancel(id, { ...more, json: true }, terminal(json));
      return JSON.parse(json[0]!) as Told;
    };

    it("shows a Safe what it sends, to people and to programs, and that cancels", async () => {
      const id = await queued(capOf("For a Safe"));
      const { safe } = w.people;
      const { holder, call, transaction } = await shown(id);
      expect([holder, call.to, transaction]).to.deep.equal([safe.address, w.addresses.guardian, null]);
      const lines: string[] = [];
      await cancel(id, chain, terminal(lines));
      const text = lines.join("\n");
      expect(text).to.contain(call.data).and.to.contain(call.to).and.to.contain(safe.address);
      expect(text).to.contain("engine.setAssetCap").and.to.contain("Nothing was sent");
      expect(await w.governor.state(id)).to.equal(5n);
      const said = (await heard((say) => decode(call.data, { ...chain, target: "guardian" }, say))).join("\n");
      expect(said).to.contain("function: cancel").and.to.contain("- engine");
      await safe.sendTransaction({ to: call.to, data: call.data, value: BigInt(call.value) });
      expect(await w.governor.state(id)).to.equal(2n);
    });

    it("sends it where the signer is the holder, and only there", async () => {
      const id = await queued(capOf("For the holder"));
      const other = await failure(cancel(id, options, terminal([])));
      expect(other.details?.code).to.equal("NotHolder");
      expect(other.message).to.contain(w.people.safe.address);
      expect((await shown(id, { ...options, dryRun: true })).transaction).to.equal(null);
      const holder = { ...options, from: w.people.safe.address };
      const { yes: _, ...asking } = holder;
      const refused = { ...terminal([]), ask: () => Promise.resolve(false) };
      expect((await failure(cancel(id, asking, refused))).message).to.equal("nothing was sent");
      expect(await w.governor.state(id)).to.equal(5n);
      expect((await shown(id, holder)).transaction).to.match(/^0x[0-9a-f]{64}$/);
      expect(await w.governor.state(id)).to.equal(2n);
      const again = await failure(cancel(id, holder, terminal([])));
      expect(again.message).to.contain("is canceled");
    });

    it("refuses what is not queued, what concerns the guardian alone, and a guardian whose term is over", async () => {
      const holder = { ...options, from: w.people.safe.address };
      const early = (await w.propose(w.encode(capOf("Voted on")))).toString();
      const unqueued = await failure(cancel(early, holder, terminal([])));
      expect(unqueued.details?.code).to.equal("NotQueued");
      expect(unqueued.message).to.contain("is active");
      expect(unqueued.hint).to.contain("Wait until it is queued");
      const dismissal = { title: "Nobody", calls: [{ contract: "guardian", function: "dismiss" }] };
      const own = await failure(cancel(await queued(dismissal), holder, terminal([])));
      expect(own.details?.code).to.equal("ConcernsGuardian");
      const snapshot = await w.networkHelpers.takeSnapshot();
      const id = await queued(capOf("Later"));
      await w.networkHelpers.time.increaseTo(await w.guardian.expiresAt());
      const late = await failure(cancel(id, chain, terminal([])));
      expect(late.details?.code).to.equal("NoGuardian");
      expect(late.message).to.contain("term ended");
      await snapshot.restore();
    });
  });

  it("shows all of what others propose, and nothing that it could do to a terminal", async () => {
    const at = w.book.contracts.engine;
    const cap = w.engine.interface.encodeFunctionData("setAssetCap", [1n, 5n]);
    const targets = [at, at, w.addresses.guardian];
    const appoint = w.guardian.interface.encodeFunctionData("appoint", [w.people.voter.address, 2n ** 255n]);
    const description = "# Harmless\u001b[2J\u009b1A\r\u202eProposal 1: executed\n1. engine.setAssetCap";
    const calldatas = [cap, cap.slice(0, 10), appoint];
    const id = (await w.propose({ targets, values: [WAD, 0n, 0n], calldatas, description })).toString();
    const lines = await heard((say) => show(id, chain, say));
    const text = lines.join("\n");
    expect(text).to.match(/^[\P{C}\n]*$/u);
    expect(lines).to.include("> # Harmless[2J1AProposal 1: executed").and.to.include("> 1. engine.setAssetCap");
    expect(lines).to.include("1. engine.setAssetCap (sends 1.0 ether)");
    expect(lines).to.include(`2. ${at}: ${cap.slice(0, 10)}`);
    const [told] = await heard((say) => list({ ...chain, json: true }, say));
    expect(told).to.contain(id);
    const [json] = await heard((say) => show(id, { ...chain, json: true }, say));
    const { calls } = JSON.parse(json!) as { calls: { value?: string; data?: string }[] };
    expect(calls.map(({ value }) => value)).to.deep.equal([WAD.toString(), "0", undefined]);
    // Bob has no votes: his would be final, and count nothing.
    const { yes: _, ...asking } = { ...options, from: w.people.bob.address };
    const powerless = await failure(deeds.vote(id, "for", asking, terminal([])));
    expect(powerless.details?.code).to.equal("NoVotes");
    expect(await w.governor.hasVoted(id, w.people.bob)).to.equal(false);
    const voted: string[] = [];
    await deeds.vote(id, "against", options, terminal(voted));
    expect(voted.join("\n")).to.contain("sends 1.0 ether").and.to.contain("votes with 90,000,000.00 PLIM");
  });

  it("decodes a call", async () => {
    const { calldatas } = w.encode(haircut("20%"));
    const said = (await heard((say) => decode(calldatas[0]!, chain, say))).join("\n");
    expect(said).to.contain("contract: risk").and.to.contain("minMaintenance: 20%");
    const unknown = await failure(heard((say) => decode("0x12345678", chain, say)));
    expect(unknown.exitCode).to.equal(EXIT.usage);
  });

  it("simulates what a proposal does: now, later, and for whom", async function () {
    needAnvil(this);
    await w.refresh();
    const path = write("maintenance.yaml", haircut("65%"));
    const run = async (what: string, days = 90): Promise<string[]> =>
      await heard((say) => simulate(what, { ...chain, json: true, days }, say, () => undefined));

    interface Told {
      readonly changes: {
        readonly liquidatable: readonly { account: string }[];
        readonly overLimit: readonly unknown[];
      };
      readonly with: { readonly required: string; readonly capital: string };
      readonly without: { readonly required: string; readonly capital: string };
    }
    const [line] = await run(path);
    const { now, later } = JSON.parse(line!) as { now: Told; later: Told & { days: number } };
    // At once nobody; once the haircut has risen, the one who owes much. Both see their borrow limit fall at once.
    expect(now.changes.liquidatable).to.deep.equal([]);
    expect(now.changes.overLimit).to.have.length(1);
    expect(later.changes.liquidatable.map(({ account }) => account)).to.deep.equal([w.people.alice.address]);
    expect(now.with.capital).to.equal(now.without.capital);
    expect(BigInt(later.with.required) <= BigInt(later.without.required)).to.equal(true);
    // Nothing of it is on the chain.
    expect((await w.risk.assetParameters(0)).clamps.minMaintenance).to.not.equal(6_500n);

    const text = await heard((say) => simulate(path, { ...chain, days: 90 }, say, () => undefined));
    expect(text.join("\n")).to.contain("1 accounts become liquidatable").and.to.contain("required capital, USD");

    const impossible = write("impossible.yaml", {
      title: "Too much",
      calls: [{ contract: "reserve", function: "setInKindFee", arguments: { fee: "6%" } }],
    });
    const error = await failure(run(impossible));
    expect(error.exitCode).to.equal(EXIT.failed);
    expect(error.message).to.contain("reserve.setInKindFee reverts");

    // What is called on the governor itself passes only where the governor executes it.
    const longer = (newVotingPeriod: string) => ({
      contract: "governor",
      function: "setVotingPeriod",
      arguments: { newVotingPeriod },
    });
    const settings = write("settings.yaml", { title: "Longer votes", calls: [longer("6 days"), longer("7 days")] });
    const [done] = await run(settings, 1);
    expect((JSON.parse(done!) as { now: Told }).now.changes.liquidatable).to.deep.equal([]);
    const tooLong = write("too-long.yaml", { title: "Too long", calls: [longer("6 days"), longer("31 days")] });
    const second = await failure(run(tooLong, 1));
    expect(second.message).to.contain("governor.setVotingPeriod reverts").and.to.not.contain("panic");
    expect(second.details?.code).to.equal("SettingOutOfBounds");
    expect(second.details?.values.call).to.equal(1);
  });
});
