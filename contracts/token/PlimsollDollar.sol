// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";
import {IERC3156FlashLender} from "@openzeppelin/contracts/interfaces/IERC3156FlashLender.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {IPlimsollDollar} from "../interfaces/IPlimsollDollar.sol";

/// @title PlimsollDollar
/// @notice plUSD; `IPlimsollDollar` says what it does.
/// @dev Written out rather than inherited because there is no supply slot. What holds between any two calls:
///
///   (S) sum of balances = sum of levels + _flashMinted
///   (L) every level <= MAX_LEVEL
///
/// Balances are unsigned, so by (S) the levels sum to at least -_flashMinted; with (L) on the other seven, no level lies
/// below -(7 * 2^123 + 2^120), and no balance above 8 * 2^123 + 2^120. Both fit an int128 with room to spare, which is
/// why only the two places that can *raise* a level (`mint`, `moveLevel`) check anything, why a burn cannot fail for its
/// level, and why balances are added up unchecked.
contract PlimsollDollar is IPlimsollDollar, IERC20Errors, EIP712, Nonces, AccessManaged {
    // ---- types

    /// @dev One slot: what a mint or a burn reads and writes besides the balance.
    struct Facilitator {
        int128 level; // {plUSD} minted less burned; below zero when it burned what others minted
        uint120 cap; // {plUSD} what `mint` may lift the level to
        uint8 standing; // UNLISTED, LISTED or FOUNDING; only rises: the level has to stay in the sum
    }

    // ---- limits

    /// @notice How many facilitators can ever be listed; `totalSupply` reads each of them.
    uint256 public constant MAX_FACILITATORS = 8;

    /// @notice The highest cap, of a facilitator or of flash mints. {plUSD}
    uint256 public constant MAX_CAP = type(uint120).max;

    /// @notice The highest level that `moveLevel` may lead to (ten billion billion plUSD). {plUSD}
    uint256 public constant MAX_LEVEL = 1 << 123;

    /// @notice The first ones listed, the credit engine and the reserve, burn from whoever calls them. Those that votes list later burn what they are allowed to,
    /// like anybody else, and cannot move their level: no vote takes plUSD out of a wallet, or fills the level that debts are absorbed into.
    uint256 public constant FOUNDING_FACILITATORS = 2;

    uint8 private constant UNLISTED = 0;
    uint8 private constant LISTED = 1;
    uint8 private constant FOUNDING = 2;

    bytes32 private constant PERMIT_TYPEHASH = keccak256(
        "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
    );

    bytes32 private constant FLASH_MINT_ANSWER = keccak256("ERC3156FlashBorrower.onFlashLoan");

    // ---- storage

    /// @inheritdoc IERC20
    mapping(address account => uint256) public override balanceOf;

    /// @inheritdoc IERC20
    mapping(address owner => mapping(address spender => uint256)) public override allowance;

    mapping(address facilitator => Facilitator) private _facilitator;

    address[] private _facilitators;

    /// @dev {plUSD}
    uint256 private _flashMintCap;

    /// @dev {plUSD} Flash-minted and not yet burned.
    uint256 private transient _flashMinted;

    /// @dev Apart from the amount, because a flash mint of nothing is open all the same.
    bool private transient _flashMintOpen;

    constructor(address authority) EIP712("Plimsoll Dollar", "1") AccessManaged(authority) {}

    // ---- ERC-20

    /// @inheritdoc IERC20
    function transfer(address to, uint256 amount) external returns (bool) {
        _transfer(msg.sender, to, amount);
        return true;
    }

    /// @inheritdoc IERC20
    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        _spendAllowance(from, msg.sender, amount);
        _transfer(from, to, amount);
        return true;
    }

    /// @inheritdoc IERC20
    function approve(address spender, uint256 amount) external returns (bool) {
        _setAllowance(msg.sender, spender, amount);
        emit Approval(msg.sender, spender, amount);
        return true;
    }

    /// @inheritdoc IERC20Permit
    function permit(
        address owner,
        address spender,
        uint256 value,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        require(block.timestamp <= deadline, PermitExpired(deadline));
        // The nonce is spent before anything else can fail, which is undone with the whole call if something does.
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(PERMIT_TYPEHASH, owner, spender, value, _useNonce(owner), deadline))
        );
        // The library refuses the upper half of s: each signature has exactly one accepted form. The error is checked
        // beside the signer because a failed recovery yields the zero address, which an "owner" could name.
        (address signer, ECDSA.RecoverError failure, ) = ECDSA.tryRecover(digest, v, r, s);
        require(failure == ECDSA.RecoverError.NoError && signer == owner, PermitInvalidSigner(signer, owner));
        _setAllowance(owner, spender, value);
        emit Approval(owner, spender, value);
    }

    // ---- facilitators

    /// @inheritdoc IPlimsollDollar
    function mint(address to, uint256 amount) external {
        Facilitator storage minter = _facilitator[msg.sender];
        require(amount <= uint128(type(int128).max), AmountTooLarge(amount, uint128(type(int128).max)));
        // Neither side can leave int256: the level and, by the check above, the amount are 128-bit.
        int256 newLevel;
        unchecked {
            newLevel = minter.level + int256(amount);
        }
        uint256 cap_ = minter.cap;
        // A cap of 0 means no mint, also where the level is below zero (more was burned than minted) and would leave room.
        if (newLevel > int256(cap_) || cap_ == 0) {
            // Whoever is not listed has no cap either: asked for the error alone.
            require(minter.standing != UNLISTED, NotFacilitator(msg.sender));
            revert FacilitatorCapExceeded(msg.sender, newLevel, cap_);
        }
        // Fits: newLevel <= cap < 2^120, and not below the level that was stored before.
        minter.level = int128(newLevel);
        _mint(to, amount);
    }

    /// @inheritdoc IPlimsollDollar
    function burn(address from, uint256 amount) external {
        Facilitator storage burner = _facilitator[msg.sender];
        // One comparison for those that repayments and liquidations go through.
        if (burner.standing != FOUNDING) {
            require(burner.standing != UNLISTED, NotFacilitator(msg.sender));
            if (from != msg.sender) _spendAllowance(from, msg.sender, amount);
        }
        // An amount that some balance covers cannot take the level out of range, see (S) and (L). One that no balance
        // covers may wrap here, and is refused right after; this way round the slot is read once.
        unchecked {
            burner.level = int128(burner.level - int256(amount));
        }
        _burn(from, amount);
    }

    /// @inheritdoc IPlimsollDollar
    function moveLevel(address to, uint256 amount) external {
        Facilitator storage giver = _facilitator[msg.sender];
        Facilitator storage taker = _facilitator[to];
        if (giver.standing != FOUNDING) {
            require(giver.standing != UNLISTED, NotFacilitator(msg.sender));
            revert NotFoundingFacilitator(msg.sender);
        }
        require(taker.standing != UNLISTED, NotFacilitator(to));
        // The cap is passed over, but (L) is not. The room is not negative, by (L); the giver's new level is in range
        // because the sum is unchanged. Read and written one after the other: the two may be the same.
        unchecked {
            uint256 room = uint256(int256(MAX_LEVEL) - taker.level);
            require(amount <= room, AmountTooLarge(amount, room));
            giver.level = int128(giver.level - int256(amount));
            taker.level = int128(taker.level + int256(amount));
        }
        emit LevelMoved(msg.sender, to, amount);
    }

    // ---- flash mint

    /// @inheritdoc IERC3156FlashLender
    /// @dev Facilitators may mint and burn meanwhile (a leverage loop borrows inside a flash mint): their levels and
    /// `_flashMinted` are separate terms of the supply, so neither disturbs the other.
    function flashLoan(
        IERC3156FlashBorrower receiver,
        address token,
        uint256 amount,
        bytes calldata data
    ) external returns (bool) {
        require(!_flashMintOpen, FlashMintOpen());
        require(token == address(this), FlashMintUnsupportedToken(token));
        uint256 maximum = _flashMintCap;
        require(amount <= maximum, FlashMintTooLarge(amount, maximum));

        _flashMintOpen = true;
        _flashMinted = amount;
        _mint(address(receiver), amount);

        // A plain call, so that an account without code or an empty answer (padded with zeros here) ends in the named
        // error as well.
        (bool success, bytes memory answer) = address(receiver).call(
            abi.encodeCall(IERC3156FlashBorrower.onFlashLoan, (msg.sender, token, amount, 0, data))
        );
        if (!success) LowLevelCall.bubbleRevert();
        require(bytes32(answer) == FLASH_MINT_ANSWER, FlashMintCallbackFailed(address(receiver)));

        // Only what the receiver agreed to: anybody can name any receiver.
        _spendAllowance(address(receiver), address(this), amount);
        _burn(address(receiver), amount);
        _flashMinted = 0;
        _flashMintOpen = false;
        emit FlashMint(address(receiver), msg.sender, amount);
        return true;
    }

    // ---- governance

    /// @inheritdoc IPlimsollDollar
    function setFacilitator(address facilitator, uint256 cap_) external restricted {
        require(cap_ <= MAX_CAP, AmountTooLarge(cap_, MAX_CAP));
        Facilitator storage record = _facilitator[facilitator];
        if (record.standing == UNLISTED) {
            uint256 count = _facilitators.length;
            require(count < MAX_FACILITATORS, TooManyFacilitators(MAX_FACILITATORS));
            _facilitators.push(facilitator);
            record.standing = count < FOUNDING_FACILITATORS ? FOUNDING : LISTED;
        }
        record.cap = uint120(cap_);
        emit FacilitatorSet(facilitator, cap_);
    }

    /// @inheritdoc IPlimsollDollar
    function setFlashMintCap(uint256 cap_) external restricted {
        require(cap_ <= MAX_CAP, AmountTooLarge(cap_, MAX_CAP));
        _flashMintCap = cap_;
        emit FlashMintCapSet(cap_);
    }

    // ---- views

    /// @inheritdoc IERC20Metadata
    function name() external pure returns (string memory) {
        return "Plimsoll Dollar";
    }

    /// @inheritdoc IERC20Metadata
    function symbol() external pure returns (string memory) {
        return "plUSD";
    }

    /// @inheritdoc IERC20Metadata
    function decimals() external pure returns (uint8) {
        return 18;
    }

    /// @inheritdoc IERC20
    function totalSupply() external view returns (uint256) {
        // By (S) a sum of balances: not negative, and far inside 256 bits.
        unchecked {
            int256 sum = int256(_flashMinted);
            uint256 count = _facilitators.length;
            for (uint256 i; i < count; ++i) {
                sum += _facilitator[_facilitators[i]].level;
            }
            return uint256(sum);
        }
    }

    /// @inheritdoc IERC20Permit
    function nonces(address owner) public view override(IERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    /// @inheritdoc IERC20Permit
    // solhint-disable-next-line func-name-mixedcase
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /// @inheritdoc IPlimsollDollar
    function level(address facilitator) external view returns (int256) {
        return _facilitator[facilitator].level;
    }

    /// @inheritdoc IPlimsollDollar
    function cap(address facilitator) external view returns (uint256) {
        return _facilitator[facilitator].cap;
    }

    /// @inheritdoc IPlimsollDollar
    function isFacilitator(address facilitator) external view returns (bool) {
        return _facilitator[facilitator].standing != UNLISTED;
    }

    /// @inheritdoc IPlimsollDollar
    function facilitators() external view returns (address[] memory) {
        return _facilitators;
    }

    /// @inheritdoc IERC3156FlashLender
    /// @dev Nothing is available while one is open, since they do not nest.
    function maxFlashLoan(address token) external view returns (uint256) {
        return token == address(this) && !_flashMintOpen ? _flashMintCap : 0;
    }

    /// @inheritdoc IERC3156FlashLender
    function flashFee(address token, uint256) external view returns (uint256) {
        require(token == address(this), FlashMintUnsupportedToken(token));
        return 0;
    }

    /// @inheritdoc IPlimsollDollar
    function isEntered() external view returns (bool) {
        return _flashMintOpen;
    }

    // ---- balances and allowances

    function _transfer(address from, address to, uint256 amount) private {
        require(from != address(0), ERC20InvalidSender(address(0)));
        require(to != address(0), ERC20InvalidReceiver(address(0)));
        _decrease(from, amount);
        _increase(to, amount);
        emit Transfer(from, to, amount);
    }

    function _mint(address to, uint256 amount) private {
        require(to != address(0), ERC20InvalidReceiver(address(0)));
        _increase(to, amount);
        emit Transfer(address(0), to, amount);
    }

    function _burn(address from, uint256 amount) private {
        require(from != address(0), ERC20InvalidSender(address(0)));
        _decrease(from, amount);
        emit Transfer(from, address(0), amount);
    }

    function _increase(address account, uint256 amount) private {
        // No overflow: a balance is at most the supply, see (S) and (L).
        unchecked {
            balanceOf[account] += amount;
        }
    }

    function _decrease(address account, uint256 amount) private {
        uint256 balance = balanceOf[account];
        require(amount <= balance, ERC20InsufficientBalance(account, balance, amount));
        unchecked {
            balanceOf[account] = balance - amount;
        }
    }

    function _setAllowance(address owner, address spender, uint256 amount) private {
        require(owner != address(0), ERC20InvalidApprover(address(0)));
        require(spender != address(0), ERC20InvalidSpender(address(0)));
        allowance[owner][spender] = amount;
    }

    /// @dev The largest allowance stands for "without limit" and is not written.
    function _spendAllowance(address owner, address spender, uint256 amount) private {
        uint256 allowed = allowance[owner][spender];
        if (allowed == type(uint256).max) return;
        require(amount <= allowed, ERC20InsufficientAllowance(spender, allowed, amount));
        unchecked {
            _setAllowance(owner, spender, allowed - amount);
        }
    }
}
