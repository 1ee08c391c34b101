// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";

/// @notice More collateral, bought with a loan against it.
/// @param asset Asset number of the collateral.
/// @param margin Own tokens that are deposited with what is bought, taken from the caller (allowance to this contract); may be 0. {asset}
/// @param loan Borrowed, and spent for collateral. {plUSD}
/// @param minBought Reverts if the loan buys less. {asset}
/// @param path Uniswap v3 route from plUSD to the collateral: `plUSD, fee, token, ..., fee, collateral`, packed.
/// @param deadline Last second in which it may happen. (unix seconds)
struct LeverageParams {
    uint256 asset;
    uint256 margin;
    uint256 loan;
    uint256 minBought;
    bytes path;
    uint256 deadline;
}

/// @notice Debt repaid with its own collateral.
/// @param asset Asset number of the collateral.
/// @param repay `type(uint256).max` (or anything above the debt) for all of it. {plUSD}
/// @param withdraw Collateral taken out: what is sold to repay comes out of it, the rest is the caller's. `type(uint256).max` for all of it. {asset}
/// @param maxSold Reverts if repaying takes more. {asset}
/// @param path Uniswap v3 route from plUSD to the collateral, as for leverage: a swap for an exact result is told its route from the end.
/// @param deadline Last second in which it may happen. (unix seconds)
struct UnwindParams {
    uint256 asset;
    uint256 repay;
    uint256 withdraw;
    uint256 maxSold;
    bytes path;
    uint256 deadline;
}

/// @title Leverage in one transaction, and out of it in one
/// @notice Buys collateral with plUSD that is flash-minted and then borrowed against it; repays debt with plUSD that is flash-minted and then paid for by
/// selling collateral. Always for the caller's own account.
///
/// AUTHORISATION. Deposits of an asset that the account does not hold yet, borrowing and withdrawing need the account's authorisation of this contract in the credit
/// engine: given there, or by signature in the same transaction (`authorize`, and once more to take it back), see `multicall`. Whoever is authorised here is nobody but the account
/// itself: every call acts for `msg.sender`.
///
/// NOTHING STAYS. Between transactions the contract holds no token and gives no allowance. What a trade leaves over goes to the caller; so does what
/// somebody sent here by mistake, with the next trade of that token.
///
/// LIMITS. `minBought` and `maxSold` bound what a trade may cost, whatever happened to the pools before; the engine checks the account as for any borrower.
///
/// LOCK. One transient lock over both; the flash mint's callback answers only within them, to plUSD, for a flash mint that this contract asked for.
interface ILeverage is IERC3156FlashBorrower {
    /// @notice {asset}, {asset}, {plUSD}
    event Leveraged(address indexed account, uint256 indexed asset, uint256 bought, uint256 deposited, uint256 loan);
    /// @notice {asset}, {plUSD}, {asset}
    event Unwound(address indexed account, uint256 indexed asset, uint256 sold, uint256 repaid, uint256 returned);

    /// @notice (unix seconds)
    error DeadlinePassed(uint256 deadline);
    error ModuleHasNoCode(address module);
    error Entered();
    error ZeroAmount();
    /// @notice Only plUSD calls back, and only for a flash mint that was asked for from here.
    error NotFlashMint(address caller, address initiator);
    /// @notice No route has so few bytes, or one that is a byte too long.
    error PathInvalid(uint256 length);
    /// @notice The route does not lead from plUSD to the collateral.
    error PathMismatch(address expected, address actual);
    /// @notice The price is worse than allowed. {asset} both
    error TooLittleBought(uint256 bought, uint256 minBought);
    /// @notice The price is worse than allowed. {asset} both
    error TooMuchSold(uint256 sold, uint256 maxSold);
    /// @notice The signature was used already, and the authorisation is not what it said.
    error AuthorizationDiffers(address account, bool authorized);

    /// @notice Spends a loan for collateral. What is bought and the margin are deposited as far as they make whole ledger units.
    /// @return deposited {asset}
    function leverage(LeverageParams calldata params) external returns (uint256 deposited);

    /// @notice Repays debt with collateral. The collateral that was taken out and not sold goes to the caller.
    /// @return repaid {plUSD}
    /// @return returned {asset}
    function unwind(UnwindParams calldata params) external returns (uint256 repaid, uint256 returned);

    /// @notice Passes the caller's signed authorisation of this contract on to the engine (`setAuthorizationWithSig`). If somebody else did so before, that will do.
    /// For `multicall`.
    function authorize(bool authorized, uint256 nonce, uint256 deadline, bytes calldata signature) external;

    /// @notice Calls `permit` on a token for the caller and this contract; does not revert when it fails (somebody may have used the signature first), the
    /// trade that follows tells. For `multicall`.
    function permit(address token, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Executes several calls of this interface as the caller, in order; one that reverts undoes all.
    /// @return results What each call returned, ABI-encoded.
    function multicall(bytes[] calldata data) external returns (bytes[] memory results);
}
