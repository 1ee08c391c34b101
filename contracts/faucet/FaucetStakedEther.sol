// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FaucetToken} from "./FaucetToken.sol";

/// @title Test token shaped like a wrapped staked-ether token
/// @notice Each token stands for a growing amount of ether, read from the token itself as with the real ones. The owner plays
/// the part of the staking protocol's oracle: it reports rewards, or a slashing.
/// @custom:bound-of transferOwnership test tokens
/// @custom:bound-of renounceOwnership test tokens
contract FaucetStakedEther is FaucetToken {
    /// @notice The ether behind one token changed. {eth/tok} 18 decimals
    event RatioSet(uint256 stEthPerToken);

    /// @notice A token must stand for some ether.
    error RatioIsZero();

    /// @notice Ether behind one token. {eth/tok} 18 decimals
    uint256 public stEthPerToken;

    /// @param ratio {eth/tok} 18 decimals
    constructor(
        string memory name_,
        string memory symbol_,
        uint256 ratio,
        address owner_
    ) FaucetToken(name_, symbol_, 18, owner_) {
        _setRatio(ratio);
    }

    /// @notice Sets the ether behind one token. {eth/tok} 18 decimals
    /// @custom:bound test tokens
    function setStEthPerToken(uint256 ratio) external onlyOwner {
        _setRatio(ratio);
    }

    function _setRatio(uint256 ratio) private {
        require(ratio != 0, RatioIsZero());
        stEthPerToken = ratio;
        emit RatioSet(ratio);
    }
}
