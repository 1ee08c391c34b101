// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";

import {LiquidationItem} from "../../../contracts/interfaces/ICreditEngine.sol";
import {Fill} from "../../../contracts/interfaces/IReserveSeams.sol";
import {IReserveShared} from "../../../contracts/interfaces/IReserveShared.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {BidderDouble} from "../../contracts/reserve/FillerDouble.sol";
import {HookToken} from "../../contracts/tokens/HookToken.sol";
import {VaultDouble} from "../../contracts/vaults/PlainVault.sol";
import {vm} from "../../contracts/Vm.sol";
import {ReserveWorld} from "./ReserveWorld.sol";

/// @notice Every door of the reserve from inside every callback
contract ReentryTest is ReserveWorld {
    uint256 private constant DOORS = 13;

    BidderDouble private _guest;
    VaultDouble private _yield;

    function setUp() public override {
        super.setUp();
        _guest = BidderDouble(Deploy.create("BidderDouble", ""));
        _fund(USDC, 4_000_000);
        _fund(ETH, 100);
        _yield = _vault(USDC, 9_000_000);
        reserve.invest(address(_yield));
        _lend(address(_guest), 1_000_000e18);
        _give(address(_guest), USDC, 1_000_000e6);
        _give(address(_guest), ETH, 1_000e18);
        _fund(USDC, 4_000_000);
    }

    /// @dev All that moves anything, as the guest.
    function _planAll() private {
        address to = address(_guest);
        bytes[DOORS] memory calls = [
            abi.encodeCall(reserve.issue, (USDC, 1e6, 0, to)),
            abi.encodeCall(reserve.redeem, (USDC, 1e18, 0, to)),
            abi.encodeCall(reserve.redeemInKind, (1e18, 0, 0, to)),
            abi.encodeCall(reserve.retire, (1e18)),
            abi.encodeCall(reserve.invest, (address(_yield))),
            abi.encodeCall(reserve.divest, (address(_yield), 1)),
            abi.encodeCall(reserve.bookVault, (address(_yield))),
            abi.encodeCall(reserve.collectCredit, (ETH)),
            abi.encodeCall(reserve.distribute, ()),
            abi.encodeCall(reserve.fundTips, (1e18)),
            abi.encodeCall(reserve.multicall, (_list(abi.encodeCall(reserve.issue, (USDC, 1e6, 0, to))))),
            abi.encodeCall(filler.fill, (reserve, Fill(ETH, 1, USDC, 1, to, to, 0, ""))),
            abi.encodeCall(engine.repayInStable, (USDC, 1e18, borrower, type(uint256).max))
        ];
        for (uint256 i; i < DOORS; ++i) {
            address target =
                i == 11
                    ? address(filler)
                    : i == 12
                        ? address(engine)
                        : address(reserve);
            _guest.plan(target, calls[i]);
        }
    }

    function _list(bytes memory call_) private pure returns (bytes[] memory list) {
        list = new bytes[](1);
        list[0] = call_;
    }

    function _requireAllShut(string memory where) private view {
        require(_guest.callbacks() != 0, string.concat(where, ": never called back"));
        for (uint256 i; i < DOORS; ++i) {
            require(_guest.refusal(i) == IReserveShared.Entered.selector, string.concat(where, ": a door was open"));
        }
        require(!reserve.isEntered(), "the lock is free again");
    }

    function test_insideAFill() public {
        _planAll();
        Fill memory f = Fill(ETH, 1e8, USDC, 2_000e6, address(_guest), address(_guest), 0, "x");
        filler.fill(reserve, f);
        _requireAllShut("fill");
    }

    /// @dev Its token calls the receiver.
    function test_insideATokensHook() public {
        _planAll();
        _hook(true);
        _guest.execute(address(reserve), abi.encodeCall(reserve.redeem, (USDC, 1_000e18, 0, address(_guest))));
        _requireAllShut("redeem");
    }

    function test_insideATokensHookOfARedemptionInKind() public {
        _planAll();
        _hook(true);
        _guest.execute(address(reserve), abi.encodeCall(reserve.redeemInKind, (1_000e18, 0, 0, address(_guest))));
        _requireAllShut("in kind");
    }

    function _hook(bool on) private {
        _guest.execute(address(tokens[USDC]), abi.encodeCall(HookToken.register, (on)));
    }

    function test_insideAVault() public {
        _planAll();
        _yield.setHook(address(_guest), abi.encodeCall(BidderDouble.run, ()));
        _fund(USDC, 1_000_000);
        reserve.invest(address(_yield));
        _requireAllShut("vault");
    }

    /// @dev A fill is no reason to stop absorption.
    function test_absorptionGoesOnInsideAFill() public {
        address failing = address(0xFA11);
        _give(failing, STETH, 100e18);
        vm.startPrank(failing);
        engine.deposit(STETH, 100e18, failing);
        engine.borrow(150_000e18, failing, failing);
        vm.stopPrank();
        feeds[STETH].set(1_400e8);
        address[] memory accounts = new address[](1);
        accounts[0] = failing;
        _guest.plan(address(engine), abi.encodeCall(engine.absorb, (accounts)));
        filler.fill(reserve, Fill(ETH, 1e8, USDC, 2_000e6, address(_guest), address(_guest), 0, "x"));
        require(_guest.done(0) && reserve.position(STETH).credit != 0, "absorbed");
    }

    /// @dev Debt is gone and plUSD not yet burned: backing can only look too low.
    function test_insideALiquidation() public {
        feeds[ETH].set(950e8);
        sheet.setStaked(0);
        uint256 before = reserve.cappedBacking(USDC);
        LiquidationItem[] memory items = new LiquidationItem[](1);
        items[0] = LiquidationItem(borrower, type(uint256).max);
        _guest.plan(address(reserve), abi.encodeCall(reserve.cappedBacking, (USDC)));
        _guest.plan(address(reserve), abi.encodeCall(reserve.issue, (USDC, 1e6, 0, address(_guest))));
        _guest.plan(address(engine), abi.encodeCall(engine.repayInStable, (USDC, 1e18, borrower, type(uint256).max)));
        _guest.execute(address(engine), abi.encodeCall(engine.liquidate, (items, "x")));
        require(_guest.done(0) && abi.decode(_guest.answers(0), (uint256)) <= before, "too high inside");
        require(_guest.done(1), "issue is open");
        require(!_guest.done(2), "the engine is not");
    }

    /// @dev Flash-minted plUSD is supply that nothing backs: b too low, and no more than that.
    function test_insideAFlashMint() public {
        uint256 gain = dollar.balanceOf(address(_guest));
        _guest.plan(address(reserve), abi.encodeCall(reserve.cappedBacking, (USDC)));
        _guest.plan(address(reserve), abi.encodeCall(reserve.redeem, (USDC, 1_000e18, 0, address(_guest))));
        dollar.flashLoan(IERC3156FlashBorrower(address(_guest)), address(dollar), 1e27, "");
        require(_guest.done(0) && abi.decode(_guest.answers(0), (uint256)) < 0.02e18, "b counts what is flash-minted");
        require(_guest.refusal(1) == IReserveShared.NotBacked.selector, "paid inside a flash mint");
        require(dollar.balanceOf(address(_guest)) <= gain, "no plUSD stays");
    }
}
