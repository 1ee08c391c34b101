/**
 * Proposals that are decided in a fork at once. Votes and the notice would take days, in which prices grow stale and limits move; what a proposal does is asked of today.
 * So what says that a vote was won is written into the governor's storage. Everything after that is done by the contracts themselves: the governor queues, and it executes
 * through the timelock all calls in one transaction, as it alone lets what is called on the governor itself pass.
 */

import { id, Interface } from "ethers";

import type { EncodedCall } from "../../sdk/governance/index.js";
import { present } from "../../sdk/present.js";
import { BLOCK_TIME, type Fork, type ForkCall } from "./fork.js";

/** By what is called, not by number: of such a proposal the governor has not stored the calls. */
const GOVERNOR = new Interface([
  "function getProposalId(address[] targets, uint256[] values, bytes[] calldatas, bytes32 descriptionHash) view returns (uint256)",
  "function proposalProposer(uint256 proposalId) view returns (address)",
  "function proposalVotes(uint256 proposalId) view returns (uint256 againstVotes, uint256 forVotes, uint256 abstainVotes)",
  "function queue(address[] targets, uint256[] values, bytes[] calldatas, bytes32 descriptionHash) returns (uint256)",
  "function execute(address[] targets, uint256[] values, bytes[] calldatas, bytes32 descriptionHash) payable returns (uint256)",
]);
const TIMELOCK = new Interface(["function getMinDelay() view returns (uint256)"]);

/** Of no proposal on the chain: one that is looked at may wait there itself. */
const DESCRIPTION = id("decided in a fork");
/** Anybody may queue and execute. */
const ANYBODY = "0xa11ea11ea11ea11ea11ea11ea11ea11ea11ea11e";
const GAS = 15_000_000n;
/** More than there can be against it, and than any quorum. */
const VOTES = 2n ** 200n;
/** How long ago the vote began; it took a second. {s} */
const AGO = 3;

/** How long it takes in the fork until a proposal is executed: a block to queue it, and one to execute it. {s} */
export const DECIDING = 2 * BLOCK_TIME;

export interface Governors {
  readonly governor: string;
  readonly timelock: string;
}

/** Has the vote won and the calls queued, and waits no more. @returns What anybody would send to have them executed. */
export async function decide(
  fork: Fork,
  { governor, timelock }: Governors,
  calls: readonly EncodedCall[],
): Promise<ForkCall> {
  const args = [calls.map((c) => c.target), calls.map((c) => c.value), calls.map((c) => c.data), DESCRIPTION];
  const asked = { to: governor, data: GOVERNOR.encodeFunctionData("getProposalId", args) };
  const [number] = GOVERNOR.decodeFunctionResult("getProposalId", await fork.provider.call(asked)) as unknown as [
    bigint,
  ];
  await fork.fund(ANYBODY);
  await winVote(fork, governor, number);
  await withoutNotice(fork, timelock, async () => {
    const queued = await send(fork, call(governor, "queue", args));
    if (queued !== 1) throw new Error("the governor did not queue what it has decided in the fork");
  });
  return call(governor, "execute", args);
}

/** Sends something; 1 if it does not revert. */
export async function send(fork: Fork, what: ForkCall): Promise<number | null> {
  const { baseFeePerGas } = present(await fork.provider.getBlock("latest"));
  return (await fork.execute(what, baseFeePerGas ?? 0n)).status;
}

/** As `execute` of the command line sends it: without ether. */
function call(governor: string, name: "queue" | "execute", args: readonly unknown[]): ForkCall {
  return { from: ANYBODY, to: governor, data: GOVERNOR.encodeFunctionData(name, args), gas: GAS };
}

async function winVote(fork: Fork, governor: string, number: bigint): Promise<void> {
  const { timestamp } = present(await fork.provider.getBlock("latest"));
  // OpenZeppelin's ProposalCore, from the lowest bits on: proposer (20 bytes), start of the vote (6), its length in seconds (4).
  const core = BigInt(ANYBODY) | (BigInt(timestamp - AGO) << 160n) | (1n << 208n);
  const [at] = await fork.slotsOf({ to: governor, data: GOVERNOR.encodeFunctionData("proposalProposer", [number]) });
  await fork.store(governor, present(at, "where the governor keeps a proposal"), core);
  // Against, for and abstained, one after another.
  const [, votesFor] = await fork.slotsOf({
    to: governor,
    data: GOVERNOR.encodeFunctionData("proposalVotes", [number]),
  });
  await fork.store(governor, present(votesFor, "where the governor counts votes"), VOTES);
}

/** Does the work while the timelock's delay is none. */
async function withoutNotice(fork: Fork, timelock: string, work: () => Promise<void>): Promise<void> {
  const asked = { to: timelock, data: TIMELOCK.encodeFunctionData("getMinDelay") };
  const [slot] = await fork.slotsOf(asked);
  const at = present(slot, "where the timelock keeps its delay");
  const delay = await fork.provider.call(asked);
  await fork.store(timelock, at, 0n);
  await work();
  await fork.store(timelock, at, BigInt(delay));
}
