// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IPriceOracle, Price, PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";

/// @title The read side of `IPriceOracle` with prices that a test sets
/// @dev A price that was never set is `AssetUnknown`. One slot a price, as in a lean oracle, so that gas measured on top of
/// it stays meaningful.
contract SettableOracle {
    struct Entry {
        uint112 low;
        uint112 high;
        PriceStatus status;
        bool known;
        bool trapped;
    }

    /// @notice A price that must not be read was read.
    error Trapped(uint256 asset);

    mapping(uint256 asset => Entry) private _entries;
    uint256 private _sequencerDownSince;
    /// @dev Last good highs without decay, where they are to differ from `high`. {USD/tok}
    mapping(uint256 asset => uint256) private _undecayed;
    /// @notice {s}
    uint256 public decay = 12 hours;

    /// @notice Sets both sides and the status. {USD/tok}
    function set(uint256 asset, uint256 low, uint256 high, PriceStatus status) external {
        require(high >> 100 == 0 && low <= high, "price out of the oracle's range");
        _entries[asset] = Entry(uint112(low), uint112(high), status, true, false);
    }

    /// @notice Makes an asset unpriced: `high` is left of its last good high `undecayed`. {USD/tok}
    function setDead(uint256 asset, uint256 high, uint256 undecayed) external {
        _entries[asset] = Entry(0, uint112(high), PriceStatus.Unpriced, true, false);
        _undecayed[asset] = undecayed;
    }

    /// @notice Makes reading the asset's price revert, to show that somebody does.
    function setTrapped(uint256 asset, bool trapped) external {
        _entries[asset].trapped = trapped;
    }

    /// @notice From now on prices revert with `SequencerDown`; 0 ends it.
    function setSequencerDown(uint256 since) external {
        _sequencerDownSince = since;
    }

    function price(uint256 asset) public view returns (Price memory) {
        require(_sequencerDownSince == 0, IPriceOracle.SequencerDown(_sequencerDownSince));
        Entry memory entry = _entries[asset];
        require(entry.known, IPriceOracle.AssetUnknown(asset));
        require(!entry.trapped, Trapped(asset));
        if (entry.status == PriceStatus.Unpriced) return Price(0, 0, entry.high, entry.status);
        return Price(entry.low, (uint256(entry.low) + entry.high) / 2, entry.high, entry.status);
    }

    function prices(uint256 mask) external view returns (Price[] memory list) {
        uint256 count;
        for (uint256 asset = 0; asset < 16; ++asset) count += (mask >> asset) & 1;
        list = new Price[](count);
        count = 0;
        for (uint256 asset = 0; asset < 16; ++asset) {
            if ((mask >> asset) & 1 == 1) list[count++] = price(asset);
        }
    }

    /// @dev The primary answer is the mean; a source that disagrees is still one.
    function primaryPrice(uint256 asset) public view returns (uint256 answer, bool live) {
        Entry memory entry = _entries[asset];
        require(entry.known, IPriceOracle.AssetUnknown(asset));
        live = entry.status != PriceStatus.Unpriced;
        answer = live ? (uint256(entry.low) + entry.high) / 2 : 0;
    }

    function primaryPrices(uint256 mask) external view returns (uint256[] memory list) {
        uint256 count;
        for (uint256 asset = 0; asset < 16; ++asset) count += (mask >> asset) & 1;
        list = new uint256[](count);
        count = 0;
        for (uint256 asset = 0; asset < 16; ++asset) {
            if ((mask >> asset) & 1 == 1) (list[count++], ) = primaryPrice(asset);
        }
    }

    function undecayedHigh(uint256 asset) external view returns (uint256) {
        Price memory p = price(asset);
        if (p.status != PriceStatus.Unpriced) return p.high;
        uint256 undecayed = _undecayed[asset];
        return undecayed > p.high ? undecayed : p.high;
    }

    function isLive(uint256 asset) external view returns (bool) {
        require(_entries[asset].known, IPriceOracle.AssetUnknown(asset));
        return _entries[asset].status != PriceStatus.Unpriced;
    }
}
