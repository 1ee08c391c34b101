// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";

import {PlimsollDollar} from "../../../contracts/token/PlimsollDollar.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {vm} from "../../contracts/Vm.sol";

/// @dev Calls the token as three facilitators and four holders (itself among them, as flash-mint receiver), and keeps
/// its own account of every level. What goes wrong inside a call is written down and asserted by the invariants.
contract DollarHandler is IERC3156FlashBorrower {
    uint256 private constant RANGE = 1_000_000e18;

    PlimsollDollar private immutable dollar;

    address[3] private facilitators = [address(0xFAC1), address(0xFAC2), address(0xFAC3)];
    address[4] private holders = [address(0xA11CE), address(0xB0B), address(0xCA401), address(this)];

    mapping(address facilitator => int256) public expectedLevel;

    /// @notice The first thing that went wrong inside a call, empty if nothing did.
    string public failure;

    bool private expectingCallback;

    // How often the interesting paths were taken.
    uint256 public flashMints;
    uint256 public negativeLevels;

    constructor(PlimsollDollar dollar_) {
        dollar = dollar_;
    }

    // ---- actions

    function mint(uint256 who, uint256 to, uint256 amount) external {
        _mint(who, to, amount);
    }

    function burn(uint256 who, uint256 from, uint256 amount) external {
        _burn(who, from, amount);
    }

    function moveLevel(uint256 from, uint256 to, uint256 amount) external {
        _moveLevel(from, to, amount);
    }

    function setCap(uint256 who, uint256 cap) external {
        address facilitator = facilitators[who % 3];
        uint256 most = cap % (2 * RANGE);
        dollar.setFacilitator(facilitator, most);
        _check(dollar.level(facilitator) == expectedLevel[facilitator], "a new cap changed a level");
    }

    function transfer(uint256 from, uint256 to, uint256 amount) external {
        _transfer(from, to, amount);
    }

    function transferFrom(uint256 from, uint256 to, uint256 spender, uint256 amount) external {
        address owner = holders[from % 4];
        address by = holders[spender % 4];
        amount = amount % (dollar.balanceOf(owner) + 1);
        vm.prank(owner);
        dollar.approve(by, amount);
        vm.prank(by);
        dollar.transferFrom(owner, holders[to % 4], amount);
        _check(dollar.allowance(owner, by) == 0, "an allowance was not spent");
    }

    /// @dev Inside the flash mint it mints, burns, moves a level and transfers, whatever the seeds say.
    function flashMint(uint256 amount, uint256[4] calldata seeds) external {
        amount = amount % (dollar.maxFlashLoan(address(dollar)) + 1);
        uint256 before = dollar.totalSupply();
        int256 change = _levels();
        dollar.approve(address(dollar), amount);
        expectingCallback = true;
        try dollar.flashLoan(this, address(dollar), amount, abi.encode(seeds)) {
            ++flashMints;
            change = _levels() - change;
            _check(int256(dollar.totalSupply()) == int256(before) + change, "a flash mint left supply behind");
        } catch {
            // It must not fail: the callback gathers what is to be paid back.
            _check(false, "a flash mint that can be repaid failed");
        }
    }

    /// @inheritdoc IERC3156FlashBorrower
    function onFlashLoan(address, address, uint256 amount, uint256, bytes calldata data) external returns (bytes32) {
        // The fuzzer calls this as well, as if it were an action.
        if (!expectingCallback) return 0;
        expectingCallback = false;
        uint256[4] memory seeds = abi.decode(data, (uint256[4]));
        _check(dollar.isEntered(), "open, but not said to be");
        _checkSum("at the start of a flash mint");
        _mint(seeds[0], seeds[1], seeds[2]);
        _checkSum("after a mint inside a flash mint");
        _burn(seeds[1], seeds[2], seeds[3]);
        _checkSum("after a burn inside a flash mint");
        _moveLevel(seeds[2], seeds[3], seeds[0]);
        _transfer(seeds[3], seeds[0], seeds[1]);
        _checkSum("after a transfer inside a flash mint");
        _gather(amount);
        return keccak256("ERC3156FlashBorrower.onFlashLoan");
    }

    // ---- the sum

    function sumOfBalances() public view returns (uint256 sum) {
        for (uint256 i; i < holders.length; ++i) sum += dollar.balanceOf(holders[i]);
    }

    function checkLevels() external view returns (bool) {
        for (uint256 i; i < facilitators.length; ++i) {
            address facilitator = facilitators[i];
            if (dollar.level(facilitator) != expectedLevel[facilitator]) return false;
            if (dollar.level(facilitator) > int256(dollar.MAX_LEVEL())) return false;
        }
        return true;
    }

    // ---- the same actions, inside a flash mint or not

    function _mint(uint256 who, uint256 to, uint256 amount) private {
        address facilitator = facilitators[who % 3];
        amount = amount % (2 * RANGE);
        int256 level = expectedLevel[facilitator] + int256(amount);
        uint256 cap = dollar.cap(facilitator);
        bool allowed = cap != 0 && level <= int256(cap);
        vm.prank(facilitator);
        try dollar.mint(holders[to % 4], amount) {
            _check(allowed, "a mint went above the cap");
            expectedLevel[facilitator] = level;
        } catch {
            _check(!allowed, "a mint below the cap failed");
        }
    }

    function _burn(uint256 who, uint256 from, uint256 amount) private {
        address facilitator = facilitators[who % 3];
        address holder = holders[from % 4];
        amount = amount % (dollar.balanceOf(holder) + 1);
        // The third one was listed too late to burn what it is not allowed to.
        if (who % 3 == 2) {
            vm.prank(holder);
            dollar.approve(facilitator, amount);
        }
        vm.prank(facilitator);
        try dollar.burn(holder, amount) {
            expectedLevel[facilitator] -= int256(amount);
            if (expectedLevel[facilitator] < 0) ++negativeLevels;
        } catch {
            _check(false, "a burn of what is held failed");
        }
    }

    function _moveLevel(uint256 from, uint256 to, uint256 amount) private {
        address giver = facilitators[from % 3];
        address taker = facilitators[to % 3];
        // Now and then far more than anything that was minted.
        amount = amount % 7 == 0 ? amount : amount % RANGE;
        bool allowed = from % 3 != 2 && amount <= uint256(int256(dollar.MAX_LEVEL()) - expectedLevel[taker]);
        vm.prank(giver);
        try dollar.moveLevel(taker, amount) {
            _check(allowed, "a level went above the highest");
            expectedLevel[giver] -= int256(amount);
            expectedLevel[taker] += int256(amount);
        } catch {
            _check(!allowed, "a move of level failed");
        }
    }

    function _transfer(uint256 from, uint256 to, uint256 amount) private {
        address owner = holders[from % 4];
        amount = amount % (dollar.balanceOf(owner) + 1);
        vm.prank(owner);
        dollar.transfer(holders[to % 4], amount);
    }

    /// @dev Brings back what the receiver owes: from the holders first, the rest (burned by then) by minting it anew.
    function _gather(uint256 amount) private {
        for (uint256 i; i < 3; ++i) {
            uint256 missing = amount - _atMost(dollar.balanceOf(address(this)), amount);
            uint256 part = _atMost(missing, dollar.balanceOf(holders[i]));
            vm.prank(holders[i]);
            dollar.transfer(address(this), part);
        }
        uint256 rest = amount - _atMost(dollar.balanceOf(address(this)), amount);
        if (rest == 0) return;
        // The lowest level is at most a third of the supply, so this one has room up to the highest cap.
        address facilitator = facilitators[0];
        for (uint256 i = 1; i < 3; ++i) {
            if (expectedLevel[facilitators[i]] < expectedLevel[facilitator]) facilitator = facilitators[i];
        }
        uint256 cap = dollar.cap(facilitator);
        dollar.setFacilitator(facilitator, dollar.MAX_CAP());
        vm.prank(facilitator);
        dollar.mint(address(this), rest);
        expectedLevel[facilitator] += int256(rest);
        dollar.setFacilitator(facilitator, cap);
    }

    // ---- help

    function _levels() private view returns (int256 sum) {
        for (uint256 i; i < facilitators.length; ++i) sum += dollar.level(facilitators[i]);
    }

    function _atMost(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }

    function _checkSum(string memory where) private {
        _check(dollar.totalSupply() == sumOfBalances(), where);
    }

    function _check(bool condition, string memory what) private {
        if (!condition && bytes(failure).length == 0) failure = what;
    }
}

contract PlimsollDollarInvariantTest {
    PlimsollDollar private dollar;
    DollarHandler private handler;

    function setUp() public {
        AccessManager manager = Deploy.accessManager(address(this));
        dollar = Deploy.plimsollDollar(address(manager));
        handler = new DollarHandler(dollar);
        manager.grantRole(manager.ADMIN_ROLE(), address(handler), 0);
        dollar.setFacilitator(address(0xFAC1), 1_000_000e18);
        dollar.setFacilitator(address(0xFAC2), 500_000e18);
        dollar.setFacilitator(address(0xFAC3), 0);
        dollar.setFlashMintCap(2_000_000e18);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_supplyIsTheSumOfBalances() public view {
        require(dollar.totalSupply() == handler.sumOfBalances(), "supply differs from the sum of balances");
    }

    function invariant_levelsAreWhatWasMintedLessBurned() public view {
        require(handler.checkLevels(), "a level differs from what was minted, burned and moved");
    }

    function invariant_nothingWentWrongInsideACall() public view {
        require(bytes(handler.failure()).length == 0, handler.failure());
        require(!dollar.isEntered(), "a flash mint stayed open");
    }
}
