// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {LibBit} from "solady/src/utils/LibBit.sol";

/// @title Small unsigned floats for packed storage slots
/// @notice A float of `m` mantissa bits is `exponent << m | mantissa` and stands for `mantissa << exponent`. Values below
/// `2**m` are exact; above, the relative error is below `2**(1 - m)`.
/// @dev Who packs chooses the direction: `packDown` for ceilings and depths (less is safer), `packUp` for floors.
library PackedFloat {
    /// @notice The value does not fit the float.
    error FloatOverflow(uint256 value, uint256 totalBits);

    /// @notice The largest float not above `value`.
    function packDown(uint256 value, uint256 mantissaBits, uint256 totalBits) internal pure returns (uint256 packed) {
        uint256 exponent = _exponent(value, mantissaBits);
        packed = (exponent << mantissaBits) | (value >> exponent);
        require(packed >> totalBits == 0, FloatOverflow(value, totalBits));
    }

    /// @notice The smallest float not below `value`.
    function packUp(uint256 value, uint256 mantissaBits, uint256 totalBits) internal pure returns (uint256 packed) {
        uint256 exponent = _exponent(value, mantissaBits);
        uint256 mantissa = value >> exponent;
        if (mantissa << exponent != value) ++mantissa;
        // A mantissa rounded up to a power of two needs one bit more: halve it, exactly.
        if (mantissa >> mantissaBits != 0) {
            mantissa >>= 1;
            ++exponent;
        }
        packed = (exponent << mantissaBits) | mantissa;
        require(packed >> totalBits == 0, FloatOverflow(value, totalBits));
    }

    /// @notice The value of a float.
    function unpack(uint256 packed, uint256 mantissaBits) internal pure returns (uint256 value) {
        value = (packed & ((1 << mantissaBits) - 1)) << (packed >> mantissaBits);
    }

    /// @dev Shift that makes `value` fit the mantissa.
    function _exponent(uint256 value, uint256 mantissaBits) private pure returns (uint256) {
        if (value >> mantissaBits == 0) return 0;
        return LibBit.fls(value) + 1 - mantissaBits;
    }
}
