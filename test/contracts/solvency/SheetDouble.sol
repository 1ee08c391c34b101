// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {ICreditPositions} from "../../../contracts/interfaces/ICreditEngine.sol";
import {ISolvency} from "../../../contracts/interfaces/ISolvency.sol";

/// @title A balance sheet that says what it is told, and remembers what it was told
/// @dev Loans and supply are the real ones where engine and token are set, less `staked`, so that backing and its gas mean something.
contract SheetDouble is ISolvency {
    ICreditPositions public engine;
    IERC20 public dollar;
    /// @notice All Backstop assets. {plUSD}
    uint256 public staked;
    /// @notice What is left to mint. {plUSD}
    uint256 public headroom = type(uint128).max;
    /// @notice {plUSD}
    uint256 public consumed;
    uint256 public lastSource;
    /// @notice Sum of booked losses. {USD}
    uint256 public losses;
    /// @notice Sum of booked exposure. {USD}
    uint256 public exposure;
    /// @notice Sum of what started to cool. {plUSD}
    uint256 public cooled;
    /// @notice What the next `releaseSurplus` answers. {plUSD}
    uint256 public surplus;
    /// @notice The income told last. {plUSD}
    uint256 public toldIncome;
    bool public capitalShort;

    uint256 private _deficit;
    bool private _covered = true;
    bool private _priced = true;
    int256 private _budget;
    bool private _fixed;
    uint256 private _loans;
    uint256 private _netSupply;

    function setSources(address engine_, address dollar_) external {
        (engine, dollar) = (ICreditPositions(engine_), IERC20(dollar_));
    }

    function setStaked(uint256 staked_) external {
        staked = staked_;
    }

    /// @notice From now on these instead of the real ones.
    function setLiabilities(uint256 loans, uint256 netSupply) external {
        (_fixed, _loans, _netSupply) = (true, loans, netSupply);
    }

    function setHeadroom(uint256 headroom_) external {
        headroom = headroom_;
    }

    function setSurplus(uint256 surplus_) external {
        surplus = surplus_;
    }

    function setExitTerms(uint256 deficit, bool covered, bool priced) external {
        (_deficit, _covered, _priced) = (deficit, covered, priced);
    }

    function setRiskBudget(int256 budget) external {
        _budget = budget;
    }

    function setCapitalShort(bool short) external {
        capitalShort = short;
    }

    // ---- IIssuanceGate

    function consume(uint256 source, uint256 amount) external {
        require(amount <= headroom, IssuanceExceeded(amount, headroom));
        headroom -= amount;
        consumed += amount;
        lastSource = source;
    }

    function bookLoss(uint256 amount) external {
        losses += amount;
        headroom = headroom > amount ? headroom - amount : 0;
    }

    function available(address, uint256) external view returns (uint256) {
        return headroom;
    }

    // ---- ISolvency

    function liabilities() external view returns (uint256 loans, uint256 netSupply) {
        if (_fixed) return (_loans, _netSupply);
        return (engine.totalDebt(), dollar.totalSupply() - staked);
    }

    function bookExposure(uint256 value) external {
        exposure += value;
    }

    function releaseSurplus(uint256 income) external returns (uint256 amount) {
        (amount, toldIncome) = (surplus, income);
        surplus = 0;
    }

    function onCooldown(uint256 assets) external {
        cooled += assets;
    }

    function exitTerms() external view returns (uint256 deficit, bool covered, bool priced) {
        return (_deficit, _covered, _priced);
    }

    function riskBudget() external view returns (int256 budget) {
        return _budget;
    }

    /// @dev A tenth of everything.
    function marketRequirement(uint256[] calldata exposures) external pure returns (uint256 requirement) {
        for (uint256 i; i < exposures.length; ++i) requirement += exposures[i] / 10;
    }
}
