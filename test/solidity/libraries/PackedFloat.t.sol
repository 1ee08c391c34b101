// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {PackedFloat} from "../../../contracts/libraries/PackedFloat.sol";

contract PackedFloatTest {
    /// @dev Mantissa and total bits of every float the protocol stores.
    function _shapes() private pure returns (uint256[2][4] memory) {
        return [[uint256(10), 16], [uint256(16), 24], [uint256(19), 27], [uint256(24), 32]];
    }

    function testFuzz_packDownIsTheLargestFloatNotAbove(uint256 value, uint256 shape) public pure {
        uint256[2] memory s = _shapes()[shape % 4];
        value = value % (1 << 73);
        uint256 packed = PackedFloat.packDown(value, s[0], s[1]);
        uint256 back = PackedFloat.unpack(packed, s[0]);
        assert(back <= value);
        // The next float up adds one unit of the last place.
        uint256 unit = 1 << (packed >> s[0]);
        assert(back + unit > value);
        if (value >> s[0] == 0) assert(back == value);
    }

    function testFuzz_packUpIsTheSmallestFloatNotBelow(uint256 value, uint256 shape) public pure {
        uint256[2] memory s = _shapes()[shape % 4];
        value = value % (1 << 72);
        uint256 packed = PackedFloat.packUp(value, s[0], s[1]);
        uint256 back = PackedFloat.unpack(packed, s[0]);
        assert(back >= value);
        assert(back - value <= value >> (s[0] - 1));
        uint256 down = PackedFloat.unpack(PackedFloat.packDown(value, s[0], s[1]), s[0]);
        assert(down == value ? back == value : back > value);
    }

    function test_packingBeyondTheFloatReverts() public view {
        try this.packDown(1 << 80, 10, 16) {
            assert(false);
        } catch (bytes memory reason) {
            assert(bytes4(reason) == PackedFloat.FloatOverflow.selector);
        }
    }

    function packDown(uint256 value, uint256 mantissaBits, uint256 totalBits) external pure returns (uint256) {
        return PackedFloat.packDown(value, mantissaBits, totalBits);
    }
}
