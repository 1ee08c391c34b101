// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC3156FlashLender} from "@openzeppelin/contracts/interfaces/IERC3156FlashLender.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

/// @title plUSD, the stable-value token of Plimsoll
/// @notice ERC-20 with permit (ERC-2612) and flash mint (ERC-3156). It is minted and burned only by *facilitators*,
/// each under a cap of its own. A facilitator's signed *level* is what it has minted less what it has burned; the total
/// supply is the sum of the levels plus what is flash-minted at this moment, so no separate supply slot is written.
/// @dev A level may fall below zero: interest repaid to the credit engine burns plUSD that another facilitator minted.
interface IPlimsollDollar is IERC20Metadata, IERC20Permit, IERC3156FlashLender {
    /// @notice A facilitator was added, or its cap changed. {plUSD}
    event FacilitatorSet(address indexed facilitator, uint256 cap);

    /// @notice Supply moved from one facilitator's level to another's; the supply itself is unchanged. {plUSD}
    event LevelMoved(address indexed from, address indexed to, uint256 amount);

    /// @notice plUSD was flash-minted and burned again within one call. {plUSD}
    event FlashMint(address indexed receiver, address indexed initiator, uint256 amount);

    /// @notice The most that one flash mint may create changed. {plUSD}
    event FlashMintCapSet(uint256 cap);

    /// @notice The caller is not a listed facilitator.
    error NotFacilitator(address caller);

    /// @notice The caller is not one of the first facilitators, which alone move their level.
    error NotFoundingFacilitator(address caller);

    /// @notice The mint would lift the facilitator's level above its cap, or its cap is 0. {plUSD}
    error FacilitatorCapExceeded(address facilitator, int256 newLevel, uint256 cap);

    /// @notice No more facilitators can be listed: the supply is a sum over all of them and must stay cheap.
    error TooManyFacilitators(uint256 maximum);

    /// @notice The amount does not fit the packed level.
    error AmountTooLarge(uint256 amount, uint256 maximum);

    /// @notice A flash mint is open; this call would see a supply that is not there afterwards.
    error FlashMintOpen();

    /// @notice Only plUSD itself can be flash-minted.
    error FlashMintUnsupportedToken(address token);

    /// @notice The flash mint is larger than `maxFlashLoan`. {plUSD}
    error FlashMintTooLarge(uint256 amount, uint256 maximum);

    /// @notice The flash-mint receiver did not return the ERC-3156 magic value.
    error FlashMintCallbackFailed(address receiver);

    /// @notice The permit's deadline has passed.
    error PermitExpired(uint256 deadline);

    /// @notice The permit was not signed by the owner (or its nonce is spent).
    error PermitInvalidSigner(address signer, address owner);

    /// @notice Mints to `to` against the caller's level. Facilitators only.
    /// @param to Receiver; not the zero address.
    /// @param amount {plUSD}
    function mint(address to, uint256 amount) external;

    /// @notice Burns from `from` and lowers the caller's level; never limited by a cap and never reverting for the level.
    /// Facilitators only. The founding ones (`FOUNDING_FACILITATORS`, the credit engine and the reserve) need no allowance: they burn only from whoever
    /// called *them*, which saves users an approval. Any other one spends the allowance that it was given, unless it burns its own.
    /// @param from Holder whose balance falls.
    /// @param amount {plUSD}
    function burn(address from, uint256 amount) external;

    /// @notice Moves `amount` of the caller's level, a founding facilitator's, to `to`, which must be a facilitator; its cap does not block this.
    /// Used when the reserve takes a debt over: the supply is unchanged, the party that stands behind it is not.
    /// @param amount {plUSD}
    function moveLevel(address to, uint256 amount) external;

    /// @notice Lists a facilitator or changes its cap; a cap of 0 stops minting, whatever the level, and leaves burning possible.
    /// @param cap_ {plUSD}
    /// @custom:bound cap <= {MAX_CAP} plUSD; at most {MAX_FACILITATORS} facilitators, ever; only the first {FOUNDING_FACILITATORS} burn without an allowance
    function setFacilitator(address facilitator, uint256 cap_) external;

    /// @notice Sets the most that one flash mint may create; 0 switches flash mints off. {plUSD}
    /// @custom:bound cap <= {MAX_CAP} plUSD
    function setFlashMintCap(uint256 cap_) external;

    /// @notice Minted less burned by `facilitator`. {plUSD}, signed
    function level(address facilitator) external view returns (int256);

    /// @notice The most that `facilitator`'s level may reach by minting. {plUSD}
    function cap(address facilitator) external view returns (uint256);

    /// @notice Whether `facilitator` is listed.
    function isFacilitator(address facilitator) external view returns (bool);

    /// @notice Every listed facilitator.
    function facilitators() external view returns (address[] memory);

    /// @notice True while a flash mint is open; a balance sheet must not be taken then.
    function isEntered() external view returns (bool);
}
