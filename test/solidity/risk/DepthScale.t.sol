// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {DepthScale} from "../../../contracts/risk/DepthScale.sol";

contract DepthScaleTest {
    uint256 private constant MAX = (1 << 75) - 1;

    function _depth(uint256 seed) private pure returns (uint256) {
        return (seed & MAX) >> ((seed >> 100) % 76);
    }

    function test_marks() public pure {
        assert(DepthScale.toMark(0) == 0);
        assert(DepthScale.toMark(1) == 1 << 20);
        assert(DepthScale.toMark(2) == 2 << 20);
        assert(DepthScale.toMark(3) == (2 << 20) + (1 << 19));
        assert(DepthScale.toMark(1 << 74) == 75 << 20);
        // All ones: the 21 leading bits are kept.
        assert(DepthScale.toMark(MAX) == (76 << 20) - 1);
        assert(DepthScale.toMark(MAX) >> DepthScale.BITS == 0);
        assert(DepthScale.toDepth((76 << 20) - 1) == ((1 << 21) - 1) << 54);
    }

    function test_marksBelowThatOfOneAreZero() public pure {
        assert(DepthScale.toDepth(0) == 0);
        assert(DepthScale.toDepth((1 << 20) - 1) == 0);
        assert(DepthScale.toDepth(1 << 20) == 1);
    }

    function testFuzz_exactBelow21BitsElseWithinOneInTwoToThe20(uint256 seed) public pure {
        uint256 depth = _depth(seed);
        uint256 back = DepthScale.toDepth(DepthScale.toMark(depth));
        assert(back <= depth);
        if (depth < 1 << 21) assert(back == depth);
        else assert((depth - back) << 20 < depth);
    }

    /// @dev A stored depth set again is stored unchanged.
    function testFuzz_roundTripIsStable(uint256 seed) public pure {
        uint256 mark = DepthScale.toMark(_depth(seed));
        assert(DepthScale.toMark(DepthScale.toDepth(mark)) == mark);
    }

    function testFuzz_largestMarkNotAbove(uint256 seed) public pure {
        uint256 depth = _depth(seed);
        if (depth < 1 << 21) return;
        assert(DepthScale.toDepth(DepthScale.toMark(depth) + 1) > depth);
    }

    /// @dev What the pace of depths relies on: n marks lower a depth by at most n / 2**20 of itself.
    function testFuzz_aStepDownIsARelativeStep(uint256 seed, uint256 steps) public pure {
        uint256 mark = DepthScale.toMark(_depth(seed));
        steps = steps % (1 << 20);
        uint256 depth = DepthScale.toDepth(mark);
        uint256 lower = DepthScale.toDepth(mark > steps ? mark - steps : 0);
        assert(lower <= depth);
        // One unit for rounding to whole ledger units.
        assert((depth - lower) << 20 <= depth * steps + (1 << 20));
    }

    function testFuzz_anOctaveHalves(uint256 seed) public pure {
        uint256 depth = _depth(seed) | (1 << 21);
        uint256 mark = DepthScale.toMark(depth);
        assert(DepthScale.toDepth(mark - DepthScale.OCTAVE) == DepthScale.toDepth(mark) / 2);
    }
}
