// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IBackstop} from "../../../contracts/interfaces/IBackstop.sol";
import {IPlimsollDollar} from "../../../contracts/interfaces/IPlimsollDollar.sol";

/// @title A reserve that burns what it is told and brings surplus; it may call back into the Backstop while it burns
contract RetirerDouble {
    IPlimsollDollar private immutable dollar;
    IBackstop public backstop;
    /// @notice Sum of what was retired. {plUSD}
    uint256 public retired;
    /// @notice What the call that it made meanwhile came to.
    bytes public reason;
    bool public called;
    /// @notice What the Backstop said of itself meanwhile.
    bool public sawEntered;

    bytes private _callback;

    constructor(IPlimsollDollar dollar_) {
        dollar = dollar_;
    }

    function setBackstop(address backstop_) external {
        backstop = IBackstop(backstop_);
    }

    /// @notice Makes `retire` call the Backstop with this; whatever it answers, the burn goes on.
    function setCallback(bytes calldata data) external {
        _callback = data;
    }

    function retire(uint256 amount) external {
        if (_callback.length != 0) {
            (called, reason) = address(backstop).call(_callback);
            sawEntered = backstop.isEntered();
        }
        dollar.burn(msg.sender, amount);
        retired += amount;
    }

    /// @notice Mints a surplus and tells the Backstop.
    function distribute(uint256 amount) external {
        dollar.mint(address(backstop), amount);
        backstop.onSurplus(amount);
    }

    /// @notice Tells of a surplus that was not minted.
    function pretend(uint256 amount) external {
        backstop.onSurplus(amount);
    }
}
