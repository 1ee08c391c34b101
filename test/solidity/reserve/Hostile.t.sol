// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {FeedConfig} from "../../../contracts/interfaces/IPriceOracle.sol";
import {IReserveShared, ReserveTerms} from "../../../contracts/interfaces/IReserveShared.sol";
import {HaircutBounds, RiskTargets} from "../../../contracts/interfaces/IRiskModel.sol";
import {HostileFeed, Mood} from "../../contracts/oracle/HostileFeed.sol";
import {Pinned} from "../../contracts/risk/Pinned.sol";
import {TestToken} from "../../contracts/TestToken.sol";
import {BlockableToken} from "../../contracts/tokens/BlockableToken.sol";
import {FalseToken} from "../../contracts/tokens/FalseToken.sol";
import {FeeToken} from "../../contracts/tokens/FeeToken.sol";
import {vm} from "../../contracts/Vm.sol";
import {TestFeed} from "../../contracts/oracle/TestFeed.sol";
import {ReserveWorld} from "./ReserveWorld.sol";

/// @notice A token or feed that fails concerns its own asset only
contract HostileTest is ReserveWorld {
    uint256 private constant FIFTH = 5;

    function setUp() public override {
        super.setUp();
        _fund(USDC, 3_000_000);
        _fund(DAI, 1_000_000);
        _fund(ETH, 100);
        vm.prank(address(reserve));
        dollar.mint(alice, 2_000_000e18);
    }

    // ---- tokens

    function test_aStoppedTokenBlocksItselfOnly() public {
        BlockableToken(address(tokens[DAI])).setStopped(true);
        require(_redeem(alice, USDC, 1_000e18) != 0, "the other stable pays");
        require(_issue(bob, USDC, 1_000e6) != 0, "and is taken");
        _expect(abi.encodeWithSelector(BlockableToken.TransfersStopped.selector));
        vm.prank(alice);
        reserve.redeem(DAI, 1_000e18, 0, alice);
        _expect(abi.encodeWithSelector(BlockableToken.TransfersStopped.selector));
        vm.prank(alice);
        reserve.redeemInKind(1_000e18, 0, 0, alice);
        vm.prank(alice);
        reserve.redeemInKind(1_000e18, 1 << DAI, 0, alice);
        require(tokens[ETH].balanceOf(alice) != 0, "the rest is paid in kind");
    }

    function test_aBlockedRedeemerGoesElsewhere() public {
        BlockableToken(address(tokens[DAI])).setBlocked(alice, true);
        vm.prank(alice);
        reserve.redeem(DAI, 1_000e18, 0, bob);
        require(tokens[DAI].balanceOf(bob) != 0, "paid to another");
    }

    function test_feesOnTransferAreRefused() public {
        FeeToken token = FeeToken(address(_token("FeeToken", "FEE", 18)));
        token.setFee(100);
        _list(token);
        token.mint(bob, 100e18);
        vm.prank(bob);
        token.approve(address(reserve), 100e18);
        _expect(abi.encodeWithSelector(IReserveShared.TransferMismatch.selector, address(token), 50e18, 49.5e18));
        vm.prank(bob);
        reserve.issue(FIFTH, 50e18, 0, bob);
        require(reserve.position(FIFTH).cash == 0, "booked what did not arrive");
    }

    function test_tokensThatLieAreRefused() public {
        FalseToken token = FalseToken(address(_token("FalseToken", "FALSE", 18)));
        _list(token);
        token.setMode(FalseToken.Mode.Lies);
        _expect(abi.encodeWithSelector(IReserveShared.TransferMismatch.selector, address(token), 50e18, 0));
        vm.prank(bob);
        reserve.issue(FIFTH, 50e18, 0, bob);
        token.setMode(FalseToken.Mode.SaysFalse);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token)));
        vm.prank(bob);
        reserve.issue(FIFTH, 50e18, 0, bob);
    }

    function _list(TestToken token) private {
        oracle.listFeed(FIFTH, FeedConfig(address(new TestFeed(1e8)), 1 days, 25, 1e9, 1e26));
        _model();
        reserve.listAsset(FIFTH, address(token), _termsOf(FIFTH));
    }

    function _model() private {
        Pinned.list(risk, FIFTH, 8, HaircutBounds(500, 10_000, 500, 10_000), RiskTargets(2_500, 1_700, 1e16));
    }

    function _termsOf(uint256) private pure returns (ReserveTerms memory) {
        return ReserveTerms(true, 1e15, 0, 0, 10, 100);
    }

    // ---- feeds

    function test_feedsOfEveryMood() public {
        HostileFeed feed = new HostileFeed(8, 2_000e8);
        oracle.migrateFeed(ETH, FeedConfig(address(feed), 1 days, 50, 1e9, 1e26), 100);
        (, uint256 high) = reserve.redemptionTerms();
        for (uint256 mood = 1; mood <= uint256(type(Mood).max); ++mood) {
            uint256 state = vm.snapshotState();
            feed.setMood(Mood(mood));
            require(_redeem(alice, USDC, 1_000e18) != 0, "cash is paid");
            require(_issue(bob, USDC, 1_000e6) != 0, "issue goes on");
            (, uint256 later) = reserve.redemptionTerms();
            require(later + 2_000e18 >= high, "R+ counts the last good high");
            vm.prank(alice);
            reserve.redeemInKind(1_000e18, 0, 0, bob);
            require(tokens[ETH].balanceOf(bob) != 0, "paid in kind");
            vm.revertToState(state);
        }
    }

    // ---- listing

    function test_listingRefusals() public {
        ReserveTerms memory t = _termsOf(FIFTH);
        _expect(abi.encodeWithSelector(IReserveShared.AssetListedAlready.selector, USDC));
        reserve.listAsset(USDC, address(tokens[USDC]), t);
        _expect(abi.encodeWithSelector(IReserveShared.AssetOutOfRange.selector, 16));
        reserve.listAsset(16, address(tokens[USDC]), t);
        _expect(abi.encodeWithSelector(IReserveShared.TokenHasNoCode.selector, bob));
        reserve.listAsset(BTC, bob, t);
        _expect(abi.encodeWithSelector(IReserveShared.TokenListedAlready.selector, address(tokens[USDC])));
        reserve.listAsset(BTC, address(tokens[USDC]), t);
        _expect(abi.encodeWithSelector(IReserveShared.TokenListedAlready.selector, address(dollar)));
        reserve.listAsset(BTC, address(dollar), t);
        // The engine counts another token under this number.
        TestToken other = _token("TestToken", "OTHER", 8);
        _expect(abi.encodeWithSelector(IReserveShared.ModuleMismatch.selector, address(engine), BTC));
        reserve.listAsset(BTC, address(other), t);
        TestToken coarse = _token("TestToken", "COARSE", 7);
        _expect(abi.encodeWithSelector(IReserveShared.TokenDecimalsUnsupported.selector, address(coarse), 7));
        reserve.listAsset(BTC, address(coarse), t);
        feeds[BTC].setDead(true);
        _expect(abi.encodeWithSelector(IReserveShared.PriceUnusable.selector, BTC, 0));
        reserve.listAsset(BTC, address(tokens[BTC]), t);
    }

    function test_termsWithinTheirLimits() public {
        ReserveTerms memory t = _terms(USDC);
        t.maxFee = 501;
        _expectBounds("maxFee", 501, 10, 500);
        reserve.setTerms(USDC, t);
        t.maxFee = 9;
        _expectBounds("maxFee", 9, 10, 500);
        reserve.setTerms(USDC, t);
        t.maxFee = 100;
        t.liquidCeiling = t.liquidFloor - 1;
        _expectBounds("liquidCeiling", t.liquidCeiling, t.liquidFloor, 1 << 58);
        reserve.setTerms(USDC, t);
        t.liquidCeiling = t.liquidFloor;
        t.cap = (1 << 58) + 1;
        _expectBounds("cap", t.cap, 0, 1 << 58);
        reserve.setTerms(USDC, t);
        t.cap = 1_234_567_890;
        t.liquidFloor = 1_234_567_890;
        t.liquidCeiling = 1_234_567_890;
        reserve.setTerms(USDC, t);
        (, , ReserveTerms memory stored) = reserve.assetTerms(USDC);
        require(stored.cap <= t.cap && stored.cap > (t.cap * 998) / 1000, "cap rounded down");
        require(stored.liquidFloor >= t.liquidFloor && stored.liquidFloor < (t.liquidFloor * 1002) / 1000, "floor up");
        require(stored.liquidCeiling == stored.liquidFloor, "ceiling no lower");
    }

    function _expectBounds(bytes32 parameter, uint256 value, uint256 minimum, uint256 maximum) private {
        _expect(
            abi.encodeWithSelector(IReserveShared.ParameterOutOfBounds.selector, parameter, value, minimum, maximum)
        );
    }

    /// @dev Only those whom the authority lets.
    function test_governanceIsRestricted() public {
        bytes[8] memory calls = [
            abi.encodeCall(reserve.listAsset, (BTC, address(tokens[BTC]), _terms(BTC))),
            abi.encodeCall(reserve.setTerms, (USDC, _terms(USDC))),
            abi.encodeCall(reserve.setInKindFee, (1)),
            abi.encodeCall(reserve.pause, (USDC, 1)),
            abi.encodeCall(reserve.unpause, (USDC, 1)),
            abi.encodeCall(reserve.setModules, (address(sheet), address(filler), address(risk), address(backstop))),
            abi.encodeCall(reserve.listVault, (address(1), 1, _vaultTerms(USDC))),
            abi.encodeCall(reserve.writeOffVault, (address(1)))
        ];
        for (uint256 i; i < calls.length; ++i) {
            vm.prank(bob);
            (bool ok, bytes memory answer) = address(reserve).call(calls[i]);
            require(!ok && bytes4(answer) == bytes4(keccak256("AccessManagedUnauthorized(address)")), "not restricted");
        }
    }

    // ---- surplus

    function test_distributesWhatTheSheetReleases() public {
        _expect(abi.encodeWithSelector(IReserveShared.NothingToDistribute.selector));
        reserve.distribute();
        sheet.setSurplus(1_000e18);
        vm.prank(bob);
        require(reserve.distribute() == 1_000e18, "amount");
        require(sheet.toldIncome() == reserve.income(), "told its income");
        require(dollar.balanceOf(address(backstop)) == 1_000e18 && backstop.received() == 1_000e18, "streams");
        sheet.setSurplus(1_000e18);
        _expect(abi.encodeWithSelector(IReserveShared.DistributedTooEarly.selector, block.timestamp + 1 days));
        reserve.distribute();
        _pass(1 days);
        reserve.distribute();
    }
}
