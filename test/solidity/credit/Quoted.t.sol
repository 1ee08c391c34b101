// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Cut, Quoted, QuotedLib} from "../../../contracts/credit/Quoted.sol";
import {PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";
import {Quote} from "../../../contracts/interfaces/IRiskModel.sol";
import {Valuation} from "../../../contracts/risk/Valuation.sol";

/// @notice A batch's assembly against the same in plain words: one asset after another, in terms of `Quote` and `Valuation`.
contract QuotedTest {
    uint256 private constant ASSETS = 16;
    uint256 private constant WAD = 1e18;

    /// @dev What an account holds, and what is known of its assets.
    struct Case {
        uint256 bits;
        uint256 count;
        Quote[] quotes; // by asset number
        uint256[] rooms; // by asset number
        uint256[] table; // by asset number
        uint256[] balances; // by rank, with room for all
    }

    uint256 private _state;

    // ---- valuing

    function testFuzz_sumsAsPlain(uint256 seed) public {
        Case memory c = _case(seed);
        // Below, between and above what the assets come to.
        uint256 whole = _plainLimit(c, type(uint256).max);
        uint256 enough = _random() % 4 == 0 ? type(uint256).max : _random() % (2 * whole + 2);
        (uint256 limit, uint256 pricedLimit, uint256 value, uint256 priced) = QuotedLib.sum(
            c.table,
            c.bits,
            c.balances,
            enough
        );
        require(limit == _plainLimit(c, enough), "limit");
        if (limit >= enough) return;
        (uint256 plainPriced, uint256 plainValue, uint256 plainMask) = _plainPriced(c);
        require(pricedLimit == plainPriced, "limit of the priced");
        require(value == plainValue, "value");
        require(priced == plainMask, "which are priced");
    }

    function _plainLimit(Case memory c, uint256 enough) private pure returns (uint256 limit) {
        uint256 rank;
        for (uint256 asset; asset < ASSETS; ++asset) {
            if ((c.bits >> asset) & 1 == 0) continue;
            limit += _term(c.quotes[asset], c.balances[rank++]);
            if (limit >= enough) return limit;
        }
    }

    function _plainPriced(Case memory c) private pure returns (uint256 limit, uint256 value, uint256 mask) {
        uint256 rank;
        for (uint256 asset; asset < ASSETS; ++asset) {
            if ((c.bits >> asset) & 1 == 0) continue;
            uint256 held = c.balances[rank++];
            Quote memory q = c.quotes[asset];
            if (q.status == PriceStatus.Unpriced) continue;
            limit += _term(q, held);
            value += Valuation.plainValue(q.mid, held, q.unit);
            mask |= 1 << asset;
        }
    }

    function _term(Quote memory q, uint256 held) private pure returns (uint256) {
        return Valuation.limitTerm(q.high, held, q.maintenanceDepth, q.unit, q.maintenanceHaircut);
    }

    // ---- taking

    function testFuzz_fitsAsPlain(uint256 seed) public {
        Case memory c = _case(seed);
        uint256 subset = c.bits & _random();
        uint256 fraction = _fraction();
        uint256 plain;
        uint256 rank;
        for (uint256 asset; asset < ASSETS; ++asset) {
            if ((c.bits >> asset) & 1 == 0) continue;
            uint256 held = c.balances[rank++];
            if ((subset >> asset) & 1 == 1 && (held * fraction) / WAD <= c.rooms[asset]) plain |= 1 << asset;
        }
        require(QuotedLib.fitting(c.table, c.bits, c.balances, subset, fraction) == plain, "which fit");
    }

    /// @dev What `take` answers.
    struct Taken {
        uint256 lowValue;
        uint256 leftBits;
        uint256 left;
        uint256 takenBits;
        uint256 count;
        uint256[] taken;
        uint256[] balances;
    }

    function testFuzz_takesAsPlain(uint256 seed) public {
        Case memory c = _case(seed);
        Cut memory cut = Cut({subset: c.bits & _random(), fraction: _fraction(), tip: _fraction()});
        uint256[] memory before = _copy(c.balances);
        Taken memory t;
        t.taken = new uint256[](ASSETS);
        t.balances = c.balances;
        (t.lowValue, t.leftBits, t.left, t.takenBits, t.count) = QuotedLib.take(
            c.table,
            c.bits,
            c.balances,
            t.taken,
            cut
        );

        Taken memory p;
        p.taken = new uint256[](ASSETS);
        p.balances = new uint256[](ASSETS);
        uint256 rank;
        for (uint256 asset; asset < ASSETS; ++asset) {
            if ((c.bits >> asset) & 1 == 1) _takePlain(c, cut, p, asset, before[rank++]);
        }
        require(t.lowValue == p.lowValue, "value");
        require(t.leftBits == p.leftBits && t.left == p.left, "what is left");
        require(t.takenBits == p.takenBits && t.count == p.count, "what was taken");
        for (uint256 i; i < p.left; ++i) require(t.balances[i] == p.balances[i], "an amount left");
        for (uint256 i; i < p.count; ++i) require(t.taken[i] == p.taken[i], "an amount taken");
    }

    /// @dev One asset in plain words, and what is booked of it.
    function _takePlain(Case memory c, Cut memory cut, Taken memory p, uint256 asset, uint256 held) private pure {
        uint256 amount = (cut.subset >> asset) & 1 == 1 ? (held * cut.fraction) / WAD : 0;
        uint256 tipped = (amount * cut.tip) / WAD;
        uint256 room = c.rooms[asset];
        Quoted quoted = Quoted.wrap(c.table[asset]);
        require(quoted.credit() == amount - tipped, "credit");
        require(quoted.tips() == tipped, "tip");
        require(_room(quoted) == (amount < room ? room - amount : 0), "room");
        if (amount != 0) {
            p.taken[p.count++] = amount;
            p.takenBits |= 1 << asset;
            p.lowValue += Valuation.plainValue(c.quotes[asset].low, amount - tipped, c.quotes[asset].unit);
        }
        if (held != amount) {
            p.balances[p.left++] = held - amount;
            p.leftBits |= 1 << asset;
        }
    }

    // ---- cases

    function _case(uint256 seed) private returns (Case memory c) {
        _state = seed;
        c.quotes = new Quote[](ASSETS);
        c.rooms = new uint256[](ASSETS);
        c.table = new uint256[](ASSETS);
        c.balances = new uint256[](ASSETS);
        c.bits = _random() % (1 << ASSETS);
        for (uint256 asset; asset < ASSETS; ++asset) {
            if ((c.bits >> asset) & 1 == 0) continue;
            Quote memory q = c.quotes[asset];
            q.status = PriceStatus(_random() % 3);
            q.high = _upTo(100);
            q.mid = q.status == PriceStatus.Unpriced ? 0 : _upTo(100);
            q.low = q.status == PriceStatus.Unpriced ? 0 : _upTo(100);
            q.maintenanceHaircut = _random() % 10_001;
            q.maintenanceDepth = _upTo(75);
            q.unit = 10 ** (_random() % 19);
            c.rooms[asset] = _upTo(58);
            c.table[asset] = Quoted.unwrap(QuotedLib.digest(q, c.rooms[asset]));
            c.balances[c.count++] = 1 + (_upTo(58) % ((1 << 58) - 1));
        }
    }

    /// @dev Of any size below 2**bits; 0 now and then.
    function _upTo(uint256 bits) private returns (uint256) {
        return _random() % (1 << (_random() % (bits + 1)));
    }

    /// @dev 0 and 1 now and then.
    function _fraction() private returns (uint256) {
        uint256 kind = _random() % 4;
        if (kind == 0) return 0;
        return kind == 1 ? WAD : _random() % WAD;
    }

    function _random() private returns (uint256) {
        _state = uint256(keccak256(abi.encode(_state)));
        return _state;
    }

    /// @dev The tenth word of what is known of an asset.
    function _room(Quoted quoted) private pure returns (uint256 room) {
        assembly ("memory-safe") {
            room := mload(add(quoted, 0x120))
        }
    }

    function _copy(uint256[] memory list) private pure returns (uint256[] memory copy) {
        copy = new uint256[](list.length);
        for (uint256 i; i < list.length; ++i) copy[i] = list[i];
    }
}
