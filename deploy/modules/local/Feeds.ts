import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import { LOCAL_ANSWERS } from "../../parameters/local.js";

const FEED_DECIMALS = 8;

/** Chainlink's own mock feeds, which everything on a local chain reads. Parameters: their first answers, 8 decimals. */
export default buildModule("LocalFeeds", (m) => ({
  ethFeed: m.contract("MockV3Aggregator", [FEED_DECIMALS, m.getParameter("eth", LOCAL_ANSWERS.eth)], { id: "ethFeed" }),
  btcFeed: m.contract("MockV3Aggregator", [FEED_DECIMALS, m.getParameter("btc", LOCAL_ANSWERS.btc)], { id: "btcFeed" }),
  usdcFeed: m.contract("MockV3Aggregator", [FEED_DECIMALS, m.getParameter("usdc", LOCAL_ANSWERS.usdc)], {
    id: "usdcFeed",
  }),
}));
