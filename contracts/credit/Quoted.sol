// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {PriceStatus} from "../interfaces/IPriceOracle.sol";
import {Quote} from "../interfaces/IRiskModel.sol";
import {Valuation} from "../risk/Valuation.sol";

/// @notice Where in memory lies what a batch of liquidations knows of an asset; 0 where nothing is known. Ten words:
/// `[limit factor | depth | limit unit | mid | low | unit | priced | credit | tip | room]`; the last three are amounts {ledger}, see `take`.
type Quoted is uint256;

using QuotedLib for Quoted global;

/// @notice What is taken of an account.
/// @param subset Of which assets.
/// @param fraction Which part of each. 18 decimals
/// @param tip Which part of that goes to the caller of `absorb`. 18 decimals
struct Cut {
    uint256 subset;
    uint256 fraction;
    uint256 tip;
}

/// @title Quotes as a batch of liquidations uses them
/// @notice A limit term is `P q X (1 - m) / ((X + q) U)`, of which only q differs from account to account: the *factor* `P X (1 - m)` and the *limit unit*
/// `U 10^4` are multiplied once. Products of integers do not depend on their order, so every figure is to the wei that of `Valuation`.
/// @dev In assembly, as it runs for each asset of a thousand accounts. The tests hold it against a version in terms of `Quote` and `Valuation`. Ranges as in
/// `Valuation`.
library QuotedLib {
    uint256 private constant DEPTH = 0x20;
    uint256 private constant LIMIT_UNIT = 0x40;
    uint256 private constant MID = 0x60;
    uint256 private constant LOW = 0x80;
    uint256 private constant UNIT = 0xa0;
    uint256 private constant PRICED = 0xc0;
    uint256 private constant CREDIT = 0xe0;
    uint256 private constant TIP = 0x100;
    uint256 private constant ROOM = 0x120;
    uint256 private constant SIZE = 0x140;
    uint256 private constant WAD = 1e18;

    /// @notice Works out what is the same for all accounts.
    /// @param room What the absorber still takes of it. {ledger}
    function digest(Quote memory quote, uint256 room) internal pure returns (Quoted quoted) {
        uint256 factor;
        uint256 limitUnit;
        unchecked {
            // Below 2^189 and 2^74.
            factor = quote.high * quote.maintenanceDepth * (Valuation.BPS - quote.maintenanceHaircut);
            limitUnit = quote.unit * Valuation.BPS;
        }
        (uint256 depth, uint256 mid, uint256 low, uint256 unit) = (
            quote.maintenanceDepth,
            quote.mid,
            quote.low,
            quote.unit
        );
        bool priced = quote.status != PriceStatus.Unpriced;
        assembly ("memory-safe") {
            quoted := mload(0x40)
            mstore(0x40, add(quoted, SIZE))
            mstore(quoted, factor)
            mstore(add(quoted, DEPTH), depth)
            mstore(add(quoted, LIMIT_UNIT), limitUnit)
            mstore(add(quoted, MID), mid)
            mstore(add(quoted, LOW), low)
            mstore(add(quoted, UNIT), unit)
            mstore(add(quoted, PRICED), priced)
            mstore(add(quoted, CREDIT), 0)
            mstore(add(quoted, TIP), 0)
            mstore(add(quoted, ROOM), room)
        }
    }

    /// @notice Values balances, up to where their limit reaches `enough`.
    /// @param table Each asset's `Quoted` by its number.
    /// @param bits Which assets are held. @param balances How much of each, in ascending order. {ledger}
    /// @return limit Maintenance limit. {USD}
    /// @return pricedLimit That of the priced ones alone. {USD}
    /// @return value Of the priced ones, at mid. {USD}
    /// @return priced Which are priced.
    function sum(
        uint256[] memory table,
        uint256 bits,
        uint256[] memory balances,
        uint256 enough
    ) internal pure returns (uint256 limit, uint256 pricedLimit, uint256 value, uint256 priced) {
        assembly ("memory-safe") {
            let at := balances
            for {
                let rest := bits
            } rest {} {
                at := add(at, 0x20)
                let amount := mload(at)
                let bit := and(rest, sub(0, rest))
                rest := xor(rest, bit)
                // Behind the table's length, by the number of the lowest bit: 255 less the zeros above it.
                let quoted := mload(add(table, shl(5, sub(256, clz(bit)))))
                // A factor of 0 makes the term 0, whatever it is divided by: a depth of 0, or a price of 0.
                let term := div(
                    mul(mload(quoted), amount),
                    mul(add(mload(add(quoted, DEPTH)), amount), mload(add(quoted, LIMIT_UNIT)))
                )
                // Sixteen terms below 2^158 each.
                limit := add(limit, term)
                if iszero(lt(limit, enough)) {
                    break
                }
                if mload(add(quoted, PRICED)) {
                    priced := or(priced, bit)
                    pricedLimit := add(pricedLimit, term)
                    value := add(value, div(mul(mload(add(quoted, MID)), amount), mload(add(quoted, UNIT))))
                }
            }
        }
    }

    /// @notice The assets of `subset` of which there is room for a fraction of what is held.
    /// @param bits, balances As in `sum`. @param fraction At most 1. 18 decimals
    function fitting(
        uint256[] memory table,
        uint256 bits,
        uint256[] memory balances,
        uint256 subset,
        uint256 fraction
    ) internal pure returns (uint256 mask) {
        assembly ("memory-safe") {
            let at := balances
            for {
                let rest := bits
            } rest {} {
                at := add(at, 0x20)
                let bit := and(rest, sub(0, rest))
                rest := xor(rest, bit)
                if and(subset, bit) {
                    let left := mload(add(mload(add(table, shl(5, sub(256, clz(bit))))), ROOM))
                    if iszero(gt(div(mul(mload(at), fraction), WAD), left)) {
                        mask := or(mask, bit)
                    }
                }
            }
        }
    }

    /// @notice Takes a part of each asset of a subset, rounded down, for the account. Of what is seized a part is booked as the caller's tip, the rest as the
    /// taker's credit, all of it against the room.
    /// @param rest Which assets are held. @param balances How much of each, in ascending order: keeps what is left, without zeros. {ledger}
    /// @param taken Gets what was taken, without zeros. {ledger}
    /// @return lowValue What the taker's part is worth at low. {USD}
    /// @return leftBits Of which assets something is left.
    /// @return left Of how many.
    /// @return takenBits Of which assets something was taken.
    /// @return count Of how many.
    function take(
        uint256[] memory table,
        uint256 rest,
        uint256[] memory balances,
        uint256[] memory taken,
        Cut memory cut
    ) internal pure returns (uint256 lowValue, uint256 leftBits, uint256 left, uint256 takenBits, uint256 count) {
        assembly ("memory-safe") {
            // Where the last entry was written to; no further than has been read.
            left := balances
            count := taken
            let at := balances
            for {} rest {} {
                at := add(at, 0x20)
                let held := mload(at)
                let bit := and(rest, sub(0, rest))
                rest := xor(rest, bit)
                if and(mload(cut), bit) {
                    let amount := div(mul(held, mload(add(cut, 0x20))), WAD)
                    if amount {
                        held := sub(held, amount)
                        count := add(count, 0x20)
                        mstore(count, amount)
                        takenBits := or(takenBits, bit)
                        let quoted := mload(add(table, shl(5, sub(256, clz(bit)))))
                        // Amounts of an asset together stay below 2^58; an insolvent account is taken beyond what there is room for.
                        let free := mload(add(quoted, ROOM))
                        mstore(add(quoted, ROOM), mul(gt(free, amount), sub(free, amount)))
                        let tipped := div(mul(amount, mload(add(cut, 0x40))), WAD)
                        mstore(add(quoted, TIP), add(mload(add(quoted, TIP)), tipped))
                        amount := sub(amount, tipped)
                        mstore(add(quoted, CREDIT), add(mload(add(quoted, CREDIT)), amount))
                        lowValue := add(lowValue, div(mul(mload(add(quoted, LOW)), amount), mload(add(quoted, UNIT))))
                    }
                }
                if held {
                    left := add(left, 0x20)
                    mstore(left, held)
                    leftBits := or(leftBits, bit)
                }
            }
            left := shr(5, sub(left, balances))
            count := shr(5, sub(count, taken))
        }
    }

    /// @notice What was credited to the taker so far. {ledger}
    function credit(Quoted quoted) internal pure returns (uint256 amount) {
        assembly ("memory-safe") {
            amount := mload(add(quoted, CREDIT))
        }
    }

    /// @notice What was set aside as tips so far. {ledger}
    function tips(Quoted quoted) internal pure returns (uint256 amount) {
        assembly ("memory-safe") {
            amount := mload(add(quoted, TIP))
        }
    }
}
