// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

/// @notice A claim to leave.
/// @param units Its part of the cooling pool.
/// @param least The least value of a unit at the moments so far, unbooked deficit taken off. 27 decimals {plUSD/unit}
/// @param claimedAt First moment. @param dueAt Second moment; 0 until it was. (unix seconds)
/// @param round Claims are void once theirs is over.
/// @param opensAt, closesAt First and last second of its next moment (the second one while `dueAt` is 0, then the third), as the terms are now. After `closesAt` it has lapsed. (unix seconds)
struct Claim {
    uint256 units;
    uint256 least;
    uint256 claimedAt;
    uint256 dueAt;
    uint256 round;
    uint256 opensAt;
    uint256 closesAt;
}

/// @notice Times of an exit. One slot.
/// @param delay From the claim until it may be marked due. {s} @param settle M: from due until it may be paid; longer than the balance sheet's N. {s}
/// @param window For how long it may be marked due; then the claim lapses. {s}
/// @param exitWindow For how long it may be paid; then the claim lapses. Short: as long as nobody pays it, it is an option on the price of the moment. {s}
/// @param stream Over how long surplus is streamed. {s}
struct ExitTerms {
    uint32 delay;
    uint32 settle;
    uint32 window;
    uint32 exitWindow;
    uint32 stream;
}

/// @title First-loss capital: staked plUSD
/// @notice ERC-4626 over plUSD with virtual shares (offset 6). Active shares earn the surplus; cooling ones bear losses, earn nothing, are no capital.
///
/// EXIT in three moments. `claim`: shares leave the active pool for the cooling pool at the price of that moment, and headroom falls.
/// `markDue`, after `delay`, by anyone. `exit`, `settle` seconds later, by anyone to the claimant: he is paid his units at the *least* of the three moments,
/// at each of which an unbooked deficit counts as burned already. What the least price leaves over is streamed to the others.
/// All three moments need a statement that is fully priced, the third one capital >= required.
///
/// NOBODY CHOOSES WHEN HE LEAVES: losses show only when they are booked, so whoever could would leave before. The second moment fixes the third; that one lasts for `exitWindow`, and everybody
/// who stays has a reason to have the claim paid in its first second. A claim is an order to leave: its owner may take it back between the second and the third moment (`restake`), not afterwards.
/// A contract that claims must be able to use plUSD that arrives by a stranger's call.
///
/// LAPSE. A claim that is not marked due within `window`, or not paid within `exitWindow` (also because it was refused all the time), re-stakes at the price of that moment
/// (`restake`, anyone). Delays are those at the claim where they were longer; the windows, which limit an option, are always those in force.
///
/// ERC-4626. `release`, the third moment too, is the claimant's alone: the claim becomes active shares of what would be paid, which may leave *in the same block* by `withdraw` or `redeem`; these
/// ask again for prices and capital, without what leaves. Released shares that did not leave in their block are staked again, simply by being shares.
///
/// SURPLUS streams in over `stream`, while at least one whole share is staked.
///
/// LOSSES burn what still streams first, then both pools alike. A loss that leaves less than a millionth of a plUSD per whole share is a wipe: a new epoch starts and old shares are void;
/// one that leaves less than a millionth of a plUSD per unit voids all claims. The trifle that is left then streams to those who come after.
///
/// LOCK. Every entry but `approve` takes a transient lock, and all are closed while plUSD is flash-minted (`FlashMintOpen` of plUSD).
/// @dev STORAGE.
/// ```
/// active   [assets 128 | shares 128]      cooling [assets 128 | units 128]
/// stream   [left 128 | updated at 32 | ends at 32 | epoch of shares 32 | round of claims 32]
/// holder   [shares 128 | epoch 32 | free 96]   one slot an account; another epoch reads as 0
/// claim    [units 128 | claimed at 32 | due at 32 | round 32 | delay 16 | settle 16] [least 128 | released 128]
///          delay and settle as they were at the claim, in minutes; once released: units 0, `claimed at` the time of the release, `least` the deficit at it
/// sheet, reserve [160] each               terms [32 x 5]
/// ```
/// Assets are counted inside: a donation is nobody's. ERC-20 written out (as in plUSD) because of the epochs.
interface IBackstop is IERC4626, IAccessManaged {
    // ---- events

    /// @notice {share}, {plUSD}
    event Claimed(address indexed account, uint256 shares, uint256 assets);
    /// @notice 27 decimals {plUSD/unit}
    event MarkedDue(address indexed account, uint256 least);
    /// @notice {plUSD}, {share}; `kept` is what the least price left with the others.
    event Released(address indexed account, uint256 assets, uint256 shares, uint256 kept);
    /// @notice {plUSD}, {share}
    event Restaked(address indexed account, uint256 assets, uint256 shares);
    /// @notice {plUSD}
    event SurplusReceived(uint256 amount, uint256 streamingUntil);
    /// @notice {plUSD}
    event LossBurned(uint256 asked, uint256 burned);
    /// @notice All shares there were are void.
    event Wiped(uint256 epoch);
    /// @notice All claims made before are void.
    event ClaimsVoided(uint256 round);
    event ExitTermsSet(ExitTerms terms);
    event ModulesSet(address sheet, address reserve);

