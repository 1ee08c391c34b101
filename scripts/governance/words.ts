/**
 * What the addresses and registers that functions compare their caller with mean, and whose the contracts with an owner are. The lists are complete and without
 * leftovers, or `privileges` fails: what is new in the sources has to be put in words here.
 */

/** Who is at an address that a contract keeps, by the contract that declares it: what has the same name elsewhere may be somebody else. */
export const PLACES: Readonly<Record<string, string>> = {
  "AccessManaged._authority": "Authority",
  "AuctionFiller.RESERVE": "Reserve",
  "Backstop._reserve": "Reserve",
  "Backstop._sheet": "BalanceSheet",
  "FlashLiquidator.ENGINE": "CreditEngine",
  "Leverage.DOLLAR": "PlimsollDollar",
  "MarketRate.ENGINE": "CreditEngine",
  "Ownable._owner": "owner",
  "ReserveStorage.ENGINE": "CreditEngine",
  "ReserveStorage._exchange.rebalancer": "Rebalancer",
  "SheetStorage.ENGINE": "CreditEngine",
  "SheetStorage._mintTerms.reserve": "Reserve",
  "SheetStorage._slowTerms.backstop": "Backstop",
  "Treasury.creditEngine": "CreditEngine",
  this: "itself",
};

/**
 * Whose a contract with an owner is, by its name: the timelock's, to whom a public deployment hands it (on a local chain the deployer keeps it), or somebody's who
 * owns it for good.
 */
export const OWNERS: Readonly<Record<string, "handed over" | { readonly who: string }>> = {
  Faucet: "handed over",
  FaucetToken: "handed over",
  FaucetStakedEther: { who: "deployer, on a local chain" },
  AuctionFiller: { who: "its operator" },
  FlashLiquidator: { who: "its operator" },
};

/** A register that says who may call, or only what the caller himself holds, owes, allowed or answers, which anybody can come to. */
type Register = { readonly who: string; readonly bound: string } | "holdings";

const STAND_IN = "within ceilings; a stand-in, in use only while a deployment is under way";

/** What a contract, or another that it asks, keeps under the sender's address, by the contract that declares it. */
export const REGISTERS: Readonly<Record<string, Register>> = {
  "PlimsollDollar._facilitator": {
    who: "facilitators",
    bound:
      "listed by setFacilitator; mints within the cap; only the founding ones burn without an allowance and move levels",
  },
  "FixedCeilingGate._issuers": { who: "issuers", bound: STAND_IN },
  "FixedCeilingGate.DOLLAR.isFacilitator()": { who: "facilitators", bound: STAND_IN },
  "FixedCeilingGate.DOLLAR.level()": { who: "issuers", bound: STAND_IN },
  "FaucetToken.isMinter": { who: "minters", bound: "test tokens" },
  "ERC20._balances": "holdings",
  "PlimsollDollar.balanceOf": "holdings",
  "EpochToken._holders": "holdings",
  "ExitPools._claims": "holdings",
  "Votes._delegatee": "holdings",
  "Votes._delegateCheckpoints": "holdings",
  "GovernorVotes._token.getPastVotes()": "holdings",
  "Leverage.ENGINE.debtOf()": "holdings",
  "Leverage.ENGINE.isAuthorized()": "holdings",
  // A managed contract consumes calls to itself that were scheduled.
  "msg.sender.isConsumingScheduledOp()": "holdings",
};
