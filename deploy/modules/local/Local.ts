import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { Future, IgnitionModuleBuilder } from "@nomicfoundation/ignition-core";

import { FaucetStakedEther__factory } from "../../../types/contracts/index.js";
import {
  DOLLAR_FEED,
  LOCAL_BOUNDS,
  LOCAL_GROWTH_CAP,
  LOCAL_TERMS,
  LOCAL_VAULT,
  type LocalTerms,
} from "../../parameters/local.js";
import Core from "../Core.js";
import { applyRoles } from "../roles.js";
import Feeds from "./Feeds.js";
import Lending from "./Lending.js";
import { seedReserve } from "./seed.js";
import { stockFaucet } from "./stock.js";
import Tokens from "./Tokens.js";
import Uniswap from "./Uniswap.js";

/** Over which liquidity is averaged. {s} */
const DEPTH_WINDOW = 1_800;
const ratioSelector = FaucetStakedEther__factory.createInterface().getFunction("stEthPerToken").selector;

type Terms = Pick<LocalTerms, "assets" | "reserve">;

function local(m: IgnitionModuleBuilder, { assets, reserve }: Terms) {
  const core = m.useModule(Core);
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

  const done: Future[] = [];
  const rated: Future[] = [];
  for (const asset of assets) {
    const unit = 10n ** BigInt(asset.unitDecimals);
    const fed = m.call(
      core.oracle,
      "listFeed",
      [
        asset.id,
        {
          feed: feeds[asset.feed],
          heartbeat: asset.heartbeat,
          deviation: asset.deviation,
          minPrice: asset.minPrice,
          maxPrice: asset.maxPrice,
        },
      ],
      { id: `feed_${asset.symbol}` },
    );
    const listed = m.call(
      core.risk,
      "listAsset",
      [
        asset.id,
        {
          unitDecimals: asset.unitDecimals,
          bounds: LOCAL_BOUNDS,
          clamps: {
            minInitial: asset.initialHaircut,
            maxInitial: asset.mostInitialHaircut ?? LOCAL_BOUNDS.maxInitial,
            minMaintenance: asset.maintenanceHaircut,
            maxMaintenance: asset.mostMaintenanceHaircut ?? LOCAL_BOUNDS.maxMaintenance,
          },
          volatilityFloor: asset.volatilityFloor,
          horizon: asset.horizon,
          depth: asset.depth * unit,
        },
        { variance: asset.seed.variance, loadings: [...asset.seed.loadings] },
      ],
      // A seed may refer to the assets listed before.
      { id: `risk_${asset.symbol}`, after: [fed, ...rated] },
    );
    rated.push(listed);
    const open = m.call(core.engine, "listAsset", [asset.id, tokens[asset.token], asset.cap * unit], {
      id: `list_${asset.symbol}`,
      after: [listed],
    });
    done.push(open);
  }

  const stated = seedReserve(m, { ...core, ...tokens }, { assets, reserve }, done);
  const dollars = assets.find((asset) => asset.token === "usdc");
  if (dollars === undefined) throw new RangeError("there is no USDC to borrow against");
  done.push(stated, stockFaucet(m, { ...core, ...tokens }, dollars.id, stated));

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

  // plUSD's market. The oracle lists its price once the pool has a history.
  const created = m.call(uniswap.factory, "createPool", [tokens.usdc, core.dollar, DOLLAR_FEED.fee]);
  const pool = m.readEventArgument(created, "PoolCreated", "pool", { emitter: uniswap.factory });
  const dollarFeed = m.contract("TwapFeed", [
    "plUSD / USD",
    uniswap.factory,
    pool,
    core.dollar,
    usdcFeed,
    DOLLAR_FEED.window,
    DOLLAR_FEED.minLiquidity,
  ]);

  // Assets have no routes yet: their depths stay governed until `setRoutes`, for which a pool needs a window of observations.
  const depth = m.contract("UniswapDepth", [core.manager, uniswap.factory, DEPTH_WINDOW]);
  done.push(m.call(core.risk, "setDepthSource", [depth]));

  const liquidator = m.contract("FlashLiquidator", [core.engine, uniswap.router, keeper]);

  const leverage = m.contract("Leverage", [core.engine, uniswap.router]);

  const filler = m.contract("AuctionFiller", [core.rebalancer, core.reserve, core.dollar, uniswap.router, keeper]);

  applyRoles(
    m,
    core.manager,
    { ...core, depth, stakedEtherFeed },
    { governor: deployer, guardian: deployer, risk: deployer, treasurer: deployer },
    [...done, liquidator, filler, leverage],
  );

  return {
    ...core,
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
 * A whole local world: the protocol with a funded reserve, test tokens, Chainlink's own mock feeds, Uniswap v3, four assets listed, and what the
 * keeper liquidates and fills auctions with. The feeds' first answers are parameters of their module.
 */
const Local = buildModule("Local", (m) => local(m, LOCAL_TERMS));

/** The same on other terms. */
export function localModule(terms: Terms): typeof Local {
  return terms === LOCAL_TERMS ? Local : buildModule("Local", (m) => local(m, terms));
}

export default Local;