    // ---- errors

    error ZeroAmount();
    error NoClaim(address account);
    /// @notice A claim is there already; only one at a time.
    error ClaimExists(address account);
    /// @notice (unix seconds)
    error TooEarly(uint256 timestamp, uint256 allowedAt);
    /// @notice The second moment has been. (unix seconds)
    error AlreadyDue(uint256 dueAt);
    /// @notice The second moment has not been.
    error NotDue(address account);
    /// @notice The window closed; `restake` it. (unix seconds)
    error ClaimLapsed(uint256 closedAt);
    /// @notice The claim has not lapsed; its owner may take it back between the second and the third moment. (unix seconds)
    error ClaimRunning(uint256 until);
    /// @notice Only the claimant himself has his claim paid to somebody else.
    error ReceiverNotClaimant(address account, address receiver);
    /// @notice Capital is below what is required: nobody leaves.
    error CapitalShort();
    /// @notice A holding of the reserve has no price: what a share is worth cannot be told.
    error NotFullyPriced();
    /// @notice As in ERC-4626: only what was released in this block. {plUSD}, {share}
    error ExceededMaxWithdraw(address owner, uint256 assets, uint256 max);
    error ExceededMaxRedeem(address owner, uint256 shares, uint256 max);
    /// @notice The deficit grew since the release in this very block.
    error DeficitGrew(uint256 released, uint256 now_);
    error NotModule(address caller);
    /// @notice The surplus was not minted here first. {plUSD}
    error SurplusMissing(uint256 amount, uint256 held, uint256 counted);
    error ModuleHasNoCode(address module);
    error ParameterOutOfBounds(bytes32 parameter, uint256 value, uint256 minimum, uint256 maximum);
    error Entered();

    // ---- leaving

    /// @notice First moment. The caller's shares start to cool. {share}
    /// @return assets What cools. {plUSD}, rounded down
    function claim(uint256 shares) external returns (uint256 assets);
    /// @notice Second moment. Anyone; the claimant forestalls whoever waits for a worse minute by calling in the first.
    function markDue(address account) external;
    /// @notice Third moment, paid out. Anyone, to the account itself; the account also to somebody else (`ReceiverNotClaimant`).
    /// @return assets {plUSD}, rounded down
    function exit(address account, address receiver) external returns (uint256 assets);
    /// @notice Third moment, of the caller's claim, without leaving yet. Only he: shares that do not leave in their block are staked again, which nobody shall do to him.
    /// @return shares {share}, rounded down
    function release() external returns (uint256 shares);
    /// @notice A claim becomes active shares again, at the price of this moment: anyone's once it has lapsed, the caller's own also between its second and its third moment.
    function restake(address account) external returns (uint256 shares);

    // ---- modules

    /// @notice Streams `amount` of plUSD, already minted here, over `stream`; both ends are averaged, weighted by amounts. Reserve only (`NotModule`).
    function onSurplus(uint256 amount) external;
    /// @notice Burns up to `amount` through `IReserveMarket.retire`. Balance sheet only.
    /// @return burned Never more than `amount`. {plUSD}
    function burnLoss(uint256 amount) external returns (uint256 burned);

    // ---- views

    /// @notice All plUSD that would be burned before anybody else loses: active, streaming, and cooling. {plUSD}
    function pools() external view returns (uint256 active, uint256 streaming, uint256 cooling);
    /// @notice An account's claim, and when its next moment is; zeros without one, and after its release.
    function claimOf(address account) external view returns (Claim memory);
    /// @notice Grows with each wipe.
    function epoch() external view returns (uint256);
    /// @notice Times of an exit.
    function exitTerms() external view returns (ExitTerms memory);
    /// @notice True inside any state-changing call.
    function isEntered() external view returns (bool);
    /// @notice The modules in force; zero before they are set.
    function modules() external view returns (address sheet, address reserve);

    // ---- governance

    /// @notice Within immutable limits, `settle` longer than the balance sheet's `deficitDelay`; claims that run keep the longer of both delays, windows apply to all at once. Governor.
    /// @custom:bound delay {MIN_DELAY} .. {MAX_DELAY} s, settle {MIN_SETTLE} .. {MAX_SETTLE} s and beyond deficitDelay, window {MIN_WINDOW} .. {MAX_WINDOW} s, exitWindow {MIN_EXIT_WINDOW} .. {MAX_EXIT_WINDOW} s, stream {MIN_STREAM} .. {MAX_STREAM} s
    function setExitTerms(ExitTerms calldata terms) external;
    /// @notice Balance sheet and reserve. Governor.
    /// @custom:bound contracts; the token is immutable. Losses of stakers are what the new sheet says
    function setModules(address sheet, address reserve) external;
}
