// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {LiquidationItem} from "../../../contracts/interfaces/ICreditEngine.sol";
import {ILiquidationCallback} from "../../../contracts/interfaces/ILiquidationCallback.sol";
import {FaucetToken} from "../../../contracts/faucet/FaucetToken.sol";

/// @notice Stands in for the engine where only the two calls matter that a liquidator makes: one asset each of number 0 and 1,
/// seized in fixed amounts for a fixed payment.
contract EngineDouble {
    error WithdrawRefused(uint256 asset);

    DollarDouble public immutable dollar;
    FaucetToken[2] public tokens;
    uint256[2] public seizes;
    uint256[2] public credit;
    uint256 public payment;
    bool[2] public refusesWithdraw;

    constructor(DollarDouble dollar_, FaucetToken token0, FaucetToken token1) {
        dollar = dollar_;
        tokens = [token0, token1];
    }

    function set(uint256 seize0, uint256 seize1, uint256 payment_) external {
        seizes = [seize0, seize1];
        payment = payment_;
    }

    function setRefusesWithdraw(uint256 asset, bool refuses) external {
        refusesWithdraw[asset] = refuses;
    }

    function liquidate(
        LiquidationItem[] calldata items,
        bytes calldata data
    ) external returns (uint256[] memory repaid) {
        repaid = new uint256[](items.length);
        repaid[0] = payment;
        uint256[] memory seized = new uint256[](2);
        for (uint256 i; i < 2; ++i) {
            credit[i] += seizes[i];
            seized[i] = (i << 248) | seizes[i];
        }
        ILiquidationCallback(msg.sender).onLiquidate(payment, seized, data);
        require(dollar.balanceOf(msg.sender) >= payment, "cannot pay");
        dollar.burnFrom(msg.sender, payment);
    }

    function withdraw(uint256 asset, uint256, address, address to) external returns (uint256 amount) {
        require(!refusesWithdraw[asset], WithdrawRefused(asset));
        amount = credit[asset];
        credit[asset] = 0;
        tokens[asset].mint(to, amount);
    }
}

/// @notice plUSD for the double: burnable by the engine without an allowance, as plUSD is.
contract DollarDouble is FaucetToken {
    constructor(address owner) FaucetToken("Dollar", "USD", 18, owner) {}

    function burnFrom(address from, uint256 amount) external {
        _burn(from, amount);
    }
}
