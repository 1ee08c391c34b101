import { createRequire } from "node:module";

import hardhatToolboxMochaEthers from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { defineConfig } from "hardhat/config";

import { compilationPlugin, sourcesIn } from "./scripts/hardhat/compilation.js";
import { lendingPlugin } from "./scripts/hardhat/lending.js";
import { warningsPlugin } from "./scripts/hardhat/warnings.js";

// The compiler is the npm package `solc`: nothing is downloaded at build time, and the lock file pins it.
const require = createRequire(import.meta.url);
const solc = require.resolve("solc/soljson.js");

const compiler = (runs: number) => ({
  version: "0.8.37",
  path: solc,
  settings: { evmVersion: "osaka", viaIR: true, optimizer: { enabled: true, runs } },
});

// Suites deploy what the build made of the contracts (`test/contracts/Deploy.sol`); how fast they run themselves matters less than how fast they compile.
const suites = {
  version: "0.8.37",
  path: solc,
  settings: { evmVersion: "osaka", viaIR: false, optimizer: { enabled: false } },
};

/** Suites that call a library which only the contracts' settings can compile. */
const asContracts = ["test/solidity/credit/Quoted.t.sol", "test/solidity/risk/Covariance.t.sol"];

export default defineConfig({
  plugins: [hardhatToolboxMochaEthers, compilationPlugin, lendingPlugin, warningsPlugin],
  solidity: {
    compilers: [compiler(600)],
    // Small, and asked by everything that anybody does: here code may be larger to be cheaper.
    overrides: {
      ...Object.fromEntries(
        sourcesIn(import.meta.dirname, "test/solidity")
          .filter((source) => !asContracts.includes(source))
          .map((source) => [source, suites]),
      ),
      "contracts/oracle/PriceOracle.sol": compiler(1_000_000),
      "contracts/risk/RiskModel.sol": compiler(1_000_000),
    },
    npmFilesToBuild: [
      "@aave-dao/aave-v3-origin/src/contracts/interfaces/IDefaultInterestRateStrategyV2.sol",
      "@aave-dao/aave-v3-origin/src/contracts/interfaces/IPool.sol",
      "@chainlink/contracts/src/v0.8/shared/mocks/MockV3Aggregator.sol",
      "@openzeppelin/contracts/access/manager/AccessManager.sol",
      "@uniswap/v3-core/contracts/interfaces/IUniswapV3Factory.sol",
      "@uniswap/v3-core/contracts/interfaces/IUniswapV3Pool.sol",
      "@uniswap/v3-periphery/contracts/interfaces/IQuoterV2.sol",
      "@uniswap/v3-periphery/contracts/interfaces/ISwapRouter.sol",
    ],
  },
  networks: {
    // Blocks may share a second: otherwise a burst of blocks runs ahead of the clock that calls are simulated at.
    default: { type: "edr-simulated", chainType: "l1", allowBlocksWithSameTimestamp: true, gasMultiplier: 1.3 },
    localhost: { type: "http", chainType: "l1", url: "http://127.0.0.1:8545" },
  },
  paths: {
    // Doubles (hostile tokens, broken feeds, harnesses) are built beside the contracts but never leave `test/`.
    sources: ["./contracts", "./test/contracts"],
    tests: { mocha: "./test", solidity: "./test/solidity" },
    ignition: "./deploy",
  },
  test: {
    solidity: {
      fuzz: { runs: 256 },
      // A call of a handler that reverts did not test anything: a handler has to say what may fail.
      invariant: { runs: 64, depth: 128, failOnRevert: true },
    },
  },
  typechain: { outDir: "./types/contracts" },
});
