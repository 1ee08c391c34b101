/** What governor, timelock, authority, guardian and PLIM refuse with, in sentences. */

import type { Sentences } from "./format.js";

const ROLE = "Only a vote can give it that role.";
const LATER = "Wait, and look again: plimsoll governance show.";
const PROPOSAL = "Look at the proposal again: plimsoll governance show.";
const REPORT = "This should not happen: report it.";
const FINAL = "This is final: nobody can change it.";

/** By signature: what happened, and what to do. */
export const GOVERNANCE_SENTENCES: Sentences = {
  // ---- the governor
  "GovernorUnexpectedProposalState(uint256 proposalId,uint8 current,bytes32 expectedStates)": [
    "Proposal {proposalId|int} is {current|proposal}: this cannot be done with it ({expectedStates|hex}).",
    LATER,
  ],
  "GovernorNonexistentProposal(uint256 proposalId)": [
    "There is no proposal {proposalId|int}.",
    "Look at the list of proposals.",
  ],
  "GovernorInsufficientProposerVotes(address proposer,uint256 votes,uint256 threshold)": [
    "{proposer|address} had {votes|plim} to vote with; proposing takes {threshold|plim}.",
    "Delegate PLIM to the proposer first; votes count from the next second on.",
  ],
  "GovernorAlreadyCastVote(address voter)": ["{voter|address} has voted on this already.", "A vote is final."],
  "GovernorInvalidVoteType()": ["That is no vote.", "Vote for, against or abstain."],
  "GovernorInvalidVoteParams()": [
    "The vote carries something that this governor does not know.",
    "Vote without parameters.",
  ],
  "GovernorInvalidSignature(address voter)": ["The signature is not one of {voter|address}.", "Sign again."],
  "GovernorUnableToCancel(uint256 proposalId,address account)": [
    "{account|address} cannot cancel proposal {proposalId|int}: its proposer can, until voting begins; the guardian, while it waits in the timelock.",
    PROPOSAL,
  ],
  "GovernorAlreadyQueuedProposal(uint256 proposalId)": ["Proposal {proposalId|int} is queued already.", LATER],
  "GovernorProposalQueueingFailed(uint256 proposalId)": [
    "The timelock did not take proposal {proposalId|int}.",
    PROPOSAL,
  ],
  "GovernorProposalQueueingNotRequired(uint256 proposalId)": [
    "Proposal {proposalId|int} need not be queued.",
    PROPOSAL,
  ],
  "GovernorRestrictedProposer(address proposer)": [
    "The description names another proposer than {proposer|address}.",
    "Whom it names proposes it, or it names nobody.",
  ],
  "GovernorInvalidProposalLength(uint256 targets,uint256 calldatas,uint256 values)": [
    "A proposal has as many targets ({targets|int}) as calls ({calldatas|int}) and values ({values|int}), and at least one.",
    "Propose it anew.",
  ],
  "GovernorOnlyExecutor(address account)": ["Only the timelock does this, not {account|address}.", "Propose it."],
  "GovernorDisabledDeposit()": ["The governor takes no ether and no tokens.", "The timelock does."],
  "GovernorInvalidQuorumFraction(uint256 quorumNumerator,uint256 quorumDenominator)": [
    "A quorum of {quorumNumerator|int} in {quorumDenominator|int} is more than all.",
    "Choose a smaller one.",
  ],
  "GovernorInvalidVotingPeriod(uint256 votingPeriod)": [
    "A vote cannot last {votingPeriod|seconds}.",
    "Choose a longer one.",
  ],
  "GovernorPreventLateQuorumVoteExtensionTooLarge(uint256 newVoteExtension,uint256 maxVoteExtension)": [
    "A late vote cannot stay open for {newVoteExtension|seconds}: {maxVoteExtension|seconds} at most.",
    "Choose a shorter extension.",
  ],
  "SettingOutOfBounds(bytes32 setting,uint256 value,uint256 minimum,uint256 maximum)": [
    "{setting|name} of {value|int} is not from {minimum|int} to {maximum|int}.",
    "Choose a value within these bounds, which are final.",
  ],
  "ERC6372InconsistentClock()": ["The token's clock is not what it says.", REPORT],
  // ---- the timelock
  "TimelockUnexpectedOperationState(bytes32 operationId,bytes32 expectedStates)": [
    "What waits in the timelock as {operationId|hex} is not ready for this ({expectedStates|hex}).",
    "Wait until its time has come: plimsoll governance show.",
  ],
  "TimelockInsufficientDelay(uint256 delay,uint256 minDelay)": [
    "It would wait for {delay|seconds}, and has to for {minDelay|seconds}.",
    "Schedule it with a longer delay.",
  ],
  "TimelockInvalidOperationLength(uint256 targets,uint256 payloads,uint256 values)": [
    "There are {targets|int} targets, {payloads|int} calls and {values|int} values.",
    "Give as many of each.",
  ],
  "TimelockUnauthorizedCaller(address caller)": [
    "Only the timelock itself does this, not {caller|address}.",
    "Propose it.",
  ],
  "TimelockUnexecutedPredecessor(bytes32 predecessorId)": [
    "{predecessorId|hex} has to be executed before.",
    "Execute that first.",
  ],
  "DelayOutOfBounds(uint256 delay,uint256 minimum,uint256 maximum)": [
    "The timelock cannot wait for {delay|seconds}: from {minimum|seconds} to {maximum|seconds}.",
    "Choose a delay within these bounds, which are final.",
  ],
  "AccessControlUnauthorizedAccount(address account,bytes32 neededRole)": [
    "{account|address} has not the timelock's role {neededRole|hex}.",
    "The governor has it: propose.",
  ],
  "AccessControlBadConfirmation()": ["A role is renounced by whoever holds it.", "Name your own address."],
  // ---- the authority
  "SealedAlready()": ["The authority is sealed.", FINAL],
  "TimelockTooFast(address timelock,uint256 delay,uint256 minimum)": [
    "{timelock|address} could act after {delay|seconds}; everybody has {minimum|seconds} of notice.",
    "Deploy a timelock that cannot be faster.",
  ],
  "NoticeTooShort(uint64 roleId,address account,uint256 delay,uint256 minimum)": [
    "{account|address} would act in role {roleId|int} after {delay|seconds}; everybody has {minimum|seconds} of notice.",
    "Grant the role with a longer execution delay.",
  ],
  "FunctionNotPublic(address target,bytes4 selector)": [
    "{selector|hex} of {target|address} cannot be opened to everybody.",
    FINAL,
  ],
  "AuthorityIsFinal(address target)": ["{target|address} stays under its authority.", FINAL],
  "NotThroughAuthority(address target)": [
    "The sealed authority calls {target|address} for nobody.",
    "Call it yourself, once what you scheduled has waited.",
  ],
  "AccessManagerAlreadyScheduled(bytes32 operationId)": [
    "{operationId|hex} is scheduled already.",
    "Wait for it, or cancel it.",
  ],
  "AccessManagerBadConfirmation()": ["A role is renounced by whoever holds it.", "Name your own address."],
  "AccessManagerExpired(bytes32 operationId)": ["{operationId|hex} was scheduled too long ago.", "Schedule it again."],
  "AccessManagerInvalidInitialAdmin(address initialAdmin)": [
    "{initialAdmin|address} cannot be the first admin.",
    "Name the deployer.",
  ],
  "AccessManagerLockedFunction(bytes4 selector)": ["The role of {selector|hex} cannot be changed.", FINAL],
  "AccessManagerLockedRole(uint64 roleId)": ["Role {roleId|int} cannot be changed.", FINAL],
  "AccessManagerNotReady(bytes32 operationId)": ["{operationId|hex} has not waited long enough.", "Wait."],
  "AccessManagerNotScheduled(bytes32 operationId)": ["{operationId|hex} was not scheduled.", "Schedule it first."],
  "AccessManagerUnauthorizedAccount(address msgsender,uint64 roleId)": [
    "{msgsender|address} has not role {roleId|int} of the authority.",
    ROLE,
  ],
  "AccessManagerUnauthorizedCall(address caller,address target,bytes4 selector)": [
    "{caller|address} may not call {selector|hex} of {target|address} now.",
    ROLE,
  ],
  "AccessManagerUnauthorizedCancel(address msgsender,address caller,address target,bytes4 selector)": [
    "{msgsender|address} may not cancel what {caller|address} scheduled: {selector|hex} of {target|address}.",
    ROLE,
  ],
  "AccessManagerUnauthorizedConsume(address target)": ["{target|address} did not ask for this.", REPORT],
  "InsufficientBalance(uint256 balance,uint256 needed)": [
    "There are {balance|int} wei, and {needed|int} are to be sent.",
    "Send ether there first.",
  ],
  // ---- the guardian
  "NotHolder(address caller)": ["{caller|address} is not the guardian's holder.", "The holder calls this."],
  "NotTimelock(address caller)": ["Only the timelock does this, not {caller|address}.", "Propose it."],
  "TermExpired(uint256 expiresAt)": ["The guardian's term ended {expiresAt|time}.", "A vote can renew it."],
  "TermOutOfBounds(uint256 term,uint256 minimum,uint256 maximum)": [
    "A term of {term|seconds} is not from {minimum|seconds} to {maximum|seconds}.",
    "Choose another end.",
  ],
  "NotTighter(bytes32 parameter,uint256 value,uint256 inForce)": [
    "{parameter|name} of {value|int} is not tighter than {inForce|int}, which is in force.",
    "The guardian only tightens: propose anything else.",
  ],
  "ConcernsGuardian(bytes32 id)": [
    "{id|hex} concerns the guardian alone: it cannot cancel that.",
    "Votes decide who guards.",
  ],
  // ---- PLIM
  "ERC5805FutureLookup(uint256 timepoint,uint48 clock)": [
    "Votes of {timepoint|time} are not known yet: it is {clock|time}.",
    "Wait until then.",
  ],
  "ERC20ExceededSafeSupply(uint256 increasedSupply,uint256 cap)": [
    "There cannot be {increasedSupply|plim}: {cap|plim} at most.",
    "Use a smaller amount.",
  ],
  "VotesExpiredSignature(uint256 expiry)": ["The signature was good until {expiry|time}.", "Sign again."],
  "CheckpointUnorderedInsertion()": ["Time went backwards.", REPORT],
};
