import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { Future, IgnitionModuleBuilder } from "@nomicfoundation/ignition-core";

import { FaucetStakedEther__factory } from "../../../types/contracts/index.js";
import type { ListedAsset } from "../../parameters/assets.js";
import { LOCAL_GROWTH_CAP, LOCAL_PLIM, LOCAL_TERMS, LOCAL_VAULT, type LocalTerms } from "../../parameters/local.js";
import Core from "../Core.js";
import Governance from "../Governance.js";
import { listAssets } from "../listing.js";
import { openMarket } from "../market.js";
import { applyRoles, rolesOf } from "../roles.js";
import { seedReserve, type Source } from "../seed.js";
import Feeds from "./Feeds.js";
import Lending from "./Lending.js";
import { stockFaucet } from "./stock.js";
import Tokens from "./Tokens.js";
import Uniswap from "./Uniswap.js";

const ratioSelector = FaucetStakedEther__factory.createInterface().getFunction("stEthPerToken").selector;

type Terms = Pick<LocalTerms, "assets" | "reserve">;

function local(m: IgnitionModuleBuilder, { assets, reserve }: Terms) {
  const core = m.useModule(Core);
  const governance = m.useModule(Governance);
  const tokens = m.useModule(Tokens);
  const uniswap = m.useModule(Uniswap);
  const lending = m.useModule(Lending);
  const deployer = m.getAccount(0);
  const keeper = m.getParameter("keeper", m.getAccount(1));

  const { ethFeed, btcFeed, usdcFeed } = m.useModule(Feeds);
  const stakedEtherFeed = m.contract("ExchangeRateFeed", [
    core.manager,
    "wstETH / USD",
    ethFeed,
    {
      target: tokens.wsteth,
      selector: ratioSelector,
      hasArgument: false,
      argument: 0n,
      decimals: 18,
      // A test token's supply may be nothing at first.
      minSupply: 0n,
    },
    LOCAL_GROWTH_CAP,
  ]);
  const feeds = { eth: ethFeed, btc: btcFeed, usdc: usdcFeed, stakedEther: stakedEtherFeed };

  const done: Future[] = listAssets(m, core, assets, tokens, feeds);
  const source = ({ token }: ListedAsset): Source => (token === "weth" ? "wrap" : "mint");
  const stated = seedReserve(m, core, assets, tokens, reserve, source, done);
  const dollars = assets.find((asset) => asset.token === "usdc");
  if (dollars === undefined) throw new RangeError("there is no USDC to borrow against");
  done.push(stated, stockFaucet(m, { ...core, ...tokens }, dollars.id, stated));

  // Whoever tries it out can vote, and propose.
  const given = m.call(governance.plim, "transfer", [tokens.faucet, LOCAL_PLIM.stock], { id: "stock_plim" });
  done.push(
    m.call(tokens.faucet, "setOffer", [governance.plim, LOCAL_PLIM.share, false], { id: "offer_PLIM", after: [given] }),
  );

  // Idle dollars earn in the lending market.
  const unit = 10n ** BigInt(dollars.unitDecimals);
  const { absoluteCap, relativeCap, growthPerDay, minSupply } = LOCAL_VAULT;
  done.push(
    m.call(
      core.reserve,
      "listVault",
      [lending.usdcVault, minSupply * unit, { absoluteCap: absoluteCap * unit, relativeCap, growthPerDay }],
      // Somebody else has put something into it before: all of a module that is used comes first.
      { after: [stated] },
    ),
  );

  const { dollarFeed, depth } = openMarket(m, core, uniswap.factory, { token: tokens.usdc, feed: usdcFeed });
  done.push(m.call(core.risk, "setDepthSource", [depth]));

  const liquidator = m.contract("FlashLiquidator", [core.engine, uniswap.router, keeper]);

  const leverage = m.contract("Leverage", [core.engine, uniswap.router]);

  const filler = m.contract("AuctionFiller", [core.rebalancer, core.reserve, core.dollar, uniswap.router, keeper]);

  const successors = rolesOf(governance);
  applyRoles(
    m,
    core.manager,
    { ...core, depth, stakedEtherFeed },
    {
      governor: [deployer, ...successors.governor],
      guardian: [deployer, ...successors.guardian],
      risk: [deployer, ...successors.risk],
      treasurer: [deployer, ...successors.treasurer],
      limits: [deployer, ...successors.limits],
    },
    [...done, liquidator, filler, leverage],
  );

  return {
    ...core,
    ...governance,
    ...tokens,
    ...uniswap,
    ...lending,
    ethFeed,
    btcFeed,
    usdcFeed,
    stakedEtherFeed,
    dollarFeed,
    depth,
    liquidator,
    filler,
    leverage,
  };
}

/**
 * A whole local world: the protocol with a funded reserve and its governance, test tokens, Chainlink's own mock feeds, Uniswap v3, four assets listed, and what the
 * keeper liquidates and fills auctions with. The feeds' first answers are parameters of their module.
 *
 * Votes decide here too, but the deployer keeps every role beside the timelock: on a public network `handOver` takes them all from it.
 */
const Local = buildModule("Local", (m) => local(m, LOCAL_TERMS));

/** The same on other terms. */
export function localModule(terms: Terms): typeof Local {
  return terms === LOCAL_TERMS ? Local : buildModule("Local", (m) => local(m, terms));
}

export default Local;
