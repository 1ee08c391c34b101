// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Backstop} from "../../../contracts/backstop/Backstop.sol";
import {Claim} from "../../../contracts/interfaces/IBackstop.sol";
import {PlimsollDollar} from "../../../contracts/token/PlimsollDollar.sol";
import {RetirerDouble} from "../../contracts/backstop/RetirerDouble.sol";
import {StakeSheet} from "../../contracts/backstop/StakeSheet.sol";
import {vm} from "../../contracts/Vm.sol";
import {BackstopFixture} from "./BackstopFixture.sol";

/// @dev Three stakers, a reserve and a sheet, in any order, at any time. What goes wrong inside a call is written down and asserted by the invariants.
contract BackstopHandler {
    uint256 private constant RAY = 1e27;
    uint256 private constant DELAY = 7 days;
    uint256 private constant SETTLE = 6 hours;
    uint256 private constant WINDOW = 2 days;
    uint256 private constant EXIT_WINDOW = 2 hours;
    address private constant MINTER = address(0xFAC1);

    PlimsollDollar private immutable dollar;
    Backstop private immutable backstop;
    StakeSheet private immutable sheet;
    RetirerDouble private immutable reserve;

    address[3] private stakers = [address(0xA11CE), address(0xB0B), address(0xCA401)];

    uint256 private clock;
    /// @notice The first thing that went wrong inside a call, empty if nothing did.
    string public failure;
    /// @notice What was simply sent to the Backstop. {plUSD}
    uint256 public donated;
    /// @notice What nobody's shares can be worth more than: all that came in but donations, less all that left or burned. {plUSD}
    uint256 public put;

    // How often the interesting paths were taken.
    uint256 public exits;
    uint256 public cheapExits;
    uint256 public restakes;
    uint256 public losses;

    constructor(PlimsollDollar dollar_, Backstop backstop_, StakeSheet sheet_, RetirerDouble reserve_, uint256 start) {
        (dollar, backstop, sheet, reserve, clock) = (dollar_, backstop_, sheet_, reserve_, start);
    }

    /// @dev Each action at the handler's own time, with the price before and after it. Only a loss may lower the price.
    modifier step(bool mayFall) {
        vm.warp(clock);
        uint256 price = backstop.convertToAssets(1e36);
        uint256 epoch = backstop.epoch();
        _;
        if (!mayFall) _check(backstop.convertToAssets(1e36) >= price, "a share became cheaper without a loss");
        if (!mayFall) _check(backstop.epoch() == epoch, "a wipe without a loss");
    }

    // ---- actions

    function wait_(uint256 time) external step(false) {
        clock += time % 4 days;
        vm.warp(clock);
    }

    function deposit(uint256 who, uint256 amount) external step(false) {
        address staker = stakers[who % 3];
        amount = 1 + (amount % (who % 5 == 0 ? 1e6 : 1e24));
        if (backstop.previewDeposit(amount) == 0) return;
        _give(staker, amount);
        vm.prank(staker);
        backstop.deposit(amount, staker);
        put += amount;
    }

    function mint(uint256 who, uint256 shares) external step(false) {
        address staker = stakers[who % 3];
        shares = 1 + (shares % 1e28);
        uint256 cost = backstop.previewMint(shares);
        if (cost > 1e27) return;
        _give(staker, cost);
        vm.prank(staker);
        backstop.mint(shares, staker);
        put += cost;
    }

    function transfer(uint256 from, uint256 to, uint256 part) external step(false) {
        address staker = stakers[from % 3];
        part = part % (backstop.balanceOf(staker) + 1);
        vm.prank(staker);
        backstop.transfer(stakers[to % 3], part);
    }

    function donate(uint256 amount) external step(false) {
        amount = amount % 1e22;
        vm.prank(MINTER);
        dollar.mint(address(backstop), amount);
        donated += amount;
    }

    function surplus(uint256 amount) external step(false) {
        amount = amount % 1e22;
        reserve.distribute(amount);
        put += amount;
    }

    /// @dev Equity goes where it likes; nothing is booked. Mostly it recovers.
    function setEquity(uint256 amount) external step(false) {
        sheet.setEquity(amount % 3 == 0 ? -int256(amount % 1e23) : int256(amount % 1e23));
    }

    function settle(uint256 amount) external step(true) {
        amount = amount % (amount % 9 == 0 ? 1e26 : 1e22);
        uint256 all = _all();
        uint256 burned = sheet.settle(amount);
        _check(burned == (amount < all ? amount : all), "not what was asked was burned, nor everything");
        put -= burned;
        ++losses;
        sheet.setEquity(0);
    }

    function claim(uint256 who, uint256 part) external step(false) {
        address staker = stakers[who % 3];
        if (backstop.claimOf(staker).units != 0) return;
        uint256 shares = who % 4 == 0 ? backstop.balanceOf(staker) : part % (backstop.balanceOf(staker) + 1);
        uint256 worth = backstop.convertToAssets(shares);
        if (worth == 0) return;
        vm.prank(staker);
        _check(backstop.claim(shares) == worth, "a claim is not worth what its shares were");
        Claim memory c = backstop.claimOf(staker);
        _check(c.least <= RAY && (c.units * c.least) / RAY <= worth, "a claim is worth more than its shares");
    }

    function markDue(uint256 who) external step(false) {
        _mark(stakers[who % 3]);
    }

    function _mark(address staker) private {
        Claim memory c = backstop.claimOf(staker);
        if (c.units == 0 || c.dueAt != 0 || clock > c.claimedAt + DELAY + WINDOW) return;
        if (clock < c.claimedAt + DELAY) _goTo(c.claimedAt + DELAY);
        backstop.markDue(staker);
        _check(backstop.claimOf(staker).least <= c.least, "the least grew");
    }

    /// @dev Leaves by one of the three ways, or does not leave after all.
    function depart(uint256 who, uint256 how) external step(false) {
        address staker = stakers[who % 3];
        // The third moment is short: whoever wants it waits for it.
        if (how % 3 != 0) _mark(staker);
        Claim memory c = backstop.claimOf(staker);
        if (c.dueAt == 0 || clock > c.dueAt + SETTLE + EXIT_WINDOW) return;
        if (clock < c.dueAt + SETTLE) _goTo(c.dueAt + SETTLE);
        if (sheet.capital() < int256(sheet.required())) {
            vm.prank(staker);
            (bool success, ) = address(backstop).call(abi.encodeCall(backstop.release, ()));
            _check(!success, "released while capital is short");
            return;
        }
        uint256 most = (c.units * c.least) / RAY;
        uint256 before = dollar.balanceOf(staker);
        uint256 streamed = _streaming();
        if (how % 4 == 0) {
            // Half of them by a stranger.
            vm.prank(how % 8 == 0 ? staker : address(0x57A));
            backstop.exit(staker, staker);
        } else {
            vm.prank(staker);
            uint256 shares = backstop.release();
            _check(backstop.convertToAssets(shares) <= most, "released more than the least price");
            uint256 assets = backstop.maxWithdraw(staker);
            if (how % 4 == 1) {
                vm.prank(staker);
                backstop.redeem(shares, staker, staker);
            } else if (how % 4 == 2) {
                vm.prank(staker);
                backstop.withdraw(assets, staker, staker);
            }
        }
        uint256 paid = dollar.balanceOf(staker) - before;
        _check(paid <= most, "paid more than the least price");
        put -= paid;
        ++exits;
        // What the least price left over streams.
        if (_streaming() > streamed + 1e9) ++cheapExits;
    }

    function restake(uint256 who) external step(false) {
        address staker = stakers[who % 3];
        Claim memory c = backstop.claimOf(staker);
        if (c.units == 0) return;
        uint256 closes = c.dueAt == 0 ? c.claimedAt + DELAY + WINDOW : c.dueAt + SETTLE + EXIT_WINDOW;
        _check(c.closesAt == closes, "a claim that does not know when it lapses");
        if (c.dueAt != 0 && clock < c.opensAt && who % 2 == 0) {
            // Taken back, instead of lapsed.
            vm.prank(staker);
        } else if (clock <= closes) {
            _goTo(closes + 1);
        }
        backstop.restake(staker);
        _check(backstop.claimOf(staker).units == 0 && backstop.maxRedeem(staker) == 0, "a re-staked claim may leave");
        ++restakes;
    }

    // ---- what is asserted

    function sumOfBalances() external view returns (uint256 sum) {
        for (uint256 i; i < 3; ++i) sum += backstop.balanceOf(stakers[i]);
    }

    /// @notice Units of all claims that run. {unit}
    function sumOfUnits() external view returns (uint256 sum) {
        for (uint256 i; i < 3; ++i) sum += backstop.claimOf(stakers[i]).units;
    }

    // ---- help

    function _goTo(uint256 time) private {
        clock = time;
        vm.warp(time);
    }

    function _give(address to, uint256 amount) private {
        vm.prank(MINTER);
        dollar.mint(to, amount);
        vm.prank(to);
        dollar.approve(address(backstop), type(uint256).max);
    }

    function _all() private view returns (uint256) {
        (uint256 active, uint256 streaming, uint256 cooling) = backstop.pools();
        return active + streaming + cooling;
    }

    function _streaming() private view returns (uint256 streaming) {
        (, streaming, ) = backstop.pools();
    }

    function _check(bool condition, string memory what) private {
        if (!condition && bytes(failure).length == 0) failure = what;
    }
}

