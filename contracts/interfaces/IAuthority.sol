// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

/// @title The one authority over all contracts of the protocol
/// @notice OpenZeppelin's AccessManager. Once it is *sealed*, nothing privileged happens without notice, whoever holds the votes: only the timelock, whose
/// delay has an immutable minimum, and the guardian, which can only tighten, act at once. Anybody else can be given a role only with an execution delay of
/// at least `NOTICE`; no function can be opened to everybody; no contract can be put under another authority, and nothing is called
/// through this one. Sealing is final.
interface IAuthority is IAccessManager {
    /// @notice From now on whoever acts at once is one of these two.
    event Sealed(address indexed timelock, address indexed guardian);

    /// @notice It is sealed for good.
    error SealedAlready();
    /// @notice The timelock could act sooner than `NOTICE`. {s}
    error TimelockTooFast(address timelock, uint256 delay, uint256 minimum);
    /// @notice Who is neither the timelock nor the guardian needs an execution delay of at least this. {s}
    error NoticeTooShort(uint64 roleId, address account, uint256 delay, uint256 minimum);
    /// @notice Once sealed, a function cannot be opened to everybody.
    error FunctionNotPublic(address target, bytes4 selector);
    /// @notice Once sealed, contracts stay under this authority.
    error AuthorityIsFinal(address target);

    /// @notice Once sealed, nobody has this contract call another one.
    error NotThroughAuthority(address target);

    /// @notice Final: see above. Who set the protocol up and holds roles still has to give them up: sealing takes nothing from anybody. The admin.
    /// @param timelock Its delay is at least `NOTICE` and can never be less.
    /// @param guardian Can only tighten, see `IGuardian`.
    /// @custom:bound once; the timelock's minimum delay is at least {NOTICE} s
    function seal(address timelock, address guardian) external;

    /// @notice The timelock that acts at once; zero until sealed.
    function timelock() external view returns (address);
    /// @notice The guardian that acts at once; zero until sealed.
    function guardian() external view returns (address);
    /// @notice The least time between the decision and the deed. {s}
    function NOTICE() external view returns (uint256);
}
