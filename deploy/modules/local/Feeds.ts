import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import { LOCAL_ANSWERS } from "../../parameters/local.js";

const FEED_DECIMALS = 8;

/** Chainlink's own mock feeds, which everything on a local chain reads. */
export default buildModule("LocalFeeds", (m) => ({
  ethFeed: m.contract("MockV3Aggregator", [FEED_DECIMALS, LOCAL_ANSWERS.eth], { id: "ethFeed" }),
  btcFeed: m.contract("MockV3Aggregator", [FEED_DECIMALS, LOCAL_ANSWERS.btc], { id: "btcFeed" }),
  usdcFeed: m.contract("MockV3Aggregator", [FEED_DECIMALS, LOCAL_ANSWERS.usdc], { id: "usdcFeed" }),
}));
