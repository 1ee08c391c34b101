// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";
import {IERC3156FlashLender} from "@openzeppelin/contracts/interfaces/IERC3156FlashLender.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {ICreditAccess, PAUSE_FLASH_LOAN} from "../interfaces/ICreditEngine.sol";
import {CreditStorage} from "./CreditStorage.sol";

/// @title Authorisation, permits and flash loans of the credit engine
/// @dev The EIP-712 domain is the engine's: under `delegatecall` OpenZeppelin's EIP712 sees another address than the one it was built at
/// and works the domain separator out anew.
abstract contract CreditAccess is CreditStorage, ICreditAccess, EIP712 {
    using SafeERC20 for IERC20;

    bytes32 private constant AUTHORIZATION_TYPEHASH = keccak256(
        "Authorization(address account,address operator,bool authorized,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant FLASH_LOAN_MAGIC = keccak256("ERC3156FlashBorrower.onFlashLoan");

    constructor() EIP712("Plimsoll Credit Engine", "1") {}

    // ---------------------------------------------------------------- flash loans of collateral

    /// @inheritdoc IERC3156FlashLender
    function maxFlashLoan(address token) public view returns (uint256) {
        uint256 number = _assetOf[token];
        if (number == 0) return 0;
        AssetSlot memory a = _assets[number - 1];
        if (a.pauses & PAUSE_FLASH_LOAN != 0) return 0;
        // Not more than the ledger says: donations are nobody's to lend.
        return a.total * _scale(a);
    }

    /// @inheritdoc IERC3156FlashLender
    function flashFee(address token, uint256) external view returns (uint256) {
        require(_assetOf[token] != 0, TokenNotListed(token));
        return 0;
    }

    /// @inheritdoc IERC3156FlashLender
    function flashLoan(
        IERC3156FlashBorrower receiver,
        address token,
        uint256 amount,
        bytes calldata data
    ) external locked returns (bool) {
        uint256 number = _assetOf[token];
        require(number != 0, TokenNotListed(token));
        require(amount != 0, ZeroAmount());
        uint256 asset = number - 1;
        require(_assets[asset].pauses & PAUSE_FLASH_LOAN == 0, Paused(asset, PAUSE_FLASH_LOAN));
        uint256 maximum = maxFlashLoan(token);
        require(amount <= maximum, AmountTooLarge(amount, maximum));

        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransfer(address(receiver), amount);
        // A plain call, so that an account without code or an empty answer (padded with zeros here) ends in the named error as well.
        (bool success, bytes memory answer) = address(receiver).call(
            abi.encodeCall(IERC3156FlashBorrower.onFlashLoan, (msg.sender, token, amount, 0, data))
        );
        if (!success) LowLevelCall.bubbleRevert();
        require(bytes32(answer) == FLASH_LOAN_MAGIC, FlashLoanCallbackFailed(address(receiver)));
        IERC20(token).safeTransferFrom(address(receiver), address(this), amount);
        uint256 balance = IERC20(token).balanceOf(address(this));
        require(balance >= before, TransferMismatch(token, before, balance));
        emit FlashLoan(asset, address(receiver), msg.sender, amount);
        return true;
    }

    // ---------------------------------------------------------------- authorisation and permits

    /// @inheritdoc ICreditAccess
    function setAuthorization(address operator, bool authorized) external {
        _setAuthorization(msg.sender, operator, authorized);
    }

    /// @inheritdoc ICreditAccess
    function setAuthorizationWithSig(
        address account,
        address operator,
        bool authorized,
        uint256 nonce,
        uint256 deadline,
        bytes calldata signature
    ) external {
        require(block.timestamp <= deadline, SignatureExpired(deadline));
        uint256 expected = _nonces[account]++;
        require(nonce == expected, NonceMismatch(account, nonce, expected));
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(AUTHORIZATION_TYPEHASH, account, operator, authorized, nonce, deadline))
        );
        require(SignatureChecker.isValidSignatureNowCalldata(account, digest, signature), InvalidSignature(account));
        _setAuthorization(account, operator, authorized);
    }

    /// @inheritdoc ICreditAccess
    function cancelAuthorizationSignatures() external {
        ++_nonces[msg.sender];
    }

    /// @inheritdoc ICreditAccess
    function permit(uint256 asset, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        address token = _listed(asset).token;
        // Somebody may have used the signature already, which leaves the allowance in place: the deposit that follows tells.
        try IERC20Permit(token).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
    }

    function _setAuthorization(address account, address operator, bool authorized) private {
        require(operator != address(0), ZeroAddress());
        _authorized[account][operator] = authorized;
        emit AuthorizationSet(account, operator, authorized, msg.sender);
    }

    /// @inheritdoc ICreditAccess
    function isAuthorized(address account, address operator) external view returns (bool) {
        return account == operator || _authorized[account][operator];
    }

    /// @inheritdoc ICreditAccess
    function authorizationNonce(address account) external view returns (uint256) {
        return _nonces[account];
    }
}
