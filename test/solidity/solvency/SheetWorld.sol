// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {IBalanceSheet, SheetParameters, Statement} from "../../../contracts/interfaces/IBalanceSheet.sol";
import {PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";
import {IRisk} from "../../../contracts/interfaces/IRisk.sol";
import {AssetParameters, VolatilitySeed} from "../../../contracts/interfaces/IRiskMeasurement.sol";
import {HaircutBounds, Paces} from "../../../contracts/interfaces/IRiskModel.sol";
import {BalanceSheet} from "../../../contracts/solvency/BalanceSheet.sol";
import {PlimsollDollar} from "../../../contracts/token/PlimsollDollar.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {Pinned} from "../../contracts/risk/Pinned.sol";
import {SettableOracle} from "../../contracts/risk/SettableOracle.sol";
import {ReserveDouble} from "../../contracts/reserve/ReserveDouble.sol";
import {LoanBookDouble} from "../../contracts/solvency/LoanBookDouble.sol";
import {PoolsDouble} from "../../contracts/solvency/PoolsDouble.sol";
import {vm} from "../../contracts/Vm.sol";

/// @title A real balance sheet, risk model and plUSD among a reserve, a lending book and a Backstop that do as they are told
/// @dev Ether 0, bitcoin 1, two stables 2 and 3. 8 decimals in the ledger. This contract governs. Daily volatilities 5%, 4%, 0.1% twice, uncorrelated; value at
/// risk of 2.5 standard deviations of a day. Times are counted here, never read back: the optimizer takes `block.timestamp` for constant within a call.
abstract contract SheetWorld {
    uint256 internal constant WAD = 1e18;
    uint256 internal constant UNIT = 1e8;
    uint256 internal constant T0 = 1_700_000_000;
    uint256 internal constant ETH = 0;
    uint256 internal constant BTC = 1;
    uint256 internal constant USDC = 2;
    uint256 internal constant USDT = 3;
    /// @dev bps
    uint16 internal constant MAINTENANCE = 1_500;

    AccessManager internal manager;
    SettableOracle internal oracle;
    IRisk internal risk;
    PlimsollDollar internal dollar;
    LoanBookDouble internal engine;
    PoolsDouble internal pools;
    ReserveDouble internal reserve;
    BalanceSheet internal sheet;
    uint256 internal time = T0;

    function setUp() public virtual {
        vm.warp(T0);
        manager = Deploy.accessManager(address(this));
        oracle = new SettableOracle();
        _price(ETH, 2_000e18);
        _price(BTC, 40_000e18);
        _price(USDC, 1e18);
        _price(USDT, 1e18);
        risk = Pinned.deploy(address(manager), address(oracle), Paces(200, 100, 1000, 300));
        _list(ETH, 0.0025e18, 100_000);
        _list(BTC, 0.0016e18, 5_000);
        _list(USDC, 0.000001e18, 1_000_000_000);
        _list(USDT, 0.000001e18, 1_000_000_000);

        dollar = Deploy.plimsollDollar(address(manager));
        engine = new LoanBookDouble(address(dollar));
        pools = new PoolsDouble(address(dollar));
        reserve = new ReserveDouble(address(dollar));
        sheet = Deploy.balanceSheet(address(manager), address(engine), address(dollar), _terms());
        sheet.setModules(address(reserve), address(pools), address(risk));
        engine.setGate(address(sheet));
        pools.setModules(address(sheet), address(reserve));
        reserve.setModules(address(sheet), address(engine), address(0));
        reserve.setMasks(15, 12);
        dollar.setFacilitator(address(engine), type(uint120).max);
        dollar.setFacilitator(address(reserve), type(uint120).max);
        // Stands for whoever else minted.
        dollar.setFacilitator(address(this), type(uint120).max);
        dollar.setFlashMintCap(1e30);
        sheet.setJump(ETH, 2_500);
        sheet.setJump(BTC, 2_500);
        sheet.setJump(USDC, 1_200);
        sheet.setJump(USDT, 1_200);
    }

    /// @dev An hour; ell 10%; 3 standard deviations of a day less m, at least 2%; shares fall 24% a day; rho 120%; N 2 hours.
    function _terms() internal pure returns (SheetParameters memory) {
        return SheetParameters(1 hours, 1_000, 3_000_000, 24, 200, 2_400, 12_000, 2 hours);
    }

    function _list(uint256 asset, uint64 variance, uint256 depth) internal {
        HaircutBounds memory bounds = HaircutBounds(500, 10_000, 500, 10_000);
        HaircutBounds memory clamps = HaircutBounds(2_500, 2_500, MAINTENANCE, MAINTENANCE);
        risk.listAsset(
            asset,
            AssetParameters(8, bounds, clamps, 10, 24, depth * UNIT),
            VolatilitySeed(variance, new int256[](0))
        );
    }

    /// @dev Low and high at the price itself. {USD/tok}
    function _price(uint256 asset, uint256 price) internal {
        oracle.set(asset, price, price, PriceStatus.Live);
    }

    /// @dev plUSD out of thin air, as if somebody had issued it elsewhere. {plUSD}
    function _supply(uint256 amount) internal {
        dollar.mint(address(this), amount);
    }

    /// @dev New plUSD, which goes into the Backstop.
    function _stake(uint256 amount) internal {
        dollar.mint(address(this), amount);
        _stakeHeld(amount);
    }

    /// @dev plUSD that was out already goes into the Backstop.
    function _stakeHeld(uint256 amount) internal {
        dollar.approve(address(pools), amount);
        pools.stake(amount);
    }

    function _pass(uint256 duration) internal {
        time += duration;
        vm.warp(time);
    }

    function _headroom() internal view returns (uint256 headroom) {
        (headroom, , , , ) = sheet.stored();
    }

    function _statement() internal view returns (Statement memory) {
        return IBalanceSheet(address(sheet)).statement();
    }

    function _near(uint256 a, uint256 b, uint256 tolerance, string memory what) internal pure {
        require((a > b ? a - b : b - a) <= tolerance, what);
    }
}
