/** What of others is compiled for measuring beside us, each with its own compiler and settings. Nothing of it is part of the project. */

import type { ForeignProject } from "../../foreign/compile.js";

const MORPHO_SOURCES = "@morpho-org/morpho-blue/src";

/** Morpho Blue and its own mock of a rate model, with the settings that it is deployed with. */
export const MORPHO: ForeignProject = {
  name: "Morpho Blue",
  compiler: "solc-0.8.19",
  packages: ["@morpho-org/morpho-blue"],
  contracts: [
    [`${MORPHO_SOURCES}/Morpho.sol`, "Morpho"],
    [`${MORPHO_SOURCES}/mocks/IrmMock.sol`, "IrmMock"],
  ],
  settings: {
    evmVersion: "paris",
    viaIR: true,
    optimizer: { enabled: true, runs: 999_999 },
    metadata: { bytecodeHash: "none" },
  },
};

const DATA_FEEDS = "@chainlink/contracts/src/v0.8/data-feeds";

/** Chainlink's cache of answers and the proxy that consumers know as the feed, with Chainlink's settings. */
export const FEEDS: ForeignProject = {
  name: "Chainlink's data feeds",
  compiler: "solc-0.8.26",
  packages: ["@chainlink/contracts", "@openzeppelin/contracts-5.0.2"],
  contracts: [
    [`${DATA_FEEDS}/DataFeedsCache.sol`, "DataFeedsCache"],
    [`${DATA_FEEDS}/test/helpers/DataFeedsLegacyAggregatorProxy.sol`, "DataFeedsLegacyAggregatorProxy"],
  ],
  settings: {
    evmVersion: "paris",
    optimizer: { enabled: true, runs: 10_000 },
    remappings: ["@openzeppelin/contracts@5.0.2/=@openzeppelin/contracts-5.0.2/"],
  },
};
