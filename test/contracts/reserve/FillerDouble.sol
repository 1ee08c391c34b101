// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Fill, IAuctionCallback, IReserveExchange} from "../../../contracts/interfaces/IReserveSeams.sol";

/// @title Stands for the Rebalancer: has the reserve execute whatever fill it is told
contract FillerDouble {
    function fill(IReserveExchange reserve, Fill calldata f) external {
        reserve.exchange(f);
    }
}

/// @title A bidder that does what a test plans while it is called back, and remembers what was refused
contract BidderDouble is IAuctionCallback {
    address[] private _targets;
    bytes[] private _calls;
    /// @notice Whether each planned call went through, and what it answered.
    bool[] public done;
    bytes[] public answers;
    uint256 public callbacks;

    function plan(address target, bytes calldata call_) external {
        _targets.push(target);
        _calls.push(call_);
    }

    function execute(address target, bytes calldata call_) external returns (bytes memory) {
        (bool ok, bytes memory answer) = target.call(call_);
        require(ok, "a call of the bidder failed");
        return answer;
    }

    function onFill(Fill calldata) external {
        run();
    }

    function onLiquidate(uint256, uint256[] calldata, bytes calldata) external {
        run();
    }

    function onFlashLoan(address, address token, uint256 amount, uint256, bytes calldata) external returns (bytes32) {
        run();
        (bool ok, ) = token.call(abi.encodeWithSignature("approve(address,uint256)", msg.sender, amount));
        require(ok, "no allowance");
        return keccak256("ERC3156FlashBorrower.onFlashLoan");
    }

    function tokensToSend(address, address, uint256) external {}

    function tokensReceived(address, address, uint256) external {
        run();
    }

    /// @notice Tries everything that is planned.
    function run() public {
        ++callbacks;
        for (uint256 i; i < _targets.length; ++i) {
            (bool ok, bytes memory answer) = _targets[i].call(_calls[i]);
            done.push(ok);
            answers.push(answer);
        }
    }

    /// @notice The selector of what the i-th call was refused with; 0 where it was not.
    function refusal(uint256 i) external view returns (bytes4) {
        return done[i] ? bytes4(0) : bytes4(answers[i]);
    }
}

/// @title Stands for the Backstop: takes surplus, and gives plUSD up for losses
contract SurplusDouble {
    uint256 public received;

    function onSurplus(uint256 amount) external {
        received += amount;
    }
}
