// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {AssetInfo, ICreditEngine, PAUSE_BORROW} from "../interfaces/ICreditEngine.sol";
import {AccountHealth, AssetSummary, BookSummary, ICreditLens} from "../interfaces/ICreditLens.sol";
import {IIssuanceGate, LOANS} from "../interfaces/IIssuanceGate.sol";
import {PriceStatus} from "../interfaces/IPriceOracle.sol";
import {IRiskModel, Quote} from "../interfaces/IRiskModel.sol";
import {LimitedCall} from "../libraries/LimitedCall.sol";
import {Valuation} from "../risk/Valuation.sol";

/// @title Read-only view of the credit engine
contract CreditLens is ICreditLens {
    error ModuleHasNoCode(address module);

    uint256 private constant MAX_ASSETS = 16;
    uint256 private constant ASSET_SHIFT = 248;
    uint256 private constant BALANCE_MASK = (1 << ASSET_SHIFT) - 1;
    uint256 private constant BPS = 10_000;
    uint256 private constant WAD = 1e18;
    /// @dev A debt share is worth `index / 1e18` units of 1e-8 plUSD. {share/plUSD}
    uint256 private constant SHARES_PER_DOLLAR = 1e8;
    /// @dev Enough for any view of a token, and so little that sixteen broken ones leave enough for the rest of a call.
    uint256 private constant TOKEN_GAS = 200_000;
    /// @dev Longer answers are cut: to carry them could take more gas than to give them. {bytes}
    uint256 private constant MAX_TOKEN_ANSWER = 1024;

    /// @notice The lending book it reads. The risk model is asked for at each call, because it can be replaced.
    ICreditEngine public immutable ENGINE;

    constructor(ICreditEngine engine) {
        require(address(engine).code.length != 0, ModuleHasNoCode(address(engine)));
        ENGINE = engine;
    }

    // ---- accounts

    /// @inheritdoc ICreditLens
    function healths(address[] calldata accounts) external view returns (AccountHealth[] memory list) {
        uint256 listed = ENGINE.listedMask();
        Quote[MAX_ASSETS] memory quotes = _quotes(listed);
        uint256 borrowable = _borrowable(listed);
        uint256 index = ENGINE.index();
        list = new AccountHealth[](accounts.length);
        for (uint256 i; i < accounts.length; ++i) {
            (uint256 shares, uint256[] memory holdings) = ENGINE.position(accounts[i]);
            list[i] = _health(accounts[i], shares, holdings, index, quotes, borrowable);
        }
    }

    /// @inheritdoc ICreditLens
    function failing(address[] calldata accounts, uint256 health) external view returns (AccountHealth[] memory list) {
        Quote[MAX_ASSETS] memory quotes = _quotes(ENGINE.listedMask());
        uint256 index = ENGINE.index();
        list = new AccountHealth[](accounts.length);
        uint256 found;
        for (uint256 i; i < accounts.length; ++i) {
            (uint256 shares, uint256[] memory holdings) = ENGINE.position(accounts[i]);
            if (shares == 0) continue;
            AccountHealth memory h = _health(accounts[i], shares, holdings, index, quotes, 0);
            if (h.debt * health > h.maintenanceLimit * BPS) list[found++] = h;
        }
        // Shortens the array in place: `found` is at most its length.
        assembly ("memory-safe") {
            mstore(list, found)
        }
    }

    /// @dev Quotes by asset number.
    function _quotes(uint256 listed) private view returns (Quote[MAX_ASSETS] memory quotes) {
        Quote[] memory packed = IRiskModel(ENGINE.riskModel()).quote(listed);
        uint256 rank;
        for (uint256 asset; asset < MAX_ASSETS; ++asset) {
            if ((listed >> asset) & 1 == 1) quotes[asset] = packed[rank++];
        }
    }

    /// @dev Assets that count towards borrow limits as far as pauses go.
    function _borrowable(uint256 listed) private view returns (uint256 mask) {
        for (uint256 asset; asset < MAX_ASSETS; ++asset) {
            if ((listed >> asset) & 1 == 0) continue;
            if (ENGINE.assetInfo(asset).pauses & PAUSE_BORROW == 0) mask |= 1 << asset;
        }
    }

    /// @dev Terms and roundings are those of the risk model's limits and of the engine's own look at failing accounts.
    function _health(
        address account,
        uint256 shares,
        uint256[] memory holdings,
        uint256 index,
        Quote[MAX_ASSETS] memory quotes,
        uint256 borrowable
    ) private pure returns (AccountHealth memory h) {
        h.account = account;
        for (uint256 i; i < holdings.length; ++i) {
            uint256 asset = holdings[i] >> ASSET_SHIFT;
            uint256 balance = holdings[i] & BALANCE_MASK;
            Quote memory q = quotes[asset];
            h.maintenanceLimit += Valuation.limitTerm(
                q.high,
                balance,
                q.maintenanceDepth,
                q.unit,
                q.maintenanceHaircut
            );
            if (q.status == PriceStatus.Live && (borrowable >> asset) & 1 == 1) {
                h.borrowLimit += Valuation.limitTerm(q.low, balance, q.borrowDepth, q.unit, q.initialHaircut);
            }
            if (q.status != PriceStatus.Unpriced) h.collateralValue += Valuation.plainValue(q.mid, balance, q.unit);
        }
        if (shares == 0) {
            h.health = type(uint256).max;
        } else {
            // As `ENGINE.debtOf` has it, without a call for each account.
            h.debt = (shares * index + SHARES_PER_DOLLAR - 1) / SHARES_PER_DOLLAR;
            h.health = (h.maintenanceLimit * WAD) / h.debt;
        }
    }

    // ---- the whole

    /// @inheritdoc ICreditLens
    function assets() external view returns (AssetSummary[] memory list) {
        uint256 listed = ENGINE.listedMask();
        IRiskModel model = IRiskModel(ENGINE.riskModel());
        Quote[] memory quotes = model.quote(listed);
        uint256 delisted = model.delistedMask();
        list = new AssetSummary[](quotes.length);
        uint256 rank;
        for (uint256 asset; asset < MAX_ASSETS; ++asset) {
            if ((listed >> asset) & 1 == 0) continue;
            list[rank] = _summary(asset, quotes[rank]);
            list[rank].delisted = (delisted >> asset) & 1 == 1;
            ++rank;
        }
    }

    function _summary(uint256 asset, Quote memory q) private view returns (AssetSummary memory s) {
        AssetInfo memory info = ENGINE.assetInfo(asset);
        s.asset = asset;
        s.token = info.token;
        s.symbol = _symbol(info.token);
        // As when it was listed: token units per ledger unit, times ledger units per token.
        s.decimals = Math.log10(info.scale * q.unit);
        s.answers = _answers(info.token, s.decimals);
        s.scale = info.scale;
        s.low = q.low;
        s.mid = q.mid;
        s.high = q.high;
        s.status = q.status;
        s.initialHaircut = q.initialHaircut;
        s.maintenanceHaircut = q.maintenanceHaircut;
        s.borrowDepth = q.borrowDepth * info.scale;
        s.maintenanceDepth = q.maintenanceDepth * info.scale;
        s.deposited = info.total * info.scale;
        s.cap = info.cap * info.scale;
        s.value = Valuation.plainValue(q.mid, info.total, q.unit);
        s.pauses = info.pauses;
    }

    /// @dev A token may have been broken since it was listed.
    function _answers(address token, uint256 decimals) private view returns (bool) {
        (bool ok, bytes memory data) = _ask(token, abi.encodeCall(IERC20Metadata.decimals, ()));
        if (!ok || data.length != 32 || abi.decode(data, (uint256)) != decimals) return false;
        (ok, data) = _ask(token, abi.encodeCall(IERC20.balanceOf, (address(ENGINE))));
        return ok && data.length == 32;
    }

    /// @dev With so little gas that what it can eat, or return, hurts nobody else.
    function _ask(address token, bytes memory question) private view returns (bool, bytes memory) {
        return LimitedCall.ask(token, TOKEN_GAS, MAX_TOKEN_ANSWER, question);
    }

    /// @dev Some old tokens have no symbol, or one that is no string.
    function _symbol(address token) private view returns (string memory) {
        (bool ok, bytes memory data) = _ask(token, abi.encodeCall(IERC20Metadata.symbol, ()));
        if (!ok || data.length < 64) return "";
        // A string is returned as offset 32, length, bytes. Anything else is not shown.
        (uint256 offset, uint256 length) = abi.decode(data, (uint256, uint256));
        if (offset != 32 || length > data.length - 64) return "";
        return abi.decode(data, (string));
    }

    /// @inheritdoc ICreditLens
    function book() external view returns (BookSummary memory s) {
        s.supply = IERC20(ENGINE.dollar()).totalSupply();
        s.totalDebt = ENGINE.totalDebt();
        uint256 listed = ENGINE.listedMask();
        Quote[MAX_ASSETS] memory quotes = _quotes(listed);
        for (uint256 asset; asset < MAX_ASSETS; ++asset) {
            if ((listed >> asset) & 1 == 0) continue;
            Quote memory q = quotes[asset];
            s.collateralValue += Valuation.plainValue(q.mid, ENGINE.assetInfo(asset).total, q.unit);
        }
        uint256 ceiling;
        (s.minimumDebt, ceiling) = ENGINE.debtLimits();
        uint256 room = ceiling > s.totalDebt ? ceiling - s.totalDebt : 0;
        uint256 headroom = IIssuanceGate(ENGINE.issuanceGate()).available(address(ENGINE), LOANS);
        s.issuable = room < headroom ? room : headroom;
        (s.rate, ) = ENGINE.interest();
    }
}
