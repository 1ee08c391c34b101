// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";

/// @title OpenZeppelin's ERC-4626 as it is: yield comes by giving it tokens
contract PlainVault is ERC4626 {
    uint8 private immutable OFFSET;

    constructor(IERC20 token, uint8 offset) ERC20("Plain vault", "vTOK") ERC4626(token) {
        OFFSET = offset;
    }

    function _decimalsOffset() internal view override returns (uint8) {
        return OFFSET;
    }
}

/// @notice What a `VaultDouble` does to whoever asks.
enum Trouble {
    None,
    Reverts,
    EatsGas,
    Empty,
    Huge
}

/// @title An ERC-4626 vault that lies, starves, steals or breaks as it is told
contract VaultDouble is PlainVault {
    /// @notice Every answer about value is multiplied by this. bps
    uint256 public factor = 10_000;
    Trouble public trouble;
    /// @notice Reads fail, moves do not.
    bool public onlyReads;
    uint256 public liquid = type(uint256).max;
    /// @notice Kept back from withdrawals. bps
    uint256 public theft;
    address public hookTarget;
    bytes public hookCall;
    /// @notice Its shares do not move.
    bool public stopped;
    /// @notice It burns all the gas that it gets when it should pay.
    bool public greedy;
    /// @notice Gas that a payment burns besides its own.
    uint256 public burden;
    /// @notice `totalAssets` reverts for whoever calls it.
    bool public dumb;
    bool public hookDone;
    bool private _moving;

    constructor(IERC20 token, uint8 offset) PlainVault(token, offset) {}

    function setFactor(uint256 factor_) external {
        factor = factor_;
    }

    function setTrouble(Trouble trouble_, bool onlyReads_) external {
        (trouble, onlyReads) = (trouble_, onlyReads_);
    }

    /// @notice No more than this can be withdrawn.
    function setLiquid(uint256 liquid_) external {
        liquid = liquid_;
    }

    function setTheft(uint256 theft_) external {
        theft = theft_;
    }

    function setGreedy(bool greedy_) external {
        greedy = greedy_;
    }

    function setBurden(uint256 burden_) external {
        burden = burden_;
    }

    function setStopped(bool stopped_) external {
        stopped = stopped_;
    }

    /// @notice What is called while tokens move.
    function setHook(address target, bytes calldata call_) external {
        (hookTarget, hookCall) = (target, call_);
    }

    /// @notice It does not tell what there is of it.
    function setDumb(bool dumb_) external {
        dumb = dumb_;
    }

    function totalAssets() public view override returns (uint256) {
        require(!dumb || msg.sig != this.totalAssets.selector, "does not tell");
        return super.totalAssets();
    }

    /// @notice The vault loses tokens.
    function lose(uint256 assets) external {
        require(IERC20(asset()).transfer(address(1), assets), "not lost");
    }

    function redeem(uint256 shares, address receiver, address owner) public override returns (uint256 assets) {
        _moving = true;
        assets = super.redeem(shares, receiver, owner);
        _moving = false;
    }

    function previewRedeem(uint256 shares) public view override returns (uint256) {
        _misbehave(true);
        return (super.previewRedeem(shares) * factor) / 10_000;
    }

    function convertToAssets(uint256 shares) public view override returns (uint256) {
        _misbehave(true);
        return (super.convertToAssets(shares) * factor) / 10_000;
    }

    function maxWithdraw(address owner) public view override returns (uint256) {
        _misbehave(false);
        uint256 most = super.previewRedeem(balanceOf(owner));
        return most < liquid ? most : liquid;
    }

    function maxRedeem(address owner) public view override returns (uint256) {
        uint256 most = super.previewWithdraw(liquid < type(uint128).max ? liquid : type(uint128).max);
        uint256 held = balanceOf(owner);
        return most < held ? most : held;
    }

    function _deposit(address caller, address receiver, uint256 assets, uint256 shares) internal override {
        _misbehave(false);
        _hook();
        super._deposit(caller, receiver, assets, shares);
    }

    function _withdraw(
        address caller,
        address receiver,
        address owner,
        uint256 assets,
        uint256 shares
    ) internal override {
        if (greedy) {
            assembly {
                invalid()
            }
        }
        uint256 most = burden;
        uint256 start = gasleft();
        while (start - gasleft() < most) {}
        _misbehave(false);
        _hook();
        super._withdraw(caller, receiver, owner, assets - (assets * theft) / 10_000, shares);
    }

    function _update(address from, address to, uint256 value) internal override {
        require(!stopped || from == address(0) || to == address(0), "shares stopped");
        super._update(from, to, value);
    }

    function _hook() private {
        if (hookTarget == address(0)) return;
        (hookDone, ) = hookTarget.call(hookCall);
    }

    function _misbehave(bool reading) private view {
        if (trouble == Trouble.None || (onlyReads && (_moving || !reading))) return;
        if (trouble == Trouble.Reverts) revert("no answer");
        if (trouble == Trouble.EatsGas) {
            uint256 start = gasleft();
            // Far more than any allowance, but not for ever.
            while (start - gasleft() < 3_000_000) {}
        }
        if (trouble == Trouble.Empty) {
            assembly {
                return(0, 0)
            }
        }
        if (trouble == Trouble.Huge) {
            assembly {
                mstore(0, not(0))
                return(0, 32)
            }
        }
    }
}
