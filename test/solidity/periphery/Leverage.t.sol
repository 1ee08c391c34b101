// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ISwapRouter} from "@uniswap/v3-periphery/contracts/interfaces/ISwapRouter.sol";
import {ICreditEngine, ICreditShared} from "../../../contracts/interfaces/ICreditEngine.sol";
import {ILeverage, LeverageParams, UnwindParams} from "../../../contracts/interfaces/ILeverage.sol";
import {IPlimsollDollar} from "../../../contracts/interfaces/IPlimsollDollar.sol";
import {Leverage} from "../../../contracts/periphery/Leverage.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {TwoWayRouter} from "../../contracts/periphery/TwoWayRouter.sol";
import {TestToken} from "../../contracts/TestToken.sol";
import {vm} from "../../contracts/Vm.sol";
import {CreditWorld} from "../credit/CreditWorld.sol";

/// @notice The real engine and the real plUSD; the market is a double, so that it can be dear, thin and hostile
contract LeverageTest is CreditWorld {
    uint256 private constant KEY = 0xA11CE;
    address private constant STRANGER = address(0xBAD);
    uint256 private constant ALL = type(uint256).max;
    bytes32 private constant AUTHORIZATION = keccak256(
        "Authorization(address account,address operator,bool authorized,uint256 nonce,uint256 deadline)"
    );

    address private alice;
    TwoWayRouter private router;
    Leverage private leverage;
    TestToken private ether_;

    function setUp() public {
        _deploy();
        alice = vm.addr(KEY);
        router = new TwoWayRouter();
        // 2,000 plUSD an ether.
        router.set(0.0005e18, 10_000);
        dollar.mint(address(router), 1_000_000e18);
        leverage = Deploy.leverage(engine, ISwapRouter(address(router)));
        ether_ = tokens[0];
        ether_.mint(alice, 100e18);
        vm.prank(alice);
        ether_.approve(address(leverage), type(uint256).max);
    }

    // ---- helpers

    function _path() private view returns (bytes memory) {
        return abi.encodePacked(address(dollar), uint24(500), address(ether_));
    }

    function _in(uint256 margin, uint256 loan) private view returns (LeverageParams memory) {
        return LeverageParams(0, margin, loan, 0, _path(), block.timestamp);
    }

    function _out(uint256 repay, uint256 withdraw) private view returns (UnwindParams memory) {
        return UnwindParams(0, repay, withdraw, ALL, _path(), block.timestamp);
    }

    function _allow() private {
        vm.prank(alice);
        engine.setAuthorization(address(leverage), true);
    }

    function _signed(bool authorized, uint256 nonce) private view returns (bytes memory) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Plimsoll Credit Engine"),
                keccak256("1"),
                block.chainid,
                address(engine)
            )
        );
        bytes32 message = keccak256(
            abi.encode(AUTHORIZATION, alice, address(leverage), authorized, nonce, block.timestamp)
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, keccak256(abi.encodePacked(hex"1901", domain, message)));
        return abi.encodePacked(r, s, v);
    }

    function _authorize(bool authorized, uint256 nonce) private view returns (bytes memory) {
        bytes memory signature = _signed(authorized, nonce);
        return abi.encodeCall(ILeverage.authorize, (authorized, nonce, block.timestamp, signature));
    }

    function _requireEmpty() private view {
        require(dollar.balanceOf(address(leverage)) == 0, "plUSD stays");
        require(ether_.balanceOf(address(leverage)) == 0, "collateral stays");
        require(dollar.allowance(address(leverage), address(router)) == 0, "plUSD allowance of the router");
        require(dollar.allowance(address(leverage), address(dollar)) == 0, "plUSD allowance of the flash mint");
        require(ether_.allowance(address(leverage), address(router)) == 0, "allowance of the router");
        require(ether_.allowance(address(leverage), address(engine)) == 0, "allowance of the engine");
        require(engine.debtOf(address(leverage)) == 0, "a debt of its own");
        (, uint256[] memory holdings) = engine.position(address(leverage));
        require(holdings.length == 0, "collateral of its own");
    }

    // ---- in and out

    function test_buysWithALoanAgainstWhatItBuys() public {
        _allow();
        vm.prank(alice);
        uint256 deposited = leverage.leverage(_in(10e18, 20_000e18));
        require(deposited == 20e18, "ten own, ten bought");
        require(engine.balanceOf(alice, 0) == 20e8, "in the account");
        require(engine.debtOf(alice) == 20_000e18, "owed");
        require(ether_.balanceOf(alice) == 90e18 && dollar.balanceOf(alice) == 0, "wallet");
        _requireEmpty();
    }

    function test_needsNoMarginWhereTheAccountHasCollateral() public {
        _allow();
        vm.prank(alice);
        leverage.leverage(_in(10e18, 10_000e18));
        vm.prank(alice);
        leverage.leverage(_in(0, 5_000e18));
        require(engine.balanceOf(alice, 0) == 17.5e8 && engine.debtOf(alice) == 15_000e18, "position");
        _requireEmpty();
    }

    function test_repaysAllWithItsCollateralAndReturnsTheRest() public {
        _allow();
        vm.prank(alice);
        leverage.leverage(_in(10e18, 20_000e18));
        vm.warp(block.timestamp + 10 days);
        feeds[0].set(2_000e8);
        uint256 debt = engine.debtOf(alice);
        vm.prank(alice);
        (uint256 repaid, uint256 returned) = leverage.unwind(_out(ALL, ALL));
        require(repaid == debt && debt > 20_000e18 && engine.debtOf(alice) == 0, "repaid with interest");
        require(returned == 20e18 - (debt * 0.0005e18 + WAD - 1) / WAD, "the rest");
        require(ether_.balanceOf(alice) == 90e18 + returned && engine.balanceOf(alice, 0) == 0, "in the wallet");
        _requireEmpty();
    }

    function test_repaysAPart() public {
        _allow();
        vm.prank(alice);
        leverage.leverage(_in(10e18, 20_000e18));
        vm.prank(alice);
        (uint256 repaid, uint256 returned) = leverage.unwind(_out(5_000e18, 3e18));
        require(repaid <= 5_000e18 && repaid > 4_999e18, "repaid");
        require(engine.debtOf(alice) + repaid <= 20_000e18 + 1, "owed");
        require(returned >= 0.5e18 && engine.balanceOf(alice, 0) == 17e8, "three taken out, two and a half sold");
        _requireEmpty();
    }

    // ---- limits

    function test_revertsWhenTheLoanBuysTooLittle() public {
        _allow();
        LeverageParams memory p = _in(10e18, 20_000e18);
        p.minBought = 10e18 + 1;
        vm.expectRevert(abi.encodeWithSelector(ILeverage.TooLittleBought.selector, 10e18, 10e18 + 1));
        vm.prank(alice);
        leverage.leverage(p);
    }

    function test_revertsWhenRepayingTakesTooMuch() public {
        _allow();
        vm.prank(alice);
        leverage.leverage(_in(10e18, 20_000e18));
        UnwindParams memory p = _out(ALL, ALL);
        p.maxSold = 10e18 - 1;
        vm.expectRevert(abi.encodeWithSelector(ILeverage.TooMuchSold.selector, 10e18, 10e18 - 1));
        vm.prank(alice);
        leverage.unwind(p);
    }

    function test_revertsWhenWhatIsTakenOutDoesNotPay() public {
        _allow();
        vm.prank(alice);
        leverage.leverage(_in(10e18, 20_000e18));
        // The router takes no more than there is: nobody else's tokens, and no debt is left to the contract.
        vm.expectRevert();
        vm.prank(alice);
        leverage.unwind(_out(ALL, 10e18 - 1e10));
    }

    function test_revertsAfterTheDeadline() public {
        LeverageParams memory p = _in(10e18, 20_000e18);
        UnwindParams memory q = _out(ALL, ALL);
        vm.warp(block.timestamp + 1);
        bytes memory refusal = abi.encodeWithSelector(ILeverage.DeadlinePassed.selector, p.deadline);
        vm.expectRevert(refusal);
        leverage.leverage(p);
        vm.expectRevert(refusal);
        leverage.unwind(q);
    }

    function test_theEnginesLimitsHold() public {
        _allow();
        // Twice the margin is more than 75% lets anybody borrow.
        LeverageParams memory p = _in(1e18, 10_000e18);
        vm.prank(alice);
        try leverage.leverage(p) {
            revert("lent too much");
        } catch (bytes memory reason) {
            require(bytes4(reason) == ICreditShared.BorrowLimitExceeded.selector, "refused for another reason");
        }
        _requireEmpty();
    }

    function test_revertsForNothing() public {
        _allow();
        vm.expectRevert(ILeverage.ZeroAmount.selector);
        vm.prank(alice);
        leverage.leverage(_in(1e18, 0));
        // Without debt there is nothing to unwind.
        vm.expectRevert(ILeverage.ZeroAmount.selector);
        vm.prank(alice);
        leverage.unwind(_out(ALL, ALL));
    }

    // ---- routes

    function test_refusesRoutesToElsewhere() public {
        _allow();
        LeverageParams memory p = _in(1e18, 1_000e18);
        p.path = abi.encodePacked(address(dollar), uint24(500), address(tokens[1]));
        vm.expectRevert(abi.encodeWithSelector(ILeverage.PathMismatch.selector, address(ether_), address(tokens[1])));
        leverage.leverage(p);
        p.path = abi.encodePacked(address(tokens[1]), uint24(500), address(ether_));
        vm.expectRevert(abi.encodeWithSelector(ILeverage.PathMismatch.selector, address(dollar), address(tokens[1])));
        leverage.leverage(p);
        p.path = abi.encodePacked(address(dollar), uint24(500));
        vm.expectRevert(abi.encodeWithSelector(ILeverage.PathInvalid.selector, 23));
        leverage.leverage(p);
        p.path = abi.encodePacked(address(dollar), uint24(500), uint8(0), address(ether_));
        vm.expectRevert(abi.encodeWithSelector(ILeverage.PathInvalid.selector, 44));
        leverage.leverage(p);
        UnwindParams memory q = _out(ALL, ALL);
        q.path = abi.encodePacked(address(ether_), uint24(500), address(dollar));
        vm.expectRevert(abi.encodeWithSelector(ILeverage.PathMismatch.selector, address(dollar), address(ether_)));
        leverage.unwind(q);
    }

    function test_takesRoutesOfSeveralPools() public {
        _allow();
        LeverageParams memory p = _in(10e18, 20_000e18);
        p.path = abi.encodePacked(address(dollar), uint24(100), address(tokens[3]), uint24(500), address(ether_));
        vm.prank(alice);
        require(leverage.leverage(p) == 20e18, "deposited");
        _requireEmpty();
    }

    // ---- authorisation

    function test_needsTheAccountsAuthorisation() public {
        vm.expectRevert(abi.encodeWithSelector(ICreditShared.NotHeld.selector, 0, alice));
        vm.prank(alice);
        leverage.leverage(_in(10e18, 20_000e18));
    }

    function test_authorisedBySignatureForOneTransaction() public {
        bytes[] memory calls = new bytes[](3);
        calls[0] = _authorize(true, 0);
        calls[1] = abi.encodeCall(ILeverage.leverage, (_in(10e18, 20_000e18)));
        calls[2] = _authorize(false, 1);
        vm.prank(alice);
        leverage.multicall(calls);
        require(engine.debtOf(alice) == 20_000e18, "done");
        require(!engine.isAuthorized(alice, address(leverage)), "taken back");
        _requireEmpty();
    }

    function test_aSignatureThatSomebodyElseUsedFirstWillDo() public {
        bytes memory grant = _signed(true, 0);
        engine.setAuthorizationWithSig(alice, address(leverage), true, 0, block.timestamp, grant);
        bytes[] memory calls = new bytes[](3);
        calls[0] = _authorize(true, 0);
        calls[1] = abi.encodeCall(ILeverage.leverage, (_in(10e18, 20_000e18)));
        calls[2] = _authorize(false, 1);
        vm.prank(alice);
        leverage.multicall(calls);
        require(!engine.isAuthorized(alice, address(leverage)), "taken back");
    }

    function test_revertsWhereASpentSignatureLeftSomethingElse() public {
        vm.prank(alice);
        engine.cancelAuthorizationSignatures();
        bytes memory signature = _signed(true, 0);
        vm.expectRevert(abi.encodeWithSelector(ILeverage.AuthorizationDiffers.selector, alice, false));
        vm.prank(alice);
        leverage.authorize(true, 0, block.timestamp, signature);
    }

    function test_aSignatureIsGoodForItsAccountAlone() public {
        bytes memory signature = _signed(true, 0);
        vm.expectRevert(abi.encodeWithSelector(ICreditShared.InvalidSignature.selector, STRANGER));
        vm.prank(STRANGER);
        leverage.authorize(true, 0, block.timestamp, signature);
    }

    function test_takesAPermitForTheMargin() public {
        _allow();
        vm.prank(alice);
        ether_.approve(address(leverage), 0);
        bytes32 message = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                alice,
                address(leverage),
                10e18,
                0,
                block.timestamp
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", ether_.DOMAIN_SEPARATOR(), message));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, digest);
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(ILeverage.permit, (address(ether_), 10e18, block.timestamp, v, r, s));
        calls[1] = abi.encodeCall(ILeverage.leverage, (_in(10e18, 20_000e18)));
        vm.prank(alice);
        leverage.multicall(calls);
        require(engine.debtOf(alice) == 20_000e18, "done");
        _requireEmpty();
    }

    // ---- what is left over

    function test_whatAThinPoolDoesNotTakeGoesToTheCaller() public {
        _allow();
        router.set(0.0005e18, 9_000);
        vm.prank(alice);
        leverage.leverage(_in(10e18, 20_000e18));
        require(dollar.balanceOf(alice) == 2_000e18, "unspent");
        require(engine.balanceOf(alice, 0) == 19e8, "bought less");
        _requireEmpty();
    }

    function test_dustBelowALedgerUnitGoesToTheCaller() public {
        _allow();
        vm.prank(alice);
        leverage.leverage(_in(10e18 + 7, 20_000e18));
        require(ether_.balanceOf(alice) == 90e18, "all but whole ledger units");
        _requireEmpty();
    }

    function test_whatWasSentHereByMistakeGoesToTheNextCaller() public {
        _allow();
        ether_.mint(address(leverage), 3e18);
        dollar.mint(address(leverage), 50e18);
        LeverageParams memory p = _in(10e18, 20_000e18);
        // It does not count as bought.
        p.minBought = 10e18 + 1;
        vm.expectRevert(abi.encodeWithSelector(ILeverage.TooLittleBought.selector, 10e18, 10e18 + 1));
        vm.prank(alice);
        leverage.leverage(p);
        p.minBought = 10e18;
        vm.prank(alice);
        require(leverage.leverage(p) == 23e18, "deposited");
        require(dollar.balanceOf(alice) == 50e18, "plUSD");
        _requireEmpty();
    }

    // ---- hostile callers

    function test_nobodyElseFlashMintsToIt() public {
        _allow();
        bytes memory data = abi.encode(alice, _in(0, 1_000e18));
        vm.expectRevert(abi.encodeWithSelector(ILeverage.NotFlashMint.selector, address(dollar), STRANGER));
        vm.prank(STRANGER);
        dollar.flashLoan(leverage, address(dollar), 1_000e18, data);
    }

    function test_nobodyCallsItBack() public {
        _allow();
        bytes memory data = abi.encode(alice, _in(0, 1_000e18));
        vm.expectRevert(abi.encodeWithSelector(ILeverage.NotFlashMint.selector, STRANGER, address(leverage)));
        vm.prank(STRANGER);
        leverage.onFlashLoan(address(leverage), address(dollar), 1_000e18, 0, data);
        // Not even plUSD, out of the blue.
        vm.expectRevert(abi.encodeWithSelector(ILeverage.NotFlashMint.selector, address(dollar), address(leverage)));
        vm.prank(address(dollar));
        leverage.onFlashLoan(address(leverage), address(dollar), 1_000e18, 0, data);
    }

    function test_aStrangerCannotUseSomebodyElsesAuthorisationOrAllowance() public {
        _allow();
        vm.prank(alice);
        leverage.leverage(_in(10e18, 20_000e18));
        // Alice's allowance and authorisation stand; the stranger acts for himself alone, and has nothing.
        vm.expectRevert();
        vm.prank(STRANGER);
        leverage.leverage(_in(1e18, 1_000e18));
        vm.expectRevert(ILeverage.ZeroAmount.selector);
        vm.prank(STRANGER);
        leverage.unwind(_out(ALL, ALL));
    }

    function test_aMarketThatCallsBackFindsItClosed() public {
        _allow();
        bytes[4] memory attempts = [
            abi.encodeCall(ILeverage.leverage, (_in(0, 1_000e18))),
            abi.encodeCall(ILeverage.unwind, (_out(ALL, ALL))),
            abi.encodeCall(leverage.onFlashLoan, (address(leverage), address(dollar), 1, 0, "")),
            abi.encodeCall(dollar.flashLoan, (leverage, address(dollar), 1, ""))
        ];
        bytes[4] memory refusals = [
            abi.encodeWithSelector(ILeverage.Entered.selector),
            abi.encodeWithSelector(ILeverage.Entered.selector),
            abi.encodeWithSelector(ILeverage.NotFlashMint.selector, address(router), address(leverage)),
            abi.encodeWithSelector(IPlimsollDollar.FlashMintOpen.selector)
        ];
        for (uint256 i; i < attempts.length; ++i) {
            router.interrupt(i == 3 ? address(dollar) : address(leverage), attempts[i]);
            vm.prank(alice);
            leverage.leverage(_in(1e18, 1_000e18));
            require(keccak256(router.refusal()) == keccak256(refusals[i]), "another refusal");
            _requireEmpty();
        }
        router.interrupt(address(leverage), attempts[0]);
        vm.prank(alice);
        leverage.unwind(_out(1_000e18, 1e18));
        require(keccak256(router.refusal()) == keccak256(refusals[0]), "another refusal on the way out");
        _requireEmpty();
    }

    function test_constructorRefusesModulesWithoutCode() public {
        vm.expectRevert(abi.encodeWithSelector(ILeverage.ModuleHasNoCode.selector, address(1)));
        Deploy.leverage(ICreditEngine(address(1)), ISwapRouter(address(router)));
        vm.expectRevert(abi.encodeWithSelector(ILeverage.ModuleHasNoCode.selector, address(2)));
        Deploy.leverage(engine, ISwapRouter(address(2)));
    }

    // ---- whatever is asked

    /// @dev Whatever the market does, nothing stays, what went in is in the account or back in the wallet, and the way out leaves no debt.
    function testFuzz_keepsNothing(
        uint256 margin,
        uint256 loan,
        uint256 rate,
        uint256 fill,
        uint256 part,
        uint256 donation
    ) public {
        _allow();
        margin = 1e18 + (margin % 90e18);
        // Up to three quarters of the margin's worth: covered by it whatever the loan buys.
        loan = MINIMUM_DEBT + (loan % ((margin * 1_400) - MINIMUM_DEBT));
        router.set(0.0004e18 + (rate % 0.0002e18), 1 + (fill % 10_000));
        ether_.mint(address(leverage), donation % 1e18);
        uint256 before = ether_.balanceOf(alice);
        vm.prank(alice);
        leverage.leverage(_in(margin, loan));
        _requireEmpty();
        // Shares are rounded up.
        uint256 debt = engine.debtOf(alice);
        require(debt >= loan && debt <= loan + 2e10, "owed");
        require(ether_.balanceOf(alice) >= before - margin, "wallet");

        // What a thin market did not take is in the wallet; the way out buys dollars at the same price.
        uint256 repay = part % 2 == 0 ? ALL : MINIMUM_DEBT / 2 + (part % loan);
        if (repay < loan && loan - repay < MINIMUM_DEBT + 1) repay = ALL;
        uint256 held = engine.balanceOf(alice, 0);
        uint256 sold = ((repay < loan ? repay : loan) * router.rate()) / WAD + 2e10;
        if (sold > held * 1e10) return;
        vm.prank(alice);
        try leverage.unwind(_out(repay, repay == ALL ? ALL : sold)) {
            require(repay != ALL || engine.debtOf(alice) == 0, "still owed");
        } catch (bytes memory reason) {
            // What is left may not cover what is owed: nothing else is a reason.
            require(bytes4(reason) == ICreditShared.BorrowLimitExceeded.selector, "refused for another reason");
        }
        _requireEmpty();
    }
}
