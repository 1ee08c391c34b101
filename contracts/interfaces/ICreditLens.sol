// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {PriceStatus} from "./IPriceOracle.sol";

/// @notice How an account stands.
/// @param account Whose.
/// @param debt D, interest up to now included. {plUSD} rounded up
/// @param borrowLimit B: what the debt may reach by borrowing or withdrawing. {USD} 18 decimals, rounded down
/// @param maintenanceLimit M: the account is liquidatable while D exceeds it. {USD} 18 decimals, rounded down
/// @param collateralValue Priced collateral at mid, without haircut or liquidity discount. {USD} 18 decimals, rounded down
/// @param health M / D, 18 decimals, rounded down; `type(uint256).max` without debt.
struct AccountHealth {
    address account;
    uint256 debt;
    uint256 borrowLimit;
    uint256 maintenanceLimit;
    uint256 collateralValue;
    uint256 health;
}

/// @notice All there is to show of a listed asset.
/// @param asset Its number.
/// @param token, symbol, decimals ERC-20; the symbol is empty where the token has none, decimals are those that it was listed with.
/// @param answers Whether the token still says its decimals, the same as then, and what the engine has. One that does not can be neither deposited nor withdrawn;
/// accounts without it notice nothing. (The engine asks all tokens for their decimals only when the risk model is replaced.)
/// @param scale Token units per ledger unit.
/// @param low, mid, high, status Two-sided price. {USD/tok} 18 decimals
/// @param initialHaircut, maintenanceHaircut In force now. bps
/// @param borrowDepth, maintenanceDepth In force now. {asset}
/// @param deposited, cap What is in the ledger and may be. {asset}
/// @param value What is in the ledger, at mid. {USD} 18 decimals
/// @param pauses Bits of the `PAUSE_` constants.
/// @param delisted No new risk is taken against it.
struct AssetSummary {
    uint256 asset;
    address token;
    string symbol;
    uint256 decimals;
    bool answers;
    uint256 scale;
    uint256 low;
    uint256 mid;
    uint256 high;
    PriceStatus status;
    uint256 initialHaircut;
    uint256 maintenanceHaircut;
    uint256 borrowDepth;
    uint256 maintenanceDepth;
    uint256 deposited;
    uint256 cap;
    uint256 value;
    uint256 pauses;
    bool delisted;
}

/// @notice The lending book as a whole.
/// @param supply plUSD outstanding. {plUSD}
/// @param totalDebt All debts, interest up to now included. {plUSD}
/// @param collateralValue Everything in the ledger at mid, absorbed collateral included. {USD} 18 decimals
/// @param issuable What could still be borrowed in all: the gate's headroom or the debt ceiling. {plUSD}
/// @param minimumDebt {plUSD}
/// @param rate Borrow rate. {1/s} 18 decimals, continuously compounded
struct BookSummary {
    uint256 supply;
    uint256 totalDebt;
    uint256 collateralValue;
    uint256 issuable;
    uint256 minimumDebt;
    uint256 rate;
}

/// @title Read-only view of the credit engine for keepers and interfaces
/// @notice Prices and parameters are read once for a whole batch, and the engine's own arithmetic is used: the numbers are those
/// that the engine decides by, to the wei. No account can make a batch fail, because nothing outside of the engine is called for it;
/// only a sequencer that is down (or just back) makes every reading revert, as it does for the engine itself.
interface ICreditLens {
    /// @notice How each account stands, in the order given.
    function healths(address[] calldata accounts) external view returns (AccountHealth[] memory);

    /// @notice How each of the accounts stands whose debt exceeds `health` parts (bps) of its maintenance limit: with 10_000 the ones that
    /// can be liquidated now, with 10_500 also those that soon may. Borrow limits are left out (0).
    /// @param accounts Which accounts to look at; keepers pass all that ever borrowed.
    /// @param health bps
    function failing(address[] calldata accounts, uint256 health) external view returns (AccountHealth[] memory);

    /// @notice Every listed asset, ascending by number. A token that fails, eats gas or answers nonsense does not fail the others.
    function assets() external view returns (AssetSummary[] memory);

    /// @notice The lending book as a whole.
    function book() external view returns (BookSummary memory);
}
