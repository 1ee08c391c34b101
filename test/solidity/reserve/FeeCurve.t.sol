// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FeeCurve} from "../../../contracts/reserve/FeeCurve.sol";
import {ReserveReference} from "../../contracts/reserve/ReserveReference.sol";

/// @notice Fees that rise near cap and floor
contract FeeCurveTest {
    uint256 private constant FULL = 1_000_000;

    function test_takingAtTheCorners() public pure {
        require(FeeCurve.taking(0, FULL / 2, FULL, 10, 100) == 10e14, "the lower half is at base");
        require(FeeCurve.taking(FULL / 2, FULL / 2, FULL, 10, 100) == 55e14, "the upper half in the mean between");
        require(FeeCurve.taking(FULL - 1, 1, FULL, 10, 100) <= 100e14, "no more than the highest");
        require(FeeCurve.taking(FULL - 1, 1, FULL, 10, 100) > 99.99e14, "at the cap the highest");
    }

    function test_payingAtTheCorners() public pure {
        require(FeeCurve.paying(9_000, 1_000, 2_000, 8_000, 10, 100) == 10e14, "above the ceiling");
        require(FeeCurve.paying(8_000, 6_000, 2_000, 8_000, 10, 100) == 55e14, "from ceiling to floor");
        require(FeeCurve.paying(2_000, 500, 2_000, 8_000, 10, 100) == 100e14, "below the floor");
        require(FeeCurve.paying(500, 5_000, 2_000, 8_000, 10, 100) == 100e14, "more than there is");
    }

    function test_floorAndCeilingInOne() public pure {
        require(FeeCurve.paying(6_000, 1_000, 5_000, 5_000, 10, 100) == 10e14, "above");
        require(FeeCurve.paying(6_000, 2_000, 5_000, 5_000, 10, 100) == 55e14, "across");
        require(FeeCurve.paying(5_000, 2_000, 5_000, 5_000, 10, 100) == 100e14, "below");
        require(FeeCurve.taking(0, 1, 1, 10, 100) == 55e14, "a cap of one unit");
    }

    function testFuzz_asTheReference(
        uint64 from,
        uint64 amount,
        uint64 a,
        uint64 b,
        uint16 base,
        uint16 extra
    ) public pure {
        if (amount == 0) amount = 1;
        (uint256 floor, uint256 ceiling) = a < b ? (a, b) : (b, a);
        uint256 most = uint256(base % 500) + (extra % 500);
        uint256 top = from > ceiling ? from : ceiling;
        require(
            FeeCurve.paying(from, amount, floor, ceiling, base % 500, most) ==
                ReserveReference.meanFee(top - from, top - from + amount, top - ceiling, top - floor, base % 500, most),
            "paying"
        );
        require(
            FeeCurve.taking(from, amount, ceiling, base % 500, most) ==
                ReserveReference.meanFee(from, uint256(from) + amount, ceiling / 2, ceiling, base % 500, most),
            "taking"
        );
    }

    function testFuzz_withinItsLimitsAndRising(
        uint64 held,
        uint64 amount,
        uint64 cap,
        uint16 base,
        uint16 extra
    ) public pure {
        uint256 low = base % 500;
        uint256 high = low + (extra % 500);
        uint256 fee = FeeCurve.taking(held, amount, cap, low, high);
        require(fee >= low * 1e14 && fee <= high * 1e14, "limits");
        require(FeeCurve.taking(uint256(held) + 1, amount, cap, low, high) >= fee, "rising with what is held");
        require(
            FeeCurve.taking(held, uint256(amount) + 1, cap, low, high) >= fee || amount == 0,
            "and with the amount"
        );
    }
}
