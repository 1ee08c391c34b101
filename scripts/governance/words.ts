/**
 * What the addresses and registers that functions compare their caller with mean, and whose the contracts with an owner are. The lists are complete and without
 * leftovers, or `privileges` fails: what is new in the sources has to be put in words here.
 */

/** Who is at an address that a contract keeps. */
export const PLACES: Readonly<Record<string, string>> = {
  ENGINE: "CreditEngine",
  creditEngine: "CreditEngine",
  RESERVE: "Reserve",
  _reserve: "Reserve",
  "_mintTerms.reserve": "Reserve",
  "_exchange.rebalancer": "Rebalancer",
  _sheet: "BalanceSheet",
  "_slowTerms.backstop": "Backstop",
  DOLLAR: "PlimsollDollar",
  _authority: "Authority",
  _owner: "owner",
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

/** What a contract, or another that it asks, keeps under the sender's address. */
export const REGISTERS: Readonly<Record<string, Register>> = {
  _facilitator: {
    who: "facilitators",
    bound:
      "listed by setFacilitator; mints within the cap; only the founding ones burn without an allowance and move levels",
  },
  _issuers: { who: "issuers", bound: STAND_IN },
  "DOLLAR.isFacilitator()": { who: "facilitators", bound: STAND_IN },
  "DOLLAR.level()": { who: "issuers", bound: STAND_IN },
  isMinter: { who: "minters", bound: "test tokens" },
  _balances: "holdings",
  balanceOf: "holdings",
  _holders: "holdings",
  _claims: "holdings",
  _delegatee: "holdings",
  _delegateCheckpoints: "holdings",
  "_token.getPastVotes()": "holdings",
  "ENGINE.debtOf()": "holdings",
  "ENGINE.isAuthorized()": "holdings",
  // A managed contract consumes calls to itself that were scheduled.
  "msg.sender.isConsumingScheduledOp()": "holdings",
};
