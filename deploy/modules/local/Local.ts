import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { Future } from "@nomicfoundation/ignition-core";

import { FaucetStakedEther__factory } from "../../../types/contracts/index.js";
import { LOCAL_ASSETS, LOCAL_BOUNDS, LOCAL_GROWTH_CAP } from "../../parameters/local.js";
import Core from "../Core.js";
import { applyRoles } from "../roles.js";
import Feeds from "./Feeds.js";
import { stockFaucet } from "./stock.js";
import Tokens from "./Tokens.js";
import Uniswap from "./Uniswap.js";

/** Over which liquidity is averaged. {s} */
const DEPTH_WINDOW = 1_800;
const ratioSelector = FaucetStakedEther__factory.createInterface().getFunction("stEthPerToken").selector;

/** A whole local world: the protocol, test tokens, Chainlink's own mock feeds, Uniswap v3, four assets listed, a liquidator for the keeper. */
export default buildModule("Local", (m) => {
  const core = m.useModule(Core);
  const tokens = m.useModule(Tokens);
  const uniswap = m.useModule(Uniswap);
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
  for (const asset of LOCAL_ASSETS) {
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
            maxInitial: LOCAL_BOUNDS.maxInitial,
            minMaintenance: asset.maintenanceHaircut,
            maxMaintenance: LOCAL_BOUNDS.maxMaintenance,
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
    const room = m.call(core.treasury, "setCapacity", [asset.id, asset.cap * unit], { id: `capacity_${asset.symbol}` });
    done.push(open, room);
    if (asset.token === "usdc") stockFaucet(m, { ...core, ...tokens }, asset.id, open);
  }

  // Assets have no routes yet: their depths stay governed until `setRoutes`, for which a pool needs a window of observations.
  const depth = m.contract("UniswapDepth", [core.manager, uniswap.factory, DEPTH_WINDOW]);
  done.push(m.call(core.risk, "setDepthSource", [depth]));

  const liquidator = m.contract("FlashLiquidator", [core.engine, uniswap.router, keeper]);

  applyRoles(
    m,
    core.manager,
    { ...core, depth, stakedEtherFeed },
    { governor: deployer, guardian: deployer, risk: deployer, treasurer: deployer },
    [...done, liquidator],
  );

  return { ...core, ...tokens, ...uniswap, ethFeed, btcFeed, usdcFeed, stakedEtherFeed, depth, liquidator };
});
