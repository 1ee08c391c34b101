import type { Defence } from "./defence.js";

const REBALANCER = "contracts/reserve/Rebalancer.sol";

/** A defence of the Rebalancer that is one replacement, and the suites of the reserve that must notice. */
function one(id: string, withstands: string, find: string, replace: string, ...suites: readonly string[]): Defence {
  const tests = suites.map((name) => `test/solidity/reserve/${name}.t.sol`);
  return { id, withstands, patch: [{ file: REBALANCER, find, replace }], tests };
}

/** Of auctions: what a stranger cannot do to others', and what several of them share. */
export const AUCTION_DEFENCES: readonly Defence[] = [
  one(
    "auction-pair-slot",
    "a stranger occupying an asset by opening one auction of it",
    "return sold * SIDES + Math.min(bought, ASSETS);",
    "return sold * SIDES;",
    "AuctionStranger",
  ),
  one(
    "auction-pair-scale",
    "making the lots of one pair small by opening another",
    "uint16(word >> 104)",
    "uint16(_auctions[pair - (pair % SIDES) + 2] >> 104)",
    "AuctionStranger",
  ),
  one(
    "auction-outgrown",
    "holding a pair up by opening it while hardly anything is for sale",
    "require(!inTime || lot >= a.left * OUTGROWN, AuctionRunning(sold, bought, endsAt));",
    "require(!inTime, AuctionRunning(sold, bought, endsAt));",
    "AuctionStranger",
  ),
  one(
    "auction-goes-on",
    "starting the price anew by closing an auction while nothing is needed for a moment",
    "uint256 startedAt = a.state == NEEDLESS && inTime ? a.startedAt : block.timestamp;",
    "uint256 startedAt = block.timestamp;",
    "AuctionStranger",
  ),
  one(
    "auction-scale-comes-back",
    "lots that stay small for good after nobody bid for a while",
    "if (over) scale <<= Math.min((block.timestamp - endsAt) / 1 days, 14);",
    "",
    "AuctionStranger",
  ),
  one(
    "auction-one-budget",
    "losing the daily budget once in each of several auctions",
    "uint128(o.used + loss)",
    "uint128(loss)",
    "AuctionPairs",
  ),
  one(
    "auction-bought-target",
    "buying an asset past its target by several auctions",
    "AuctionMath.mostBought(room, boughtTarget, factor)",
    "most",
    "AuctionPairs",
  ),
];
