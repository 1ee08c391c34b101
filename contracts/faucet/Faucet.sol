// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {FaucetToken} from "./FaucetToken.sol";

/// @title Faucet
/// @notice Hands out a fixed amount of each test token, once a day per address and token. Tokens it may mint are minted;
/// others (wrapped ether, plUSD) are paid from what it holds.
/// @custom:bound-of transferOwnership test tokens
/// @custom:bound-of renounceOwnership test tokens
contract Faucet is Ownable {
    using SafeERC20 for IERC20;

    /// @param amount Handed out per claim; 0 when the token is not offered. {asset}
    /// @param mints Whether claims are minted or paid from stock.
    struct Offer {
        uint248 amount;
        bool mints;
    }

    /// @notice What is offered of a token changed. {asset}
    event OfferSet(address indexed token, uint256 amount, bool mints);
    /// @notice {asset}
    event Claimed(address indexed token, address indexed to, uint256 amount);

    /// @notice The faucet does not offer this token.
    error NotOffered(address token);
    /// @notice This address had its share of the token today. (unix seconds)
    error ClaimedAlready(address token, address to, uint256 nextClaimAt);
    /// @notice What is left of a token that is not minted is less than a share. {asset}
    error OutOfStock(address token, uint256 stock, uint256 amount);
    /// @notice This address may claim, but there is a share left of none of the tokens.
    error NothingLeft(address to);
    error ZeroAddress();

    /// @notice Time between two claims of one token by one address. {s}
    uint256 public constant PERIOD = 1 days;

    /// @notice What is offered of each token.
    mapping(address token => Offer) public offers;
    /// @notice When an address may claim a token again; 0 if it never did. (unix seconds)
    mapping(address token => mapping(address to => uint256)) public nextClaimAt;

    address[] private _tokens;

    constructor(address owner_) Ownable(owner_) {}

    // ---- views

    /// @notice Every token that is or was offered.
    function tokens() external view returns (address[] memory) {
        return _tokens;
    }

    // ---- claims

    /// @notice Hands `to` its share of `token`. Anyone may call it for anyone.
    function claim(address token, address to) external {
        uint256 next = nextClaimAt[token][to];
        require(block.timestamp >= next, ClaimedAlready(token, to, next));
        _pay(token, to);
    }

    /// @notice Hands `to` its share of every token that it may claim now and of which there is one left; skips the others. A token that is
    /// skipped for want of stock can be claimed later. Reverts if that is so of all that it may claim.
    /// @return claimed How many tokens were handed out.
    function claimAll(address to) external returns (uint256 claimed) {
        bool due;
        for (uint256 i; i < _tokens.length; ++i) {
            address token = _tokens[i];
            Offer memory offer = offers[token];
            if (offer.amount == 0 || block.timestamp < nextClaimAt[token][to]) continue;
            due = true;
            // One stock that is used up must not keep everybody from the other tokens.
            if (_stock(token, offer) < offer.amount) continue;
            _pay(token, to);
            ++claimed;
        }
        require(claimed != 0 || !due, NothingLeft(to));
    }

    /// @dev What can be handed out of a token. {asset}
    function _stock(address token, Offer memory offer) private view returns (uint256) {
        return offer.mints ? type(uint256).max : IERC20(token).balanceOf(address(this));
    }

    function _pay(address token, address to) private {
        require(to != address(0), ZeroAddress());
        Offer memory offer = offers[token];
        require(offer.amount != 0, NotOffered(token));
        uint256 stock = _stock(token, offer);
        require(stock >= offer.amount, OutOfStock(token, stock, offer.amount));
        // Before the transfer: a token that calls its receiver must not be claimed twice.
        nextClaimAt[token][to] = block.timestamp + PERIOD;
        emit Claimed(token, to, offer.amount);
        if (offer.mints) FaucetToken(token).mint(to, offer.amount);
        else IERC20(token).safeTransfer(to, offer.amount);
    }

    // ---- owner

    /// @notice Offers `amount` of `token` per claim; 0 stops it. {asset}
    /// @custom:bound test tokens
    function setOffer(address token, uint248 amount, bool mints) external onlyOwner {
        bool known;
        for (uint256 i; i < _tokens.length && !known; ++i) {
            known = _tokens[i] == token;
        }
        if (!known) _tokens.push(token);
        offers[token] = Offer(amount, mints);
        emit OfferSet(token, amount, mints);
    }
}
