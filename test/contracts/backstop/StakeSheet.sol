// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IBackstop} from "../../../contracts/interfaces/IBackstop.sol";
import {SheetParameters} from "../../../contracts/interfaces/IBalanceSheet.sol";
import {IPlimsollDollar} from "../../../contracts/interfaces/IPlimsollDollar.sol";

/// @title What the Backstop asks of a balance sheet, of books that a test sets
/// @dev Capital is equity and what the Backstop says of itself, so that who leaves first and who counts as capital shows. Equity and mid equity are one.
contract StakeSheet {
    IBackstop public backstop;
    /// @notice {USD}, signed
    int256 public equity;
    /// @notice {USD}
    uint256 public required;
    bool public unpriced;
    /// @notice N. {s}
    uint24 public deficitDelay = 1 hours;
    /// @notice What started to cool, and how often that was said. {plUSD}
    uint256 public cooled;
    uint256 public cooldowns;
    /// @notice Stands for the headroom of the last statement, floored at 0. {plUSD}
    uint256 public headroom;
    bool public capitalShort;

    error Closed();

    function setBackstop(address backstop_) external {
        backstop = IBackstop(backstop_);
    }

    function setEquity(int256 equity_) external {
        equity = equity_;
    }

    function setRequired(uint256 required_) external {
        required = required_;
    }

    function setUnpriced(bool unpriced_) external {
        unpriced = unpriced_;
    }

    function setDeficitDelay(uint24 delay) external {
        deficitDelay = delay;
    }

    function setCapitalShort(bool short) external {
        capitalShort = short;
    }

    /// @notice Settles a deficit: burns from the Backstop, which raises equity.
    function settle(uint256 amount) external returns (uint256 burned) {
        burned = backstop.burnLoss(amount);
        equity += int256(burned);
    }

    /// @notice A statement: headroom is what capital exceeds the requirement by.
    function refresh() public returns (uint256) {
        require(!backstop.isEntered(), Closed());
        int256 excess = capital() - int256(required);
        headroom = excess > 0 ? uint256(excess) : 0;
        return headroom;
    }

    /// @notice A loan whose requirement is all of it.
    function borrow(uint256 amount) external {
        headroom -= amount;
        required += amount;
    }

    function capital() public view returns (int256) {
        (uint256 active, uint256 streaming, ) = backstop.pools();
        return equity + int256(active + streaming);
    }

    // ---- what the Backstop calls

    function onCooldown(uint256 assets) external {
        require(msg.sender == address(backstop), Closed());
        ++cooldowns;
        cooled += assets;
        headroom = headroom > assets ? headroom - assets : 0;
    }

    function exitTerms() external view returns (uint256 deficit, bool covered, bool priced) {
        require(!IPlimsollDollar(backstop.asset()).isEntered(), Closed());
        deficit = equity < 0 ? uint256(-equity) : 0;
        return (deficit, capital() >= int256(required), !unpriced);
    }

    function parameters() external view returns (SheetParameters memory p) {
        p.deficitDelay = deficitDelay;
    }
}
