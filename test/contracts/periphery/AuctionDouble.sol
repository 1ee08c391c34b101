// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FaucetToken} from "../../../contracts/faucet/FaucetToken.sol";
import {DOLLAR as PLUSD, Fill, IAuctionCallback} from "../../../contracts/interfaces/IReserveSeams.sol";
import {ReserveTerms} from "../../../contracts/interfaces/IReserveShared.sol";
import {DollarDouble} from "./EngineDouble.sol";

/// @notice Stands in for Rebalancer and reserve at once where only a fill matters: gives what it is told, calls back, and takes what it is told. Asset 0 is what is sold,
/// asset 1 what is bought unless it is plUSD; a ledger unit of either is 100 token units.
contract AuctionDouble {
    uint256 public constant SCALE = 100;

    FaucetToken public immutable sold;
    FaucetToken public immutable bought;
    DollarDouble public immutable dollar;
    bool public forDollar;
    /// @notice What a fill gives and takes. {ledger}, or {plUSD}
    uint256 public gives;
    uint256 public takes;

    constructor(FaucetToken sold_, FaucetToken bought_, DollarDouble dollar_) {
        (sold, bought, dollar) = (sold_, bought_, dollar_);
    }

    function set(uint256 gives_, uint256 takes_, bool forDollar_) external {
        (gives, takes, forDollar) = (gives_, takes_, forDollar_);
    }

    function fill(
        uint256 asset,
        uint256 wanted,
        uint256 maxAmount,
        uint256 maxPaid,
        address to,
        bytes calldata data
    ) external returns (uint256 amount, uint256 paid) {
        require(wanted == (forDollar ? PLUSD : 1), "another auction");
        amount = gives < maxAmount ? gives : maxAmount;
        paid = (takes * amount) / gives;
        require(paid <= maxPaid, "maxPaid");
        sold.mint(to, amount * SCALE);
        Fill memory given = Fill(asset, amount, forDollar ? PLUSD : 1, paid, msg.sender, to, 0, data);
        IAuctionCallback(msg.sender).onFill(given);
        if (forDollar) dollar.burnFrom(msg.sender, paid);
        else bought.transferFrom(msg.sender, address(this), paid * SCALE);
    }

    /// @notice Calls a bidder back out of the blue.
    function callBack(IAuctionCallback bidder, bytes calldata data) external {
        bidder.onFill(Fill(0, 1, 1, 1, address(bidder), address(bidder), 0, data));
    }

    function assetTerms(uint256 asset) external view returns (address token, uint256 scale, ReserveTerms memory terms) {
        return (address(asset == 0 ? sold : bought), SCALE, terms);
    }
}
