// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {ICreditEngine, LiquidationItem} from "../../../contracts/interfaces/ICreditEngine.sol";

/// @notice Where an actor gets plUSD for what it has sold.
interface IMarket {
    function raise(uint256 amount) external;
}

/// @title A user with an account of its own, driven by the handler
/// @notice Acts as borrower, liquidator (with callback) and flash borrower. Inside a liquidation callback it tries every door of the
/// engine that must be shut and remembers if one was open.
contract CreditActor {
    ICreditEngine private immutable ENGINE;
    IMarket private immutable MARKET;

    /// @notice A closed entry of the engine let this contract in.
    bool public reentered;
    /// @notice Callbacks taken.
    uint256 public callbacks;

    address[] private _targets;
    bytes[] private _calls;

    constructor(ICreditEngine engine) {
        ENGINE = engine;
        MARKET = IMarket(msg.sender);
    }

    modifier onlyMarket() {
        require(msg.sender == address(MARKET), "not the handler");
        _;
    }

    /// @notice Calls `target` as this actor.
    function execute(address target, bytes calldata data) external onlyMarket returns (bool ok, bytes memory result) {
        return target.call(data);
    }

    /// @notice What to do inside the next flash loan or flash mint; a call that fails is passed over.
    function plan(address target, bytes calldata data) external onlyMarket {
        _targets.push(target);
        _calls.push(data);
    }

    /// @notice Forgets the plan.
    function unplan() external onlyMarket {
        delete _targets;
        delete _calls;
    }

    function onFlashLoan(address, address token, uint256 amount, uint256, bytes calldata) external returns (bytes32) {
        for (uint256 i; i < _targets.length; ++i) {
            (bool ok, ) = _targets[i].call(_calls[i]);
            ok;
        }
        if (token == ENGINE.dollar()) MARKET.raise(amount);
        IERC20(token).approve(msg.sender, amount);
        return keccak256("ERC3156FlashBorrower.onFlashLoan");
    }

    function onLiquidate(uint256 repaid, uint256[] calldata seized, bytes calldata) external {
        require(msg.sender == address(ENGINE), "not the engine");
        ++callbacks;
        if (!ENGINE.isEntered()) reentered = true;
        _tryEverything();
        for (uint256 i; i < seized.length; ++i) {
            // Fails where debt of our own stands behind it, or the balance is paused for debtors: then it stays in the ledger.
            uint256 asset = seized[i] >> 248;
            try ENGINE.withdraw(asset, type(uint256).max, address(this), address(this)) {} catch {}
        }
        _tryEverything();
        MARKET.raise(repaid);
    }

    /// @dev Everything but `withdraw` is closed.
    function _tryEverything() private {
        LiquidationItem[] memory items = new LiquidationItem[](1);
        items[0] = LiquidationItem(address(this), type(uint256).max);
        address[] memory accounts = new address[](1);
        accounts[0] = address(this);
        bytes[] memory calls = new bytes[](9);
        calls[0] = abi.encodeCall(ENGINE.deposit, (0, 1e18, address(this)));
        calls[1] = abi.encodeCall(ENGINE.borrow, (1e18, address(this), address(this)));
        calls[2] = abi.encodeCall(ENGINE.repay, (1e18, address(this)));
        calls[3] = abi.encodeCall(ENGINE.liquidate, (items, ""));
        calls[4] = abi.encodeCall(ENGINE.absorb, (accounts));
        calls[5] = abi.encodeCall(ENGINE.accrue, ());
        calls[6] = abi.encodeCall(ENGINE.updateRate, ());
        calls[7] = abi.encodeCall(ENGINE.flashLoan, (IERC3156FlashBorrower(address(this)), address(this), 1, ""));
        calls[8] = abi.encodeCall(ENGINE.liquidateTo, (items, address(this), ""));
        for (uint256 i; i < calls.length; ++i) {
            (bool ok, ) = address(ENGINE).call(calls[i]);
            if (ok) reentered = true;
        }
    }
}
