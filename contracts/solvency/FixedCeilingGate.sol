// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IIssuanceGate} from "../interfaces/IIssuanceGate.sol";
import {IPlimsollDollar} from "../interfaces/IPlimsollDollar.sol";

/// @title Issuance gate with fixed ceilings
/// @notice Each issuer (the credit engine, later the reserve) may have plUSD outstanding, as its facilitator level, up to a ceiling of its
/// own, whatever it is minted against. A booked loss lowers the issuer's ceiling until governance sets it anew.
contract FixedCeilingGate is IIssuanceGate, AccessManaged {
    /// @notice Governance set an issuer's ceiling. {plUSD}
    event CeilingSet(address indexed issuer, uint256 ceiling);
    /// @notice A loss lowered an issuer's ceiling. {plUSD}
    event LossBooked(address indexed issuer, uint256 amount, uint256 ceiling);

    /// @notice The most plUSD that an issuer's level may reach; 0 for anybody who is no issuer. {plUSD}
    mapping(address issuer => uint256) public ceilingOf;
    IPlimsollDollar private immutable DOLLAR;

    constructor(address authority, address dollar) AccessManaged(authority) {
        DOLLAR = IPlimsollDollar(dollar);
    }

    /// @inheritdoc IIssuanceGate
    /// @dev Nothing is stored: the level itself is what is counted.
    function consume(uint256, uint256 amount) external view {
        uint256 room = _room(msg.sender);
        require(amount <= room, IssuanceExceeded(amount, room));
    }

    /// @inheritdoc IIssuanceGate
    function bookLoss(uint256 amount) external {
        uint256 ceiling = ceilingOf[msg.sender];
        require(ceiling != 0 || DOLLAR.isFacilitator(msg.sender), NotIssuer(msg.sender));
        uint256 left = ceiling > amount ? ceiling - amount : 0;
        ceilingOf[msg.sender] = left;
        emit LossBooked(msg.sender, amount, left);
    }

    /// @inheritdoc IIssuanceGate
    function available(address issuer, uint256) external view returns (uint256) {
        return _room(issuer);
    }

    /// @notice Sets the ceiling of an issuer. {plUSD}
    function setCeiling(address issuer, uint256 ceiling) external restricted {
        ceilingOf[issuer] = ceiling;
        emit CeilingSet(issuer, ceiling);
    }

    /// @dev A level below zero (interest repaid beyond what was minted) leaves no more room than a level of zero.
    function _room(address issuer) private view returns (uint256) {
        int256 level = DOLLAR.level(issuer);
        uint256 ceiling = ceilingOf[issuer];
        // The cast is safe: the level is positive there.
        uint256 used = level > 0 ? uint256(level) : 0;
        return ceiling > used ? ceiling - used : 0;
    }
}
