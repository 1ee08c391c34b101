import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type {
  CallableContractFuture,
  Future,
  IgnitionModuleBuilder,
  NamedArtifactContractDeploymentFuture,
} from "@nomicfoundation/ignition-core";

import { FaucetStakedEther__factory } from "../../../types/contracts/index.js";
import { LOCAL_ANSWERS, LOCAL_ASSETS, LOCAL_BOUNDS, LOCAL_GROWTH_CAP } from "../../parameters/local.js";
import { present } from "../../../sdk/present.js";
import Core from "../Core.js";
import { applyRoles } from "../roles.js";
import Tokens from "./Tokens.js";
import Uniswap from "./Uniswap.js";

const FEED_DECIMALS = 8;
const WAD = 10n ** 18n;

/**
 * What the faucet holds of the tokens that it cannot mint. Its plUSD is borrowed like any other, by the deployer against dollars: a
 * faucet that could mint would be one more facilitator. Enough for a hundred wallets.
 */
const STOCK = {
  /** {WETH} */
  ether: 4_000n * WAD,
  /** {plUSD} */
  dollars: 50_000n * WAD,
  /** What the loan is secured by; several times as much, so that it is never anybody's concern. {USDC} */
  collateral: 250_000n * 10n ** 6n,
  /** A day's share: pays the interest on a first loan, so that it can be repaid in full. {plUSD} */
  share: 100n * WAD,
} as const;
const ratioSelector = FaucetStakedEther__factory.createInterface().getFunction("stEthPerToken").selector;

interface Stocked {
  readonly faucet: NamedArtifactContractDeploymentFuture<"Faucet">;
  readonly usdc: NamedArtifactContractDeploymentFuture<"FaucetToken">;
  readonly weth: CallableContractFuture<string>;
  readonly dollar: CallableContractFuture<string>;
  readonly engine: CallableContractFuture<string>;
}

/** Fills the faucet with ether and plUSD, and has it offer plUSD, once the dollars are `listed`. */
function stockFaucet(m: IgnitionModuleBuilder, { faucet, usdc, weth, dollar, engine }: Stocked, listed: Future): void {
  const deployer = m.getAccount(0);
  const wrapped = m.call(weth, "deposit", [], { id: "stock_wrap", value: STOCK.ether });
  m.call(weth, "transfer", [faucet, STOCK.ether], { id: "stock_ether", after: [wrapped] });

  const asset = present(LOCAL_ASSETS.find(({ token }) => token === "usdc")).id;
  const minted = m.call(usdc, "mint", [deployer, STOCK.collateral], { id: "stock_mint" });
  const approved = m.call(usdc, "approve", [engine, STOCK.collateral], { id: "stock_approve", after: [minted] });
  const deposited = m.call(engine, "deposit", [asset, STOCK.collateral, deployer], {
    id: "stock_deposit",
    after: [approved, listed],
  });
  const borrowed = m.call(engine, "borrow", [STOCK.dollars, deployer, deployer], {
    id: "stock_borrow",
    after: [deposited],
  });
  m.call(dollar, "transfer", [faucet, STOCK.dollars], { id: "stock_dollars", after: [borrowed] });
  m.call(faucet, "setOffer", [dollar, STOCK.share, false], { id: "offer_plUSD" });
}

/** A whole local world: the protocol, test tokens, Chainlink's own mock feeds, Uniswap v3, four assets listed, a liquidator for the keeper. */
export default buildModule("Local", (m) => {
  const core = m.useModule(Core);
  const tokens = m.useModule(Tokens);
  const uniswap = m.useModule(Uniswap);
  const deployer = m.getAccount(0);
  const keeper = m.getParameter("keeper", m.getAccount(1));

  const ethFeed = m.contract("MockV3Aggregator", [FEED_DECIMALS, LOCAL_ANSWERS.eth], { id: "ethFeed" });
  const btcFeed = m.contract("MockV3Aggregator", [FEED_DECIMALS, LOCAL_ANSWERS.btc], { id: "btcFeed" });
  const usdcFeed = m.contract("MockV3Aggregator", [FEED_DECIMALS, LOCAL_ANSWERS.usdc], { id: "usdcFeed" });
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
  const listings: Record<string, Future> = {};
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
        { ...asset.seed, loadings: [...asset.seed.loadings] },
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
    listings[asset.token] = open;
  }

  stockFaucet(m, { ...core, ...tokens }, present(listings.usdc));

  const liquidator = m.contract("FlashLiquidator", [core.engine, uniswap.router, keeper]);

  applyRoles(
    m,
    core.manager,
    { ...core, stakedEtherFeed },
    { governor: deployer, guardian: deployer, risk: deployer, treasurer: deployer },
    [...done, liquidator],
  );

  return { ...core, ...tokens, ...uniswap, ethFeed, btcFeed, usdcFeed, stakedEtherFeed, liquidator };
});
