// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {IPlimsollDollar} from "../interfaces/IPlimsollDollar.sol";
import {IBackstop} from "../interfaces/IBackstop.sol";

/// @title The Backstop's shares: an ERC-20 whose balances are void once their epoch is over
/// @dev Written out because one counter voids all balances at once; the supply is kept with the pool that it divides (see ExitPools).
abstract contract EpochToken is IBackstop, IERC20Errors {
    // ---- storage

    /// @dev One slot: [shares 128 | epoch 32 | free 96]
    struct Holder {
        uint128 shares;
        uint32 epoch;
    }

    mapping(address account => Holder) private _holders;

    /// @inheritdoc IERC20
    mapping(address owner => mapping(address spender => uint256)) public override allowance;

    bool private transient _entered;

    IPlimsollDollar internal immutable DOLLAR;

    constructor(address dollar) {
        DOLLAR = IPlimsollDollar(dollar);
    }

    // ---- lock

    /// @dev While plUSD is flash-minted its holders are not who they will be, and no statement can be taken: everything is closed.
    modifier guarded() {
        require(!_entered, Entered());
        require(!DOLLAR.isEntered(), IPlimsollDollar.FlashMintOpen());
        _entered = true;
        _;
        _entered = false;
    }

    // ---- ERC-20

    /// @inheritdoc IERC20
    function transfer(address to, uint256 shares) external guarded returns (bool) {
        _move(msg.sender, to, shares);
        return true;
    }

    /// @inheritdoc IERC20
    function transferFrom(address from, address to, uint256 shares) external guarded returns (bool) {
        _spendAllowance(from, msg.sender, shares);
        _move(from, to, shares);
        return true;
    }

    /// @inheritdoc IERC20
    /// @dev Moves nothing, so it is never closed.
    function approve(address spender, uint256 shares) external returns (bool) {
        require(spender != address(0), ERC20InvalidSpender(address(0)));
        allowance[msg.sender][spender] = shares;
        emit Approval(msg.sender, spender, shares);
        return true;
    }

    // ---- views

    /// @inheritdoc IERC20Metadata
    function name() external pure returns (string memory) {
        return "Staked Plimsoll Dollar";
    }

    /// @inheritdoc IERC20Metadata
    function symbol() external pure returns (string memory) {
        return "splUSD";
    }

    /// @inheritdoc IERC20Metadata
    /// @dev plUSD's and the virtual shares' offset.
    function decimals() external pure returns (uint8) {
        return 24;
    }

    /// @inheritdoc IERC20
    function balanceOf(address account) public view returns (uint256) {
        Holder memory holder = _holders[account];
        return holder.epoch == epoch() ? holder.shares : 0;
    }

    /// @inheritdoc IBackstop
    function isEntered() external view returns (bool) {
        return _entered;
    }

    /// @inheritdoc IBackstop
    function epoch() public view virtual returns (uint256);

    /// @dev Whether nothing can be called now.
    function _closed() internal view returns (bool) {
        return _entered || DOLLAR.isEntered();
    }

    // ---- internals

    /// @dev The caller adds them to the supply, which must fit 128 bits: so does then every balance.
    function _credit(address to, uint256 shares) internal {
        require(to != address(0), ERC20InvalidReceiver(address(0)));
        _increase(to, shares);
        emit Transfer(address(0), to, shares);
    }

    /// @dev The caller takes them from the supply.
    function _debit(address from, uint256 shares) internal {
        _decrease(from, shares);
        emit Transfer(from, address(0), shares);
    }

    /// @dev The largest allowance stands for "without limit" and is not written.
    function _spendAllowance(address owner, address spender, uint256 shares) internal {
        uint256 allowed = allowance[owner][spender];
        if (allowed == type(uint256).max) return;
        require(shares <= allowed, ERC20InsufficientAllowance(spender, allowed, shares));
        unchecked {
            allowance[owner][spender] = allowed - shares;
        }
    }

    function _move(address from, address to, uint256 shares) private {
        require(to != address(0), ERC20InvalidReceiver(address(0)));
        _decrease(from, shares);
        _increase(to, shares);
        emit Transfer(from, to, shares);
    }

    /// @dev Writes the present epoch: what was held in another one is gone with it.
    function _increase(address account, uint256 shares) private {
        // Casts are safe: a balance is at most the supply, which fits 128 bits; epochs are counted in 32.
        _holders[account] = Holder(uint128(balanceOf(account) + shares), uint32(epoch()));
    }

    function _decrease(address account, uint256 shares) private {
        uint256 balance = balanceOf(account);
        require(shares <= balance, ERC20InsufficientBalance(account, balance, shares));
        // The cast is safe: less than a balance. If this is 0, the epoch that stays beside it says nothing.
        unchecked {
            _holders[account].shares = uint128(balance - shares);
        }
    }
}
