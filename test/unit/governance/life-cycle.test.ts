import { expect } from "chai";
import { type BaseContract, Contract } from "ethers";

import { Checks } from "../../../deploy/checks.js";
import { PERMISSIONS, ROLES, selectorsOf } from "../../../deploy/roles.js";
import { Events } from "../../../deploy/verify/events.js";
import { checkOperations, OPERATION_EVENTS } from "../../../deploy/verify/operations.js";
import { callsIn, cancelCall, decodeCall, proposalId, STATES } from "../../../sdk/governance/index.js";
import { DAY, openGovernedWorld, type GovernedWorld } from "../../support/governed-world.js";

const HAIRCUT = {
  title: "Lend less against ether",
  description: "Its volatility has doubled.",
  calls: [
    {
      contract: "risk",
      function: "setAssetParameters",
      arguments: {
        asset: "WETH",
        clamps: { minInitial: "45%", maxInitial: "100%", minMaintenance: "17%", maxMaintenance: "90%" },
        volatilityFloor: "3.27%",
        horizon: "1 day",
      },
    },
  ],
};

describe("governance: the life of a proposal", () => {
  let w: GovernedWorld;
  let restore: () => Promise<void>;

  before(async () => {
    w = await openGovernedWorld();
  });
  beforeEach(async () => {
    const snapshot = await w.networkHelpers.takeSnapshot();
    restore = () => snapshot.restore();
  });
  afterEach(() => restore());

  const stateOf = async (id: bigint): Promise<string> => STATES[Number(await w.governor.state(id))] ?? "";
  const haircut = (minInitial: string) => {
    const proposal = structuredClone(HAIRCUT);
    proposal.calls[0]!.arguments.clamps.minInitial = minInitial;
    return proposal;
  };

  /** What whoever verifies a deployment is told of the timelock. */
  async function waiting(block: number): Promise<string | undefined> {
    const { provider } = w.ethers;
    const as = (of: BaseContract) => new Contract(of.target, of.interface, provider);
    const on = { timelock: as(w.timelock), governor: as(w.governor), manager: as(w.authority) };
    const wanted = Object.entries(OPERATION_EVENTS) as [keyof typeof on, readonly string[]][];
    const events = await Events.since(
      provider,
      0,
      wanted.map(([name, names]) => ({ contract: on[name], names })),
    );
    const checks = new Checks();
    await checkOperations(checks, { ...on, end: { block, transaction: 0 } }, events);
    return checks.all[0]?.said;
  }

  it("raises a haircut by a vote, and nothing before it was voted, queued and has waited", async () => {
    const end = await w.ethers.provider.getBlockNumber();
    const encoded = w.encode(HAIRCUT);
    const [before] = await w.risk.haircuts(0);
    expect(before < 4_500n).to.equal(true);

    const id = await w.propose(encoded);
    expect(id).to.equal(proposalId(encoded));
    expect(await stateOf(id)).to.equal("active");
    await w.carry(id);
    expect(await stateOf(id)).to.equal("queued");
    await expect(w.governor.connect(w.people.bob)["execute(uint256)"](id)).to.be.revertedWithCustomError(
      w.timelock,
      "TimelockUnexpectedOperationState",
    );
    expect(await waiting(end)).to.equal(`what waits was voted: proposal ${id}`);
    await w.execute(id);
    expect(await waiting(end)).to.equal("nothing waits");
    const after = await w.ethers.provider.getBlockNumber();
    expect(await waiting(after), "as of a deployment that was not complete by then").to.match(
      /was scheduled before .* and happened/,
    );

    expect(await stateOf(id)).to.equal("executed");
    const [initial] = await w.risk.haircuts(0);
    expect(initial).to.equal(4_500n);
    const { targets, calldatas } = encoded;
    const said = decodeCall({ target: targets[0]!, data: calldatas[0]! }, w.deployment);
    expect(said).to.deep.equal(HAIRCUT.calls[0]);
  });

  it("keeps a vote open that reaches its quorum late", async () => {
    // Somebody waits until an hour before the end, so that nobody can answer.
    const id = await w.propose(w.encode(HAIRCUT));
    const deadline = await w.governor.proposalDeadline(id);
    await w.networkHelpers.time.increaseTo(deadline - 3_600n);
    await w.governor.connect(w.people.voter).castVote(id, 1);
    const extended = await w.governor.proposalDeadline(id);
    expect(extended).to.equal(
      BigInt(await w.networkHelpers.time.latest()) + (await w.governor.lateQuorumVoteExtension()),
    );
    expect(extended > deadline).to.equal(true);
    await w.networkHelpers.time.increaseTo(deadline + 1n);
    expect(await stateOf(id)).to.equal("active");
    await w.networkHelpers.time.increaseTo(extended + 1n);
    expect(await stateOf(id)).to.equal("succeeded");
  });

  it("counts the balances of the snapshot, not those of later", async () => {
    const { plim, people } = w;
    const id = await w.propose(w.encode(HAIRCUT));
    const all = await plim.balanceOf(people.voter);
    await plim.connect(people.voter).transfer(people.bob, all);
    await plim.connect(people.bob).delegate(people.bob);
    await w.governor.connect(people.bob).castVote(id, 0);
    await w.governor.connect(people.voter).castVote(id, 1);
    const { forVotes, againstVotes } = await w.governor.proposalVotes(id);
    expect([forVotes, againstVotes]).to.deep.equal([all, 0n]);
  });

  it("is defeated below the quorum, and made by nobody below the threshold", async () => {
    const { plim, people, governor } = w;
    const few = (await plim.totalSupply()) / 100n;
    await plim.connect(people.voter).transfer(people.alice, few);
    await plim.connect(people.alice).delegate(people.alice);
    const id = await w.propose(w.encode(HAIRCUT));
    await governor.connect(people.alice).castVote(id, 1);
    await w.wait((await governor.votingPeriod()) + 1n);
    expect(await stateOf(id)).to.equal("defeated");

    const { targets, values, calldatas } = w.encode(haircut("44%"));
    await expect(
      governor.connect(people.bob).propose([...targets], [...values], [...calldatas], "without votes"),
    ).to.be.revertedWithCustomError(governor, "GovernorInsufficientProposerVotes");
  });

  // ---- the guardian

  const cancelling = async (proposal: unknown): Promise<{ id: bigint; cancel: () => Promise<unknown> }> => {
    const encoded = w.encode(proposal);
    const id = await w.propose(encoded);
    await w.carry(id);
    const call = cancelCall(w.addresses, {
      calls: callsIn(encoded),
      descriptionHash: w.ethers.id(encoded.description),
    });
    return { id, cancel: async () => await w.people.safe.sendTransaction(call) };
  };

  it("is cancelled by the guardian while it waits", async () => {
    const { id, cancel } = await cancelling(haircut("5%"));
    await cancel();
    expect(await stateOf(id)).to.equal("canceled");
    await w.wait(30 * DAY);
    await expect(w.governor["execute(uint256)"](id)).to.be.revertedWithCustomError(
      w.governor,
      "GovernorUnexpectedProposalState",
    );
  });

  it("is not cancelled by the guardian where it concerns the guardian alone", async () => {
    const dismissal = { title: "Another guardian", calls: [{ contract: "guardian", function: "dismiss" }] };
    const { id, cancel } = await cancelling(dismissal);
    await expect(cancel()).to.be.revertedWithCustomError(w.guardian, "ConcernsGuardian");
    await w.execute(id);
    expect(await w.guardian.holder()).to.equal(w.ethers.ZeroAddress);
    await expect(w.guardian.connect(w.people.safe).pauseCredit(0, 1)).to.be.revertedWithCustomError(
      w.guardian,
      "NotHolder",
    );
  });

  it("lets the guardian do nothing after its term, and keeps what it did; only the timelock renews, and not for ever", async () => {
    const { guardian, engine, people } = w;
    await guardian.connect(people.safe).pauseCredit(0, 4);
    await w.networkHelpers.time.increaseTo(await guardian.expiresAt());
    expect(await guardian.active()).to.equal(false);
    await expect(guardian.connect(people.safe).pauseCredit(0, 1)).to.be.revertedWithCustomError(
      guardian,
      "TermExpired",
    );
    await expect(cancelNothing()).to.be.revertedWithCustomError(guardian, "TermExpired");
    expect((await engine.assetInfo(0)).pauses).to.equal(4n);

    const now = BigInt(await w.networkHelpers.time.latest());
    const later = now + 100n * BigInt(DAY);
    await expect(guardian.connect(people.safe).appoint(people.safe, later)).to.be.revertedWithCustomError(
      guardian,
      "NotTimelock",
    );
    const timelock = await w.asTimelock();
    await expect(
      guardian.connect(timelock).appoint(people.safe, now + 181n * BigInt(DAY)),
    ).to.be.revertedWithCustomError(guardian, "TermOutOfBounds");
    await guardian.connect(timelock).appoint(people.safe, later);
    await guardian.connect(people.safe).pauseCredit(0, 1);
    expect((await engine.assetInfo(0)).pauses).to.equal(5n);
  });

  const cancelNothing = async () =>
    await w.guardian.connect(w.people.safe).cancel([], [], [], w.ethers.ZeroHash, w.ethers.ZeroHash);

  // ---- after the deployment

  it("leaves the deployer without anything, and gives every role to the timelock", async () => {
    const { authority, timelock, people, addresses, book } = w;
    for (const role of [0n, ...Object.values(ROLES)]) {
      expect((await authority.hasRole(role, people.deployer)).isMember, `role ${role}`).to.equal(false);
      expect((await authority.hasRole(role, addresses.timelock)).isMember, `role ${role}`).to.equal(true);
    }
    const targets: Record<string, string> = { ...book.contracts, stakedEtherFeed: "", depth: book.depth ?? "" };
    for (const permission of PERMISSIONS) {
      const target = targets[permission.contract] ?? "";
      if (target === "") continue;
      for (const selector of selectorsOf(permission)) {
        const may = async (who: string) => (await authority.canCall(who, target, selector)).immediate;
        expect(await may(people.deployer.address)).to.equal(false);
        expect(await may(addresses.timelock)).to.equal(true);
        expect(await may(addresses.guardian)).to.equal(["guardian", "limits"].includes(permission.role));
      }
    }
    for (const role of ["DEFAULT_ADMIN_ROLE", "PROPOSER_ROLE", "CANCELLER_ROLE"] as const) {
      expect(await timelock.hasRole(await timelock[role](), people.deployer)).to.equal(false);
    }
    expect(await timelock.hasRole(await timelock.PROPOSER_ROLE(), addresses.governor)).to.equal(true);
    expect(await timelock.hasRole(await timelock.CANCELLER_ROLE(), addresses.guardian)).to.equal(true);
    expect(await authority.timelock()).to.equal(addresses.timelock);
    expect(await authority.guardian()).to.equal(addresses.guardian);
  });
});
