// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AssetInfo, ICreditShared} from "../../../contracts/interfaces/ICreditEngine.sol";
import {Price, PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";
import {Quote} from "../../../contracts/interfaces/IRiskModel.sol";

/// @title An engine of as many equal accounts as one likes, with its own oracle and risk model
/// @dev Only what a keeper that looks asks for. Accounts cost an event each instead of a position each: the chain is the same for whoever
/// reads events and views, and a thousand of them fit into one transaction.
contract CrowdEngine is ICreditShared {
    uint256 private constant WAD = 1e18;
    uint256 private constant UNIT = 1e8;
    /// @dev 10 tokens. {ledger}
    uint256 private constant BALANCE = 10 * UNIT;
    /// @dev 9,000 plUSD at an index of 1. {share}
    uint256 private constant SHARES = 9_000 * UNIT;
    uint256 private constant ASSET_SHIFT = 248;
    address private constant TOKEN = address(0xeee);

    /// @notice {USD/tok} 18 decimals
    uint256 public high = 2_000 * WAD;
    uint256 public crowd;

    constructor() {
        emit AssetListed(0, TOKEN, 1);
    }

    /// @notice Opens `count` accounts more.
    function open(uint256 count) external {
        for (uint256 i; i < count; ++i) {
            address account = accountOf(crowd + i);
            emit Deposit(0, account, account, BALANCE);
            emit Borrow(account, account, account, (SHARES * WAD) / UNIT, SHARES);
        }
        crowd += count;
    }

    function setHigh(uint256 high_) external {
        high = high_;
    }

    // ---- engine

    function position(address account) external view returns (uint256 debtShares, uint256[] memory holdings) {
        uint256 number = uint160(account) - uint160(accountOf(0));
        if (number >= crowd) return (0, new uint256[](0));
        holdings = new uint256[](1);
        holdings[0] = (0 << ASSET_SHIFT) | BALANCE;
        return (SHARES, holdings);
    }

    function totalDebtShares() external view returns (uint256) {
        return crowd * SHARES;
    }

    function assetInfo(uint256) external view returns (AssetInfo memory) {
        return AssetInfo({token: TOKEN, scale: 1, total: crowd * BALANCE, cap: 0, governedCap: 0, pauses: 0});
    }

    function riskModel() external view returns (address) {
        return address(this);
    }

    function listedMask() external pure returns (uint256) {
        return 1;
    }

    function index() external pure returns (uint256) {
        return WAD;
    }

    // ---- risk model and oracle

    function quote(uint256) external view returns (Quote[] memory quotes) {
        quotes = new Quote[](1);
        quotes[0] = Quote({
            low: high,
            mid: high,
            high: high,
            status: PriceStatus.Live,
            initialHaircut: 2_000,
            maintenanceHaircut: 1_000,
            borrowDepth: 1e18,
            maintenanceDepth: 1e18,
            unit: UNIT
        });
    }

    function price(uint256) external view returns (Price memory) {
        return Price({low: high, mid: high, high: high, status: PriceStatus.Live});
    }

    /// @dev Recorded just now.
    function lastGood(uint256) external view returns (uint256 high_, uint256 recordedAt, uint256 deadSince) {
        return (high, block.timestamp, 0);
    }

    /// @notice Observed until the end of time.
    function observation() external view returns (uint256 observedAt, uint256 allowedAt, uint256 unpriced) {
        return (block.timestamp, type(uint64).max, 0);
    }

    /// @notice The `number`th account, from 0.
    function accountOf(uint256 number) public pure returns (address) {
        // The cast is safe: numbers are small.
        return address(uint160(0x10_0000 + number));
    }
}
