// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {LibBit} from "solady/src/utils/LibBit.sol";

import {IAbsorber} from "../interfaces/IAbsorber.sol";
import {ICreditEngine} from "../interfaces/ICreditEngine.sol";
import {IPlimsollDollar} from "../interfaces/IPlimsollDollar.sol";

/// @title Plain treasury: takes failed positions and holds them until governance moves them
/// @notice Stands behind the debt it absorbs with the collateral it receives. It is a facilitator of plUSD: absorbed debt is added
/// to its level, and `cover` burns plUSD to bring the level down again.
contract Treasury is IAbsorber, AccessManaged {
    event CreditEngineSet(address indexed engine);
    event CapacitySet(uint256 indexed asset, uint256 capacity);
    /// @notice Positions were absorbed. {plUSD}, {USD}, {plUSD}
    event Absorbed(address indexed caller, uint256 debtTaken, uint256 loss, uint256 tipPaid);
    event Covered(uint256 amount);
    event Withdrawn(uint256 indexed asset, address indexed to, uint256 amount);

    error CreditEngineIsSet(address engine);
    error AssetOutOfRange(uint256 asset);

    uint256 private constant MAX_ASSETS = 16;

    IPlimsollDollar private immutable DOLLAR;
    /// @notice The credit engine whose failed positions are taken. Set once.
    ICreditEngine public creditEngine;
    /// @notice The most of each asset that it will hold from solvent accounts. {ledger}
    mapping(uint256 asset => uint256) public capacity;

    constructor(address authority, address dollar) AccessManaged(authority) {
        DOLLAR = IPlimsollDollar(dollar);
    }

    /// @notice Names the credit engine, once.
    /// @custom:bound a stand-in, in use only while a deployment is under way: it holds nothing
    function setCreditEngine(address engine) external restricted {
        require(address(creditEngine) == address(0), CreditEngineIsSet(address(creditEngine)));
        creditEngine = ICreditEngine(engine);
        emit CreditEngineSet(engine);
    }

    /// @notice Sets how much of an asset is taken from solvent accounts. {ledger}
    /// @custom:bound a stand-in, in use only while a deployment is under way: it holds nothing
    function setCapacity(uint256 asset, uint256 capacity_) external restricted {
        require(asset < MAX_ASSETS, AssetOutOfRange(asset));
        capacity[asset] = capacity_;
        emit CapacitySet(asset, capacity_);
    }

    /// @inheritdoc IAbsorber
    function capacities(uint256 mask) external view returns (uint256[] memory left) {
        left = new uint256[](LibBit.popCount(mask));
        uint256 n;
        for (uint256 asset; asset < MAX_ASSETS; ++asset) {
            if ((mask >> asset) & 1 == 0) continue;
            uint256 limit = capacity[asset];
            uint256 held = creditEngine.balanceOf(address(this), asset);
            left[n++] = limit > held ? limit - held : 0;
        }
    }

    /// @inheritdoc IAbsorber
    /// @dev Pays what it can of the tip and never reverts for being poor: absorption must go on.
    function onAbsorb(address caller, uint256 tipOwed, uint256 debtTaken, uint256 loss) external {
        require(msg.sender == address(creditEngine), NotCreditEngine(msg.sender));
        uint256 paid;
        if (tipOwed != 0) {
            uint256 held = DOLLAR.balanceOf(address(this));
            paid = tipOwed < held ? tipOwed : held;
            // plUSD's transfer returns true or reverts, and it does not for a non-zero caller and a held amount.
            if (paid != 0) DOLLAR.transfer(caller, paid);
        }
        emit Absorbed(caller, debtTaken, loss, paid);
    }

    /// @notice Burns plUSD that it holds against the debt it took over. {plUSD}
    /// @custom:bound a stand-in, in use only while a deployment is under way: it holds nothing
    function cover(uint256 amount) external restricted {
        DOLLAR.burn(address(this), amount);
        emit Covered(amount);
    }

    /// @notice Moves absorbed collateral out of the ledger.
    /// @param amount {asset} token units; `type(uint256).max` for all
    /// @custom:bound a stand-in, in use only while a deployment is under way: it holds nothing
    function withdraw(uint256 asset, uint256 amount, address to) external restricted returns (uint256 withdrawn) {
        withdrawn = creditEngine.withdraw(asset, amount, address(this), to);
        emit Withdrawn(asset, to, withdrawn);
    }
}
