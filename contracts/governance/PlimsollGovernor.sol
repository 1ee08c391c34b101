// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorStorage} from "@openzeppelin/contracts/governance/extensions/GovernorStorage.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {GovernorVotesQuorumFraction} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice How votes are held.
/// @param votingDelay From a proposal to the moment whose balances vote. {s}
/// @param votingPeriod From then to the end of the vote. {s}
/// @param proposalThreshold Votes that a proposer must have. {PLIM}
/// @param quorum Part of the supply that must vote for or abstain. {1/100}
/// @param extension A vote that reaches its quorum late stays open for at least this long. {s}
struct GovernorSettingsConfig {
    uint48 votingDelay;
    uint32 votingPeriod;
    uint256 proposalThreshold;
    uint256 quorum;
    uint48 extension;
}

/// @title Proposals and votes
/// @notice OpenZeppelin's Governor: votes of PLIM at a past moment (in seconds), a quorum that is a part of the supply, for, against and abstain,
/// execution by the timelock. Whoever holds back votes until the last moment gives the others time to answer. The settings are changed by votes, within
/// immutable limits: nobody can make votes so short that they go unnoticed, or so hard that nothing can be decided any more.
/// @dev What a proposal would call is stored, so that anybody can read, queue and execute it by its number alone. The token comes first of the bases,
/// as the limit of the proposal threshold asks for its supply.
/// @custom:bound-of setVotingDelay {MIN_VOTING_DELAY} .. {MAX_VOTING_DELAY} s
/// @custom:bound-of setVotingPeriod {MIN_VOTING_PERIOD} .. {MAX_VOTING_PERIOD} s, and the extension at least
/// @custom:bound-of setProposalThreshold <= {MAX_THRESHOLD_SHARE} % of the supply
/// @custom:bound-of updateQuorumNumerator {MIN_QUORUM} .. {MAX_QUORUM} % of the supply
/// @custom:bound-of setLateQuorumVoteExtension <= the voting period
/// @custom:bound-of updateTimelock none; under another timelock it decides nothing about the protocol
/// @custom:bound-of relay what the governor itself owns: nothing
contract PlimsollGovernor is
    GovernorVotesQuorumFraction,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorStorage,
    GovernorTimelockControl,
    GovernorPreventLateQuorum
{
    /// @notice Limits of the voting delay. {s}
    uint256 public constant MIN_VOTING_DELAY = 1 hours;
    uint256 public constant MAX_VOTING_DELAY = 14 days;
    /// @notice Limits of the voting period. {s}
    uint256 public constant MIN_VOTING_PERIOD = 1 days;
    uint256 public constant MAX_VOTING_PERIOD = 30 days;
    /// @notice The most that a proposer may be asked to have, as a part of the supply. {1/100}
    uint256 public constant MAX_THRESHOLD_SHARE = 2;
    /// @notice Limits of the quorum, as a part of the supply. {1/100}
    uint256 public constant MIN_QUORUM = 1;
    uint256 public constant MAX_QUORUM = 40;

    /// @notice The value is outside the immutable limits of this setting.
    error SettingOutOfBounds(bytes32 setting, uint256 value, uint256 minimum, uint256 maximum);

    /// @param plim Its supply is fixed, so the limit of the threshold is too.
    constructor(
        IVotes plim,
        TimelockController timelock_,
        GovernorSettingsConfig memory config
    )
        Governor("Plimsoll Governor")
        GovernorVotes(plim)
        GovernorVotesQuorumFraction(config.quorum)
        GovernorSettings(config.votingDelay, config.votingPeriod, config.proposalThreshold)
        GovernorTimelockControl(timelock_)
        GovernorPreventLateQuorum(config.extension)
    {}

    // ---- settings, within limits

    function _setVotingDelay(uint48 newVotingDelay) internal override {
        _requireWithin("votingDelay", newVotingDelay, MIN_VOTING_DELAY, MAX_VOTING_DELAY);
        super._setVotingDelay(newVotingDelay);
    }

    function _setVotingPeriod(uint32 newVotingPeriod) internal override {
        // No extension is longer than a vote: later ones neither. In the constructor there is none yet.
        uint256 extension = lateQuorumVoteExtension();
        uint256 least = extension > MIN_VOTING_PERIOD ? extension : MIN_VOTING_PERIOD;
        _requireWithin("votingPeriod", newVotingPeriod, least, MAX_VOTING_PERIOD);
        super._setVotingPeriod(newVotingPeriod);
    }

    function _setProposalThreshold(uint256 newThreshold) internal override {
        _requireWithin("proposalThreshold", newThreshold, 0, maxProposalThreshold());
        super._setProposalThreshold(newThreshold);
    }

    function _updateQuorumNumerator(uint256 newQuorum) internal override {
        _requireWithin("quorum", newQuorum, MIN_QUORUM, MAX_QUORUM);
        super._updateQuorumNumerator(newQuorum);
    }

    function _requireWithin(bytes32 setting, uint256 value, uint256 minimum, uint256 maximum) private pure {
        require(value >= minimum && value <= maximum, SettingOutOfBounds(setting, value, minimum, maximum));
    }

    /// @notice The most that `proposalThreshold` can be. {PLIM}, rounded down
    function maxProposalThreshold() public view returns (uint256) {
        return (IERC20(address(token())).totalSupply() * MAX_THRESHOLD_SHARE) / 100;
    }

    // ---- what several bases define

    /// @notice Votes that a proposer must have. {PLIM}
    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    /// @notice Where a proposal stands.
    function state(uint256 proposalId) public view override(Governor, GovernorTimelockControl) returns (ProposalState) {
        return super.state(proposalId);
    }

    /// @notice Always true: the timelock executes.
    function proposalNeedsQueuing(
        uint256 proposalId
    ) public view override(Governor, GovernorTimelockControl) returns (bool) {
        return super.proposalNeedsQueuing(proposalId);
    }

    /// @notice When a vote ends, an extension included. (unix seconds)
    function proposalDeadline(
        uint256 proposalId
    ) public view override(Governor, GovernorPreventLateQuorum) returns (uint256) {
        return super.proposalDeadline(proposalId);
    }

    function _tallyUpdated(uint256 proposalId) internal override(Governor, GovernorPreventLateQuorum) {
        super._tallyUpdated(proposalId);
    }

    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal override(Governor, GovernorStorage) returns (uint256) {
        return super._propose(targets, values, calldatas, description, proposer);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
