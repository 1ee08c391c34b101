/** What of Aave v3 the local world deploys, and from which packages it is compiled. */

import type { ForeignProject } from "../foreign/compile.js";

const AAVE = "@aave-dao/aave-v3-origin/src/contracts";
const logic = (name: string): readonly [source: string, contract: string] => [
  `${AAVE}/protocol/libraries/logic/${name}.sol`,
  name,
];

const CONTRACTS: ForeignProject["contracts"] = [
  [`${AAVE}/protocol/configuration/PoolAddressesProvider.sol`, "PoolAddressesProvider"],
  [`${AAVE}/protocol/configuration/ACLManager.sol`, "ACLManager"],
  [`${AAVE}/misc/AaveOracle.sol`, "AaveOracle"],
  [`${AAVE}/misc/DefaultReserveInterestRateStrategyV2.sol`, "DefaultReserveInterestRateStrategyV2"],
  logic("BorrowLogic"),
  logic("ConfiguratorLogic"),
  logic("FlashLoanLogic"),
  logic("LiquidationLogic"),
  logic("PoolLogic"),
  logic("SupplyLogic"),
  [`${AAVE}/instances/PoolInstance.sol`, "PoolInstance"],
  [`${AAVE}/instances/PoolConfiguratorInstance.sol`, "PoolConfiguratorInstance"],
  [`${AAVE}/instances/ATokenInstance.sol`, "ATokenInstance"],
  [`${AAVE}/instances/VariableDebtTokenInstance.sol`, "VariableDebtTokenInstance"],
  [`${AAVE}/rewards/RewardsController.sol`, "RewardsController"],
  [`${AAVE}/extensions/stata-token/StataTokenV2.sol`, "StataTokenV2"],
];

const PACKAGES = [
  "@aave-dao/aave-v3-origin",
  "@bgd-labs/solidity-utils",
  "@openzeppelin/contracts",
  "@openzeppelin/contracts-upgradeable",
];

/** Aave imports by the names of git submodules: here they are packages. Hardhat refuses such imports of a package (HHE902). */
const REMAPPINGS = [
  "solidity-utils/=@bgd-labs/solidity-utils/src/",
  "openzeppelin-contracts/contracts/=@openzeppelin/contracts/",
  "openzeppelin-contracts-upgradeable/contracts/=@openzeppelin/contracts-upgradeable/",
];

/** As optimised as what Aave deploys, for the same EVM as our contracts. */
export const LENDING_MARKET: ForeignProject = {
  name: "the lending market of the local world",
  compiler: "solc",
  packages: PACKAGES,
  contracts: CONTRACTS,
  settings: { evmVersion: "osaka", optimizer: { enabled: true, runs: 200 }, remappings: REMAPPINGS },
};
