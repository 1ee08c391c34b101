// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IPriceOracle, Price, PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";
import {Quote} from "../../../contracts/interfaces/IRiskModel.sol";
import {LyingOracle} from "../../contracts/risk/LyingOracle.sol";
import {RampsHarness} from "../../contracts/risk/RampsHarness.sol";
import {RampsFixture} from "./RampsFixture.sol";

/// @dev What `quote` makes of an oracle's answer, which it takes apart by hand: the truth goes through as it is; an answer that is too short, that is of
/// another number of assets or has a status that is none is refused, as the compiler's own decoder does.
contract QuotesTest is RampsFixture {
    uint256 private constant FIRST = 3;
    uint256 private constant SECOND = 11;
    uint256 private constant MASK = (1 << FIRST) | (1 << SECOND);
    /// @dev Of `[offset | length | (low | mid | high | status) ...]` for two.
    uint256 private constant WORDS = 10;

    LyingOracle private _liar;

    function setUp() public override {
        super.setUp();
        _liar = new LyingOracle(address(oracle));
        model = new RampsHarness(address(manager), address(_liar), _paces());
        _list(FIRST, 3_000, 2_000, 1 << 74);
        _list(SECOND, 4_000, 2_500, 1 << 70);
        oracle.set(SECOND, 990 * WAD, 1_010 * WAD, PriceStatus.Disagreeing);
    }

    /// @dev A truthful answer, word by word.
    function _answer() private view returns (uint256[] memory words) {
        (bool success, bytes memory data) = address(oracle).staticcall(abi.encodeCall(IPriceOracle.prices, (MASK)));
        require(success && data.length == 32 * WORDS, "an answer of ten words");
        words = new uint256[](WORDS);
        for (uint256 i = 0; i < WORDS; ++i) {
            uint256 word;
            assembly ("memory-safe") {
                word := mload(add(data, mul(0x20, add(i, 1))))
            }
            words[i] = word;
        }
    }

    function _packed(uint256[] memory words, uint256 length) private pure returns (bytes memory data) {
        data = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            uint256 word = i / 32 < words.length ? words[i / 32] : 0;
            data[i] = bytes1(uint8(word >> (8 * (31 - (i % 32)))));
        }
    }

    function _quoted() private view returns (bool success, bytes memory data) {
        return address(model).staticcall(abi.encodeCall(model.quote, (MASK)));
    }

    function _refused(bytes memory lie, string memory what) private {
        _liar.say(lie);
        (bool success, bytes memory data) = _quoted();
        require(!success && data.length == 0, what);
    }

    function test_passesOnWhatTheOracleSays() public view {
        Quote[] memory list = model.quote(MASK);
        Price[] memory prices = oracle.prices(MASK);
        require(list.length == 2, "two");
        for (uint256 i = 0; i < 2; ++i) {
            require(list[i].low == prices[i].low && list[i].mid == prices[i].mid, "low and mid");
            require(list[i].high == prices[i].high && list[i].status == prices[i].status, "high and status");
        }
        require(list[0].initialHaircut == 3_000 && list[1].initialHaircut == 4_000, "each with its own terms");
    }

    function test_takesAnAnswerThatSaysMoreThanItWasAsked() public {
        _liar.say(_packed(_answer(), 32 * WORDS + 32));
        require(model.quote(MASK).length == 2, "the compiler's decoder takes it as well");
    }

    function test_refusesAShortAnswer() public {
        uint256[] memory words = _answer();
        for (uint256 length = 1; length < 32 * WORDS; length += 31) {
            _refused(_packed(words, length), "a short answer was taken");
        }
        _refused(_packed(words, 32 * WORDS - 1), "an answer short of a byte was taken");
    }

    function testFuzz_refusesAnotherCount(uint256 count) public {
        if (count == 2) return;
        uint256[] memory words = _answer();
        words[1] = count;
        // Long enough for whatever is claimed within reason.
        _refused(_packed(words, 32 * (2 + 4 * 20)), "a count that was not asked for was taken");
    }

    function testFuzz_refusesAStatusThatIsNone(uint256 status, bool second) public {
        uint256[] memory words = _answer();
        words[second ? 9 : 5] = status;
        if (status > uint256(type(PriceStatus).max)) {
            _refused(_packed(words, 32 * WORDS), "a status that is none was taken");
        } else {
            _liar.say(_packed(words, 32 * WORDS));
            require(uint256(model.quote(MASK)[second ? 1 : 0].status) == status, "status");
        }
    }

    function test_passesOnWhyTheOracleRefuses() public {
        oracle.setSequencerDown(T0 - 5);
        (bool success, bytes memory data) = _quoted();
        require(!success, "refuses");
        require(
            keccak256(data) == keccak256(abi.encodeWithSelector(IPriceOracle.SequencerDown.selector, T0 - 5)),
            "with the oracle's own words"
        );
    }
}
