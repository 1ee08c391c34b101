// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title A staked token or vault whose rate and supply are set by hand
contract RateToken {
    uint256 public rate;
    uint256 public totalSupply;
    bool public broken;

    constructor(uint256 rate_) {
        rate = rate_;
        totalSupply = 1_000e18;
    }

    function setRate(uint256 rate_) external {
        rate = rate_;
    }

    function setSupply(uint256 supply) external {
        totalSupply = supply;
    }

    function setBroken(bool broken_) external {
        broken = broken_;
    }

    /// @notice Underlying per whole token.
    function rateNow() external view returns (uint256) {
        require(!broken, "broken");
        return rate;
    }

    /// @notice ERC-4626's form of the same.
    function convertToAssets(uint256 shares) external view returns (uint256) {
        require(!broken, "broken");
        return (shares * rate) / 1e18;
    }

    function returnsNothing() external view {}
}
