// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IIssuanceGate} from "../interfaces/IIssuanceGate.sol";
import {IPlimsollDollar} from "../interfaces/IPlimsollDollar.sol";

/// @notice An issuer that hands failed positions on, as the credit engine does.
interface IHasAbsorber {
    /// @notice Whose level its failed debts move to.
    function absorber() external view returns (address);
}

/// @title Issuance gate with fixed ceilings
/// @notice Each issuer (the credit engine, later the reserve) may have plUSD outstanding, as its facilitator level, up to a ceiling of its
/// own, whatever it is minted against. What an absorption moves from the issuer's level to its absorber's goes on counting: it is
/// outstanding until the absorber burns it. A booked loss lowers the issuer's ceiling until governance sets it anew.
contract FixedCeilingGate is IIssuanceGate, AccessManaged {
    /// @notice Governance set an issuer's ceiling. {plUSD}
    event CeilingSet(address indexed issuer, uint256 ceiling);
    /// @notice The level of `absorber` counts against the issuer's ceiling from now on; the zero address: only its own does.
    event AbsorberCounted(address indexed issuer, address indexed absorber);
    /// @notice A loss lowered an issuer's ceiling. {plUSD}
    event LossBooked(address indexed issuer, uint256 amount, uint256 ceiling);

    /// @notice {plUSD}
    error CeilingTooHigh(uint256 ceiling, uint256 maximum);

    /// @notice The highest ceiling. {plUSD}
    uint256 public constant MAX_CEILING = type(uint96).max;

    /// @dev One slot: [ceiling 96 | absorber 160]
    struct Issuer {
        uint96 ceiling; // {plUSD}
        address absorber; // whose level counts as well; zero: nobody's
    }

    mapping(address issuer => Issuer) private _issuers;
    IPlimsollDollar private immutable DOLLAR;

    constructor(address authority, address dollar) AccessManaged(authority) {
        DOLLAR = IPlimsollDollar(dollar);
    }

    /// @inheritdoc IIssuanceGate
    /// @dev Nothing is stored: the levels themselves are what is counted.
    function consume(uint256, uint256 amount) external view {
        uint256 room = _room(msg.sender);
        require(amount <= room, IssuanceExceeded(amount, room));
    }

    /// @inheritdoc IIssuanceGate
    function bookLoss(uint256 amount) external {
        uint256 ceiling = _issuers[msg.sender].ceiling;
        require(ceiling != 0 || DOLLAR.isFacilitator(msg.sender), NotIssuer(msg.sender));
        uint256 left = ceiling > amount ? ceiling - amount : 0;
        // The cast is safe: it only falls.
        _issuers[msg.sender].ceiling = uint96(left);
        emit LossBooked(msg.sender, amount, left);
    }

    /// @inheritdoc IIssuanceGate
    function available(address issuer, uint256) external view returns (uint256) {
        return _room(issuer);
    }

    /// @notice The most plUSD that an issuer's level and that of its absorber may reach; 0 for anybody who is no issuer. {plUSD}
    function ceilingOf(address issuer) external view returns (uint256) {
        return _issuers[issuer].ceiling;
    }

    /// @notice Whose level counts against the issuer's ceiling besides its own; zero: nobody's.
    function absorberOf(address issuer) external view returns (address) {
        return _issuers[issuer].absorber;
    }

    /// @notice Sets the ceiling of an issuer, and takes note of the absorber that the issuer has now, if it has one. An issuer that
    /// changes its absorber needs its ceiling set anew: until then the level of the former one counts. {plUSD}
    /// @custom:bound <= {MAX_CEILING} plUSD; a stand-in, in use only while a deployment is under way
    function setCeiling(address issuer, uint256 ceiling) external restricted {
        require(ceiling <= MAX_CEILING, CeilingTooHigh(ceiling, MAX_CEILING));
        address absorber = _absorberOf(issuer);
        if (absorber != _issuers[issuer].absorber) emit AbsorberCounted(issuer, absorber);
        // The cast is safe: checked above.
        _issuers[issuer] = Issuer({ceiling: uint96(ceiling), absorber: absorber});
        emit CeilingSet(issuer, ceiling);
    }

    /// @dev A level below zero (interest repaid beyond what was minted) leaves no more room than a level of zero. Interest that was
    /// absorbed leaves the issuer's level below zero by what the absorber's is above what was ever minted: the sum is what counts.
    function _room(address issuer) private view returns (uint256) {
        Issuer memory entry = _issuers[issuer];
        // Cannot overflow: levels are 128-bit.
        int256 level = DOLLAR.level(issuer);
        if (entry.absorber != address(0)) level += DOLLAR.level(entry.absorber);
        // The cast is safe: the level is positive there.
        uint256 used = level > 0 ? uint256(level) : 0;
        return entry.ceiling > used ? entry.ceiling - used : 0;
    }

    /// @dev Who takes the issuer's failed positions; zero where it has no such thing, or is that itself.
    function _absorberOf(address issuer) private view returns (address absorber) {
        (bool ok, bytes memory answer) = issuer.staticcall(abi.encodeCall(IHasAbsorber.absorber, ()));
        if (!ok || answer.length != 32) return address(0);
        absorber = address(uint160(uint256(bytes32(answer))));
        if (absorber == issuer) return address(0);
    }
}
