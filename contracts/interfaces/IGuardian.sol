// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title The guardian: a holder, for a term, who can only tighten
/// @notice Acts at once where votes take days, and only in one direction: no new risk. Each function below compares with what is in force and refuses
/// anything that is not strictly tighter. What the guardian tightened stays until a vote loosens it, also after its term.
///
/// WHAT IT CANNOT DO. Nothing here stops repaying, redeeming, liquidation, absorption or the exit of a debt-free account, and nothing here makes a healthy account
/// liquidatable, not even with time: maintenance haircuts, depths, prices and the terms of liquidation are out of its reach. It moves no
/// token, mints nothing, and can give nobody a right.
///
/// THE TERM. The holder acts until `expiresAt`; only the timelock can renew, for `LONGEST_TERM` at most, appoint somebody else, or dismiss. What is
/// waiting in the timelock can be cancelled, but not a proposal that calls this contract alone: a holder cannot keep itself in office.
interface IGuardian {
    /// @notice A holder was appointed, or its term renewed. (unix seconds)
    event Appointed(address indexed holder, uint256 expiresAt);
    /// @notice There is no holder any more.
    event Dismissed(address indexed holder);
    /// @notice A waiting operation of the timelock was cancelled.
    event OperationCancelled(bytes32 indexed id);

    /// @notice Only the holder.
    error NotHolder(address caller);
    /// @notice Only the timelock.
    error NotTimelock(address caller);
    /// @notice The holder's term is over. (unix seconds)
    error TermExpired(uint256 expiresAt);
    /// @notice The term is over before it begins, or longer than it can be. {s}
    error TermOutOfBounds(uint256 term, uint256 minimum, uint256 maximum);
    /// @notice Not tighter than what is in force.
    error NotTighter(bytes32 parameter, uint256 value, uint256 inForce);
    /// @notice The operation concerns nothing but the guardian itself.
    error ConcernsGuardian(bytes32 id);
    error ZeroAddress();

    // ---- the holder: tightening

    /// @notice Pauses risk-taking with one asset at the credit engine.
    /// @param pauses `PAUSE_DEPOSIT`, `PAUSE_WITHDRAW` (of accounts with debt), `PAUSE_BORROW`, `PAUSE_FLASH_LOAN`; what is paused stays.
    /// @custom:bound pauses are only added
    function pauseCredit(uint256 asset, uint256 pauses) external;

    /// @notice Pauses issuing against an asset of the reserve, or investing it.
    /// @param pauses `PAUSE_ISSUE`, `PAUSE_INVEST`; what is paused stays.
    /// @custom:bound pauses are only added
    function pauseReserve(uint256 asset, uint256 pauses) external;

    /// @notice Lowers what may be deposited of an asset. What is deposited stays.
    /// @param cap {ledger}
    /// @custom:bound cap < the cap in force
    function lowerAssetCap(uint256 asset, uint256 cap) external;

    /// @notice Lowers how much may be lent in all. What is lent stays.
    /// @param ceiling {plUSD}
    /// @custom:bound ceiling < the ceiling in force
    function lowerDebtCeiling(uint256 ceiling) external;

    /// @notice Lowers what a listed facilitator's level may reach by minting. Burning stays possible.
    /// @param cap {plUSD}
    /// @custom:bound cap < the cap in force
    function lowerFacilitatorCap(address facilitator, uint256 cap) external;

    /// @notice Lowers the largest flash mint. Not while one is open.
    /// @param cap {plUSD}
    /// @custom:bound cap < the cap in force
    function lowerFlashMintCap(uint256 cap) external;

    /// @notice Raises the lowest haircut that is taken off when risk is taken on. The one that decides on liquidation stays as it is.
    /// @param minInitial bps
    /// @custom:bound the floor in force < minInitial <= the asset's highest
    function raiseHaircut(uint256 asset, uint256 minInitial) external;

    /// @notice Lowers how much the reserve may have in a vault.
    /// @param absoluteCap {ledger} @param relativeCap bps
    /// @custom:bound neither cap is above the one in force, one of them is below
    function lowerVaultCaps(address vault, uint256 absoluteCap, uint16 relativeCap) external;

    /// @notice Cancels what waits in the timelock, given as it was scheduled. Refused for what calls only this contract (`ConcernsGuardian`).
    /// @return id Of the operation.
    /// @custom:bound not what calls only the guardian
    function cancel(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads,
        bytes32 predecessor,
        bytes32 salt
    ) external returns (bytes32 id);

    // ---- the timelock: the term

    /// @notice Appoints a holder, or renews a term. The timelock.
    /// @param expiresAt_ End of the term. (unix seconds)
    /// @custom:bound now < expiresAt_ <= now + {LONGEST_TERM} s
    function appoint(address holder_, uint256 expiresAt_) external;

    /// @notice Ends the term now. The timelock; the guardian cannot cancel that.
    /// @custom:bound what it tightened stays
    function dismiss() external;

    // ---- views

    /// @notice Who acts; zero after a dismissal.
    function holder() external view returns (address);
    /// @notice When its term ends. (unix seconds)
    function expiresAt() external view returns (uint256);
    /// @notice Whether the holder can act now.
    function active() external view returns (bool);
    /// @notice Who appoints and dismisses, and where cancelled operations wait.
    function timelock() external view returns (address);
    /// @notice The credit engine that it can tighten.
    function engine() external view returns (address);
    /// @notice The reserve that it can tighten.
    function reserve() external view returns (address);
    /// @notice The longest term. {s}
    function LONGEST_TERM() external view returns (uint256);
}
