/** What is called of the contracts that govern: those of OpenZeppelin, and the guardian. A test compares them with what was compiled. */

import { Interface } from "ethers";

export const PLIM = new Interface([
  "function balanceOf(address account) view returns (uint256)",
  "function totalSupply() view returns (uint256)",
  "function getVotes(address account) view returns (uint256)",
  "function getPastVotes(address account, uint256 timepoint) view returns (uint256)",
  "function delegates(address account) view returns (address)",
  "function delegate(address delegatee)",
  "function transfer(address to, uint256 value) returns (bool)",
]);

export const GOVERNOR = new Interface([
  "function votingDelay() view returns (uint256)",
  "function votingPeriod() view returns (uint256)",
  "function proposalThreshold() view returns (uint256)",
  "function quorum(uint256 timepoint) view returns (uint256)",
  "function proposalCount() view returns (uint256)",
  "function proposalDetailsAt(uint256 index) view returns (uint256 proposalId, address[] targets, uint256[] amounts, bytes[] calldatas, bytes32 descriptionHash)",
  "function proposalDetails(uint256 proposalId) view returns (address[] targets, uint256[] amounts, bytes[] calldatas, bytes32 descriptionHash)",
  "function state(uint256 proposalId) view returns (uint8)",
  "function proposalSnapshot(uint256 proposalId) view returns (uint256)",
  "function proposalDeadline(uint256 proposalId) view returns (uint256)",
  "function proposalEta(uint256 proposalId) view returns (uint256)",
  "function proposalProposer(uint256 proposalId) view returns (address)",
  "function proposalVotes(uint256 proposalId) view returns (uint256 againstVotes, uint256 forVotes, uint256 abstainVotes)",
  "function hasVoted(uint256 proposalId, address account) view returns (bool)",
  "function propose(address[] targets, uint256[] values, bytes[] calldatas, string description) returns (uint256)",
  "function castVote(uint256 proposalId, uint8 support) returns (uint256)",
  "function castVoteWithReason(uint256 proposalId, uint8 support, string reason) returns (uint256)",
  "function queue(uint256 proposalId)",
  "function execute(uint256 proposalId) payable",
  "function cancel(uint256 proposalId)",
  "function setVotingDelay(uint48 newVotingDelay)",
  "function setVotingPeriod(uint32 newVotingPeriod)",
  "function setProposalThreshold(uint256 newProposalThreshold)",
  "function setLateQuorumVoteExtension(uint48 newVoteExtension)",
  "function updateQuorumNumerator(uint256 newQuorumNumerator)",
  "function updateTimelock(address newTimelock)",
  "function relay(address target, uint256 value, bytes data) payable",
  "event ProposalCreated(uint256 proposalId, address proposer, address[] targets, uint256[] values, string[] signatures, bytes[] calldatas, uint256 voteStart, uint256 voteEnd, string description)",
]);

export const TIMELOCK = new Interface([
  "function getMinDelay() view returns (uint256)",
  "function updateDelay(uint256 newDelay)",
  "function cancel(bytes32 id)",
  "function grantRole(bytes32 role, address account)",
  "function revokeRole(bytes32 role, address account)",
]);

export const GUARDIAN = new Interface([
  "function holder() view returns (address)",
  "function expiresAt() view returns (uint256)",
  "function active() view returns (bool)",
  "function cancel(address[] targets, uint256[] values, bytes[] payloads, bytes32 predecessor, bytes32 salt) returns (bytes32 id)",
  "function pauseCredit(uint256 asset, uint256 pauses)",
  "function pauseReserve(uint256 asset, uint256 pauses)",
  "function lowerAssetCap(uint256 asset, uint256 cap)",
  "function lowerDebtCeiling(uint256 ceiling)",
  "function lowerFacilitatorCap(address facilitator, uint256 cap)",
  "function lowerFlashMintCap(uint256 cap)",
  "function raiseHaircut(uint256 asset, uint256 minInitial)",
  "function lowerVaultCaps(address vault, uint256 absoluteCap, uint16 relativeCap)",
  "function appoint(address holder_, uint256 expiresAt_)",
  "function dismiss()",
]);

export const AUTHORITY = new Interface([
  "function labelRole(uint64 roleId, string label)",
  "function grantRole(uint64 roleId, address account, uint32 executionDelay)",
  "function revokeRole(uint64 roleId, address account)",
  "function setRoleAdmin(uint64 roleId, uint64 admin)",
  "function setRoleGuardian(uint64 roleId, uint64 guardian)",
  "function setGrantDelay(uint64 roleId, uint32 newDelay)",
  "function setTargetFunctionRole(address target, bytes4[] selectors, uint64 roleId)",
  "function setTargetAdminDelay(address target, uint32 newDelay)",
  "function setTargetClosed(address target, bool closed)",
]);
