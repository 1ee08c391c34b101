// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IBackstop} from "../../../contracts/interfaces/IBackstop.sol";
import {IPlimsollDollar} from "../../../contracts/interfaces/IPlimsollDollar.sol";
import {ScriptedBorrower} from "../../contracts/token/ScriptedBorrower.sol";
import {vm} from "../../contracts/Vm.sol";
import {BackstopFixture} from "./BackstopFixture.sol";

/// @notice Nothing is open while the Backstop is in the middle of a call, or while plUSD is flash-minted.
contract ReentryTest is BackstopFixture {
    ScriptedBorrower private borrower;

    function setUp() public override {
        super.setUp();
        borrower = new ScriptedBorrower();
        // The borrower has everything it takes: shares, a claim at its third moment, plUSD, an allowance.
        _stake(address(borrower), 100e18);
        _claim(address(borrower), 40e24);
        _mark(address(borrower));
        _settle(address(borrower));
        _give(address(borrower), 50e18);
    }

    /// @dev Every entry but `approve`, with arguments that would do.
    function _entries() private view returns (bytes[] memory calls) {
        address who = address(borrower);
        calls = new bytes[](12);
        calls[0] = abi.encodeCall(backstop.deposit, (1e18, who));
        calls[1] = abi.encodeCall(backstop.mint, (1e24, who));
        calls[2] = abi.encodeCall(backstop.redeem, (0, who, who));
        calls[3] = abi.encodeCall(backstop.withdraw, (0, who, who));
        calls[4] = abi.encodeCall(backstop.claim, (1e24));
        calls[5] = abi.encodeCall(backstop.markDue, (who));
        calls[6] = abi.encodeCall(backstop.release, ());
        calls[7] = abi.encodeCall(backstop.exit, (who, who));
        calls[8] = abi.encodeCall(backstop.restake, (who));
        calls[9] = abi.encodeCall(backstop.transfer, (ALICE, 1));
        calls[10] = abi.encodeCall(backstop.transferFrom, (who, ALICE, 0));
        // To somebody else, which only the claimant may.
        calls[11] = abi.encodeCall(backstop.exit, (who, ALICE));
    }

    function test_everythingIsClosedDuringAFlashMint() public {
        bytes[] memory calls = _entries();
        bytes memory open = abi.encodeWithSelector(IPlimsollDollar.FlashMintOpen.selector);
        for (uint256 i; i < calls.length; ++i) {
            uint256 state = vm.snapshotState();
            _flash(address(backstop), calls[i], open);
            vm.revertToState(state);
        }
        // What the modules bring and take as well.
        _flash(address(reserve), abi.encodeCall(reserve.distribute, (1)), open);
        _flash(address(sheet), abi.encodeCall(sheet.settle, (1)), open);
    }

    /// @dev Makes the call inside a flash mint of nothing, which must fail with the reason.
    function _flash(address target, bytes memory data, bytes memory reason) private {
        ScriptedBorrower runner = borrower;
        runner.push(target, data);
        (bool success, bytes memory answer) = address(dollar).call(
            abi.encodeCall(dollar.flashLoan, (runner, address(dollar), 0, ""))
        );
        require(!success, "open during a flash mint");
        require(keccak256(answer) == keccak256(reason), "another error");
        // The same borrower again, without that call.
        borrower = new ScriptedBorrower();
        _stake(address(borrower), 100e18);
    }

    function test_theMaximaAreZeroDuringAFlashMint() public {
        MaximaReader reader = new MaximaReader(backstop);
        borrower.push(address(reader), abi.encodeCall(reader.read, (address(borrower))));
        borrower.push(address(dollar), abi.encodeCall(dollar.approve, (address(dollar), 1e18)));
        vm.prank(address(borrower));
        backstop.release();
        require(backstop.maxRedeem(address(borrower)) != 0 && backstop.maxDeposit(ALICE) != 0, "nothing to see");
        dollar.flashLoan(borrower, address(dollar), 1e18, "");
        require(reader.wasRead() && reader.sum() == 0, "a maximum is not 0 during a flash mint");
    }

    function test_everythingIsClosedInsideACall() public {
        bytes[] memory calls = _entries();
        bytes memory entered = abi.encodeWithSelector(IBackstop.Entered.selector);
        for (uint256 i; i < calls.length; ++i) {
            reserve.setCallback(calls[i]);
            sheet.settle(1e18);
            require(reserve.sawEntered(), "not said to be entered");
            require(!reserve.called(), "open inside a call");
            require(keccak256(reserve.reason()) == keccak256(entered), "another error");
        }
        require(!backstop.isEntered(), "the lock stayed");
        reserve.setCallback(abi.encodeCall(backstop.approve, (ALICE, 1)));
        sheet.settle(1e18);
        require(reserve.called(), "approve is closed");
    }
}

/// @dev Adds up the maxima when it is called.
contract MaximaReader {
    IBackstop private immutable backstop;
    uint256 public sum;
    bool public wasRead;

    constructor(IBackstop backstop_) {
        backstop = backstop_;
    }

    function read(address who) external {
        sum = backstop.maxDeposit(who) + backstop.maxMint(who) + backstop.maxRedeem(who) + backstop.maxWithdraw(who);
        wasRead = true;
    }
}
