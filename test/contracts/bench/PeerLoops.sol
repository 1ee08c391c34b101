// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @dev What names a market of Morpho Blue.
struct MorphoMarket {
    address loanToken;
    address collateralToken;
    address oracle;
    address irm;
    uint256 lltv;
}

interface IMorphoLiquidate {
    function liquidate(
        MorphoMarket calldata market,
        address borrower,
        uint256 seizedAssets,
        uint256 repaidShares,
        bytes calldata data
    ) external returns (uint256, uint256);
}

interface IAaveLiquidate {
    function liquidationCall(
        address collateral,
        address debt,
        address user,
        uint256 debtToCover,
        bool receiveAToken
    ) external;
}

/// @title Liquidates several accounts of a protocol that has no batch of its own, in one transaction
/// @dev It owns what it pays with.
contract PeerLoops {
    function approve(IERC20 token, address spender) external {
        token.approve(spender, type(uint256).max);
    }

    /// @param shares Debt of each borrower, all of which is repaid.
    function morpho(
        IMorphoLiquidate target,
        MorphoMarket calldata market,
        address[] calldata borrowers,
        uint256[] calldata shares
    ) external {
        for (uint256 i = 0; i < borrowers.length; ++i) target.liquidate(market, borrowers[i], 0, shares[i], "");
    }

    /// @dev As much of each as the pool allows.
    function aave(IAaveLiquidate target, address collateral, address debt, address[] calldata users) external {
        for (uint256 i = 0; i < users.length; ++i) {
            target.liquidationCall(collateral, debt, users[i], type(uint256).max, false);
        }
    }
}
