// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IAbsorber} from "../interfaces/IAbsorber.sol";
import {IIssuanceGate} from "../interfaces/IIssuanceGate.sol";
import {DOLLAR as PLUSD, Fill, IAuctionCallback, IReserveExchange, IStableTaker} from "../interfaces/IReserveSeams.sol";
import {ISolvency} from "../interfaces/ISolvency.sol";
import {Lanes} from "./Lanes.sol";
import {Market} from "./Market.sol";
import {RESERVE_ASSETS} from "./ReserveStorage.sol";

/// @title What other modules have the reserve do: take failed positions and payments of debts, and fill auctions
abstract contract Taking is Market, IAbsorber, IReserveExchange, IStableTaker {
    using Lanes for uint256[4];
    using SafeERC20 for IERC20;

    // ---- failed positions

    /// @inheritdoc IAbsorber
    function capacities(uint256 mask) external view returns (uint256[] memory room) {
        (, uint256[] memory held) = _credits();
        _addHeld(held);
        room = new uint256[](RESERVE_ASSETS);
        uint256 count;
        for (uint256 asset; asset < RESERVE_ASSETS; ++asset) {
            if ((mask >> asset) & 1 == 0) continue;
            // Nothing of what is not listed: its cap is 0.
            uint256 cap = _float(_assets[asset].cap);
            room[count++] = cap > held[asset] ? cap - held[asset] : 0;
        }
        assembly ("memory-safe") {
            // Only as many as there are bits.
            mstore(room, count)
        }
    }

    /// @inheritdoc IAbsorber
    /// @dev No lock: absorption goes on inside everything, and what moves is plUSD of the tip fund, which calls nobody. The gate never reverts
    /// for size.
    function onAbsorb(address caller, uint256 tipOwed, uint256 debtTaken, uint256 loss) external {
        require(msg.sender == address(ENGINE), NotCreditEngine(msg.sender));
        uint256 paid;
        if (tipOwed != 0) {
            uint256 fund = _flow.tipFund;
            paid = tipOwed < fund ? tipOwed : fund;
            // The cast is safe: it only falls.
            _flow.tipFund = uint80(fund - paid);
            // plUSD's transfer returns true or reverts, and it does not for a non-zero caller and a held amount.
            if (paid != 0) DOLLAR.transfer(caller, paid);
        }
        // Which assets were taken is not told.
        if (_flow.credited != type(uint16).max) _flow.credited = type(uint16).max;
        if (debtTaken != 0) ISolvency(_global.gate).bookExposure(debtTaken);
        emit Absorbed(caller, debtTaken, loss, paid);
    }

    // ---- debts paid in a stable

    /// @inheritdoc IStableTaker
    function collect(
        uint256 asset,
        address payer,
        uint256 debt,
        uint256 maxPaid
    ) external locked returns (uint256 paid) {
        require(msg.sender == address(ENGINE), NotEngine(msg.sender));
        AssetSlot memory a = _listed(asset);
        uint256 cash = _cash.get(asset);
        (uint256 units, uint256 worth) = _payment(asset, a, cash + _creditIn(asset), debt);
        paid = units * _scale(a);
        require(paid <= maxPaid, SlippageExceeded(paid, maxPaid));
        _cash.set(asset, cash + units);
        // Units are rounded up, so worth is not below the debt but for its own rounding.
        if (worth > debt) _addIncome(worth - debt);
        _pull(a.token, payer, paid);
        emit Collect(asset, payer, paid, debt);
    }

    /// @inheritdoc IStableTaker
    function paymentFor(uint256 asset, uint256 debt) external view returns (uint256 paid) {
        AssetSlot memory a = _listed(asset);
        (uint256 units, ) = _payment(asset, a, _cash.get(asset) + _creditIn(asset), debt);
        return units * _scale(a);
    }

    /// @dev What pays a debt, while there is so much cash and credit. {ledger}, rounded up; and what that is worth before the fee. {USD}, rounded down
    function _payment(
        uint256 asset,
        AssetSlot memory a,
        uint256 plain,
        uint256 debt
    ) private view returns (uint256 units, uint256 worth) {
        require((_global.stable >> asset) & 1 == 1, NotStable(asset));
        _requireAmount(debt);
        uint256 price = _parOrLess(_livePriceOf(asset).low);
        // The fee of slightly more than is taken, so that it is no less than for an issue of the same: as if the highest fee applied.
        uint256 most = _unitsFor(debt, price, _unit(a), uint256(a.maxFee) * BPS_TO_WAD);
        units = _unitsFor(debt, price, _unit(a), _takeFee(a, plain + _vaulted.get(asset), most));
        _requireRoom(asset, a, plain, units);
        worth = (units * price) / _unit(a);
    }

    /// @dev `debt * unit / (price * (1 - fee))`, up.
    function _unitsFor(uint256 debt, uint256 price, uint256 unit, uint256 fee) private pure returns (uint256) {
        return Math.ceilDiv(debt * unit, (price * (WAD - fee)) / WAD);
    }

    // ---- auctions

    /// @inheritdoc IReserveExchange
    function exchange(Fill calldata fill) external locked {
        require(msg.sender == _exchange.rebalancer, NotRebalancer(msg.sender));
        _give(fill.sold, fill.given, fill.to);
        if (fill.data.length != 0) IAuctionCallback(fill.bidder).onFill(fill);
        if (fill.bought == PLUSD) {
            DOLLAR.burn(fill.bidder, fill.received);
        } else {
            (address token, uint256 scale) = _tokenOf(fill.bought);
            _cash.set(fill.bought, _cash.get(fill.bought) + fill.received);
            _pull(token, fill.bidder, fill.received * scale);
        }
        if (fill.loss != 0) IIssuanceGate(_global.gate).bookLoss(fill.loss);
        emit Exchange(fill.sold, fill.bought, fill.given, fill.received);
    }

    /// @inheritdoc IReserveExchange
    function sellable(uint256 asset) public view returns (uint256 amount) {
        require(asset < RESERVE_ASSETS, AssetOutOfRange(asset));
        return _cash.get(asset) + _creditOf(asset);
    }

    /// @inheritdoc IReserveExchange
    function stock() external view returns (uint256[] memory words, uint256[] memory credits) {
        (, credits) = ENGINE.position(address(this));
        uint256 listed = _exchange.listed;
        words = new uint256[](RESERVE_ASSETS / 2);
        uint256 count;
        // Nothing but listed assets is ever held, and none is taken off the list.
        for (uint256 first; listed >> first != 0; first += 4) {
            words[count++] = _cash[first >> 2];
            words[count++] = _vaulted[first >> 2];
        }
        assembly ("memory-safe") {
            // Only as many as there are.
            mstore(words, count)
        }
    }

    /// @dev Of a listed asset. The rest of its slot is not unpacked: no fill needs it.
    function _tokenOf(uint256 asset) private view returns (address token, uint256 scale) {
        require(asset < RESERVE_ASSETS, AssetNotListed(asset));
        AssetSlot storage a = _assets[asset];
        (token, scale) = (a.token, 10 ** a.scaleDecimals);
        require(token != address(0), AssetNotListed(asset));
    }

    /// @dev Pays out of cash, then out of credit.
    function _give(uint256 asset, uint256 given, address to) private {
        require(asset < RESERVE_ASSETS, AssetOutOfRange(asset));
        uint256 cash = _cash.get(asset);
        uint256 fromCash = given < cash ? given : cash;
        if (fromCash != 0) {
            (address token, uint256 scale) = _tokenOf(asset);
            _cash.set(asset, cash - fromCash);
            IERC20(token).safeTransfer(to, fromCash * scale);
        }
        if (given == fromCash) return;
        uint256 credit = _creditOf(asset);
        require(given - fromCash <= credit, LiquidityShort(asset, cash + credit, given));
        _withdrawCredit(asset, given - fromCash, to);
    }
}