/// @notice Whatever happens in whatever order: the books are what is held, shares and claims are covered, and a share becomes cheaper by a loss only.
contract BackstopInvariantTest is BackstopFixture {
    BackstopHandler private handler;

    function setUp() public override {
        super.setUp();
        handler = new BackstopHandler(dollar, backstop, sheet, reserve, T0);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev One for everything: the runner plays a set of histories for each one it finds.
    /// hardhat-config: invariant.runs = 30
    /// hardhat-config: invariant.depth = 150
    function invariant_theBooksHold() public view {
        require(bytes(handler.failure()).length == 0, handler.failure());
        (uint256 active, uint256 streaming, uint256 cooling) = backstop.pools();
        require(active + streaming + cooling == handler.put(), "the pools are not what came in less what left");
        require(
            dollar.balanceOf(address(backstop)) == handler.put() + handler.donated(),
            "what is held is not the pools and what was donated"
        );
        require(backstop.totalSupply() == handler.sumOfBalances(), "the supply is not the sum of balances");
        require(backstop.convertToAssets(backstop.totalSupply()) <= active, "shares are worth more than is there");
        require((handler.sumOfUnits() == 0) == (cooling == 0), "something cools for nobody, or nothing for somebody");
        require(cooling <= handler.sumOfUnits(), "a unit is worth more than it started at");
        require(!backstop.isEntered(), "a call stayed open");
    }

    /// @dev A history from a fixed seed: shows that the actions do something, and is a quick run by itself.
    function test_historiesDoRealWork() public {
        uint256 seed = 7;
        for (uint256 i; i < 1_500; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _act(seed % 20, seed >> 8, uint256(keccak256(abi.encode(seed, "second"))));
            if (i % 10 == 0) invariant_theBooksHold();
        }
        invariant_theBooksHold();
        require(handler.exits() > 20, "exits");
        require(handler.cheapExits() > 3, "exits at less than the price of the moment");
        require(handler.restakes() > 10, "claims that lapsed");
        require(handler.losses() > 20, "losses");
        require(backstop.epoch() > 2, "wipes");
    }

    function _act(uint256 action, uint256 a, uint256 b) private {
        if (action == 0) handler.wait_(a);
        else if (action == 1) handler.deposit(a, b);
        else if (action == 2) handler.mint(a, b);
        else if (action == 3) handler.transfer(a, a >> 8, b);
        else if (action == 4) handler.donate(b);
        else if (action == 5) handler.surplus(b);
        else if (action == 6) handler.setEquity(b);
        else if (action == 7) handler.settle(b);
        else if (action < 11) handler.claim(a, b);
        else if (action < 15) handler.markDue(a);
        else if (action == 15) handler.restake(a);
        else handler.depart(a, b);
    }
}
