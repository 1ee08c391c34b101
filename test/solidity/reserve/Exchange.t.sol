// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {DOLLAR, Fill} from "../../../contracts/interfaces/IReserveSeams.sol";
import {IReserveShared} from "../../../contracts/interfaces/IReserveShared.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {BidderDouble} from "../../contracts/reserve/FillerDouble.sol";
import {vm} from "../../contracts/Vm.sol";
import {ReserveWorld} from "./ReserveWorld.sol";

/// @notice Fills: what is sold goes out of cash, then of credit; what is bought comes in in full
contract ExchangeTest is ReserveWorld {
    function setUp() public override {
        super.setUp();
        _fund(ETH, 10);
        _absorb(ETH, 100);
    }

    function _fill(uint256 given, uint256 bought, uint256 received) private view returns (Fill memory) {
        return Fill(ETH, given, bought, received, alice, bob, 0, "");
    }

    function test_paysCashThenCredit() public {
        uint256 credit = reserve.position(ETH).credit;
        _give(alice, USDC, 30_000e6);
        filler.fill(reserve, _fill(15e8, USDC, 30_000e6));
        require(tokens[ETH].balanceOf(bob) == 15e18, "given");
        require(_cash(ETH) == 0 && reserve.position(ETH).credit == credit - 5e8, "books");
        require(_cash(USDC) == 30_000e6 && tokens[USDC].balanceOf(address(reserve)) == 30_000e6, "received");
        require(reserve.income() == 0, "no income of it");
    }

    function test_burnsDollars() public {
        _lend(alice, 30_000e18);
        uint256 supply = dollar.totalSupply();
        int256 level = dollar.level(address(reserve));
        filler.fill(reserve, _fill(15e8, DOLLAR, 30_000e18));
        require(supply - dollar.totalSupply() == 30_000e18, "burned");
        require(level - dollar.level(address(reserve)) == 30_000e18, "off its level");
        require(dollar.balanceOf(alice) == 0 && tokens[ETH].balanceOf(bob) == 15e18, "paid and given");
    }

    function test_booksTheLoss() public {
        _give(alice, USDC, 30_000e6);
        Fill memory f = _fill(15e8, USDC, 30_000e6);
        f.loss = 12e18;
        uint256 before = sheet.losses();
        filler.fill(reserve, f);
        require(sheet.losses() - before == 12e18, "booked");
    }

    function test_callsTheBidderBackFirst() public {
        BidderDouble bidder = BidderDouble(Deploy.create("BidderDouble", ""));
        Fill memory f = _fill(15e8, USDC, 30_000e6);
        (f.bidder, f.to, f.data) = (address(bidder), address(bidder), "x");
        // It has nothing before: it sells what it gets to a market that gives USDC.
        bidder.plan(address(tokens[ETH]), abi.encodeCall(tokens[ETH].transfer, (alice, 15e18)));
        bidder.plan(address(tokens[USDC]), abi.encodeCall(tokens[USDC].mint, (address(bidder), 30_000e6)));
        bidder.plan(address(tokens[USDC]), abi.encodeCall(tokens[USDC].approve, (address(reserve), 30_000e6)));
        filler.fill(reserve, f);
        require(bidder.callbacks() == 1 && bidder.done(0), "called with the goods");
        require(_cash(USDC) == 30_000e6, "paid");
    }

    function test_refusals() public {
        uint256 all = reserve.sellable(ETH);
        _expect(abi.encodeWithSelector(IReserveShared.LiquidityShort.selector, ETH, all, all + 1));
        filler.fill(reserve, _fill(all + 1, USDC, 1));
        _expect(abi.encodeWithSelector(IReserveShared.NotRebalancer.selector, address(this)));
        reserve.exchange(_fill(1, USDC, 1));
        _expect(abi.encodeWithSelector(IReserveShared.AssetNotListed.selector, BTC));
        filler.fill(reserve, _fill(1e8, BTC, 1));
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(reserve), 0, 1e6)
        );
        filler.fill(reserve, _fill(1e8, USDC, 1e6));
    }

    /// @dev What auctions read at once is what everybody else reads one by one: cash, vaults, credit, also of what is not listed.
    function test_stockIsWhatIsBooked() public {
        _absorb(BTC, 10);
        _fund(USDC, 1_000);
        (uint256[] memory words, uint256[] memory credits) = reserve.stock();
        (uint256 mask, uint256[] memory amounts) = reserve.booked();
        uint256 rank;
        for (uint256 asset; asset < 16; ++asset) {
            (uint256 cash, uint256 vaulted, uint256 credit) = _inStock(words, credits, asset);
            require(cash + credit == reserve.sellable(asset), "sellable");
            bool held = (mask >> asset) & 1 == 1;
            require(cash + vaulted + credit == (held ? amounts[rank] : 0), "booked");
            if (held) ++rank;
        }
        require(rank == 3, "ether, bitcoin, USDC");
    }

    function _inStock(
        uint256[] memory words,
        uint256[] memory credits,
        uint256 asset
    ) private pure returns (uint256 cash, uint256 vaulted, uint256 credit) {
        uint256 word = (asset / 4) * 2;
        if (word < words.length) cash = uint64(words[word] >> ((asset % 4) * 64));
        if (word < words.length) vaulted = uint64(words[word + 1] >> ((asset % 4) * 64));
        for (uint256 i; i < credits.length; ++i) if (credits[i] >> 248 == asset) credit += uint248(credits[i]);
    }

    /// @dev Absorbed and never listed: sold from the ledger.
    function test_sellsWhatItDoesNotList() public {
        _absorb(BTC, 10);
        uint256 credit = reserve.sellable(BTC);
        _give(alice, USDC, 40_000e6);
        filler.fill(reserve, Fill(BTC, 1e8, USDC, 40_000e6, alice, bob, 0, ""));
        require(tokens[BTC].balanceOf(bob) == 1e8 && reserve.sellable(BTC) == credit - 1e8, "sold");
    }
}
