// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IIssuanceGate} from "../interfaces/IIssuanceGate.sol";

/// @title Issuance gate with a fixed ceiling on the supply
/// @notice No mint may lift the supply of plUSD above the ceiling, whatever it is minted against. Booked losses lower the ceiling until
/// governance sets it anew.
contract FixedCeilingGate is IIssuanceGate, AccessManaged {
    /// @notice Governance set the ceiling. {plUSD}
    event CeilingSet(uint256 ceiling);
    /// @notice A loss lowered the ceiling. {plUSD}
    event LossBooked(address indexed by, uint256 amount, uint256 ceiling);
    event IssuerSet(address indexed issuer, bool allowed);

    /// @notice The most plUSD that may exist after a mint. {plUSD}
    uint256 public ceiling;
    /// @notice Who may book losses: the credit engine and the reserve.
    mapping(address issuer => bool) public isIssuer;
    IERC20 private immutable DOLLAR;

    constructor(address authority, address dollar, uint256 ceiling_) AccessManaged(authority) {
        DOLLAR = IERC20(dollar);
        ceiling = ceiling_;
        emit CeilingSet(ceiling_);
    }

    /// @inheritdoc IIssuanceGate
    /// @dev Nothing is stored: the supply itself is what is counted. The caller mints right after this, which fails for anyone but a
    /// facilitator, so asking costs nobody anything and needs no permission.
    function consume(uint256 source, uint256 amount) external view {
        uint256 room = available(source);
        require(amount <= room, IssuanceExceeded(amount, room));
    }

    /// @inheritdoc IIssuanceGate
    function bookLoss(uint256 amount) external {
        require(isIssuer[msg.sender], NotIssuer(msg.sender));
        uint256 left = ceiling > amount ? ceiling - amount : 0;
        ceiling = left;
        emit LossBooked(msg.sender, amount, left);
    }

    /// @inheritdoc IIssuanceGate
    function available(uint256) public view returns (uint256) {
        uint256 supply = DOLLAR.totalSupply();
        uint256 limit = ceiling;
        return limit > supply ? limit - supply : 0;
    }

    /// @notice Sets the ceiling. {plUSD}
    function setCeiling(uint256 ceiling_) external restricted {
        ceiling = ceiling_;
        emit CeilingSet(ceiling_);
    }

    /// @notice Says who may book losses.
    function setIssuer(address issuer, bool allowed) external restricted {
        isIssuer[issuer] = allowed;
        emit IssuerSet(issuer, allowed);
    }
}
