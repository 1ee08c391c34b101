import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import type { IgnitionModule, IgnitionModuleResult } from "@nomicfoundation/ignition-core";

import { present } from "../../../sdk/present.js";
import { npmArtifact } from "../../artifacts.js";
import type { PublicNetwork } from "../../networks/network.js";
import { publicAssets, publicHoldings, PUBLIC_STABLE } from "../../parameters/public.js";
import Core from "../Core.js";
import Governance from "../Governance.js";
import { listAssets } from "../listing.js";
import { openMarket } from "../market.js";
import { handOver } from "../roles.js";
import { seedReserve } from "../seed.js";
import { publicTokens } from "./Tokens.js";

const ROUTER = "@uniswap/v3-periphery/artifacts/contracts/SwapRouter.sol/SwapRouter.json";

/**
 * The protocol on a public network: on the network's own feeds, tokens and Uniswap v3, with a reserve that the deployer gives, governed by votes. In the end the
 * deployer holds nothing.
 *
 * Test networks have Uniswap's second router only, which takes other calls than the first: the first one is deployed here with its published bytecode. A router
 * owns nothing and obeys everybody, so one more is as good as any.
 *
 * Operators of keepers deploy their own two contracts (`plimsoll keeper deploy`).
 * @param poolIsOpen Whether somebody else opened plUSD's pool first.
 */
export function publicModule(network: PublicNetwork, poolIsOpen = false): PublicModule {
  return buildModule("Public", (m) => {
    const core = m.useModule(Core);
    const governance = m.useModule(Governance);
    const assets = publicAssets(network);
    const feeds = Object.fromEntries(Object.entries(network.feeds).map(([name, feed]) => [name, feed.address]));
    const { tokens, faucet, giveAway } = publicTokens(m, network, assets);
    const factory = m.contractAt("IUniswapV3Factory", network.uniswap.factory);

    const listed = listAssets(m, core, assets, tokens, feeds);
    const stated = seedReserve(
      m,
      core,
      assets,
      tokens,
      publicHoldings(network),
      ({ symbol }) => {
        const { source } = present(network.tokens[symbol], symbol);
        return source === "faucet" ? "mint" : source;
      },
      listed,
    );

    const stable = present(network.tokens[PUBLIC_STABLE], PUBLIC_STABLE);
    const traded = {
      token: present(tokens[PUBLIC_STABLE], PUBLIC_STABLE),
      feed: present(feeds[stable.feed], stable.feed),
    };
    const { dollarFeed, depth } = openMarket(m, core, factory, traded, poolIsOpen);
    const sourced = m.call(core.risk, "setDepthSource", [depth]);

    const router = m.contract("SwapRouter", npmArtifact(ROUTER), [factory, present(tokens.WETH, "WETH")]);
    const leverage = m.contract("Leverage", [core.engine, router]);

    const given = giveAway(governance.timelock, [stated]);
    handOver(m, core.manager, { ...core, depth }, governance, [stated, sourced, leverage, dollarFeed, ...given]);

    return { ...core, ...governance, ...(faucet === undefined ? {} : { faucet }), dollarFeed, depth, router, leverage };
  });
}

/** What is asked of a deployment by name. */
export type PublicModule = IgnitionModule<"Public", string, IgnitionModuleResult<string>>;
