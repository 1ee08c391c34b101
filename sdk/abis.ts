/** Every contract that the SDK calls, as constants whose types libraries can read (`as const`). */

import { IBackstop__factory } from "../types/contracts/factories/contracts/interfaces/IBackstop__factory.js";
import { IBalanceSheet__factory } from "../types/contracts/factories/contracts/interfaces/IBalanceSheet__factory.js";
import { ICreditEngine__factory } from "../types/contracts/factories/contracts/interfaces/ICreditEngine.sol/ICreditEngine__factory.js";
import { ICreditLens__factory } from "../types/contracts/factories/contracts/interfaces/ICreditLens__factory.js";
import { ILeverage__factory } from "../types/contracts/factories/contracts/interfaces/ILeverage__factory.js";
import { IPlimsollDollar__factory } from "../types/contracts/factories/contracts/interfaces/IPlimsollDollar__factory.js";
import { IPriceOracle__factory } from "../types/contracts/factories/contracts/interfaces/IPriceOracle__factory.js";
import { IRebalancer__factory } from "../types/contracts/factories/contracts/interfaces/IRebalancer__factory.js";
import { IReserve__factory } from "../types/contracts/factories/contracts/interfaces/IReserve.sol/IReserve__factory.js";
import { IRisk__factory } from "../types/contracts/factories/contracts/interfaces/IRisk__factory.js";
import { ReadBatch__factory } from "../types/contracts/factories/contracts/lens/ReadBatch__factory.js";

// Behind calls that bundlers know to be without effect: a property of an import alone they would have to keep.
export const backstopAbi = /* @__PURE__ */ (() => IBackstop__factory.abi)();
export const balanceSheetAbi = /* @__PURE__ */ (() => IBalanceSheet__factory.abi)();
export const creditEngineAbi = /* @__PURE__ */ (() => ICreditEngine__factory.abi)();
export const creditLensAbi = /* @__PURE__ */ (() => ICreditLens__factory.abi)();
export const leverageAbi = /* @__PURE__ */ (() => ILeverage__factory.abi)();
export const plimsollDollarAbi = /* @__PURE__ */ (() => IPlimsollDollar__factory.abi)();
export const priceOracleAbi = /* @__PURE__ */ (() => IPriceOracle__factory.abi)();
export const rebalancerAbi = /* @__PURE__ */ (() => IRebalancer__factory.abi)();
export const reserveAbi = /* @__PURE__ */ (() => IReserve__factory.abi)();
export const riskAbi = /* @__PURE__ */ (() => IRisk__factory.abi)();
export const readBatchAbi = /* @__PURE__ */ (() => ReadBatch__factory.abi)();
