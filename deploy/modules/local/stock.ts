import type {
  CallableContractFuture,
  Future,
  IgnitionModuleBuilder,
  NamedArtifactContractDeploymentFuture,
} from "@nomicfoundation/ignition-core";

import { TIP_FUND } from "../../parameters/reserve.js";

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

interface Stocked {
  readonly faucet: NamedArtifactContractDeploymentFuture<"Faucet">;
  readonly usdc: NamedArtifactContractDeploymentFuture<"FaucetToken">;
  readonly weth: CallableContractFuture<string>;
  readonly dollar: CallableContractFuture<string>;
  readonly engine: CallableContractFuture<string>;
  readonly reserve: CallableContractFuture<string>;
}

/**
 * Fills the faucet with ether and plUSD, and has it offer plUSD, once plUSD can be lent against `asset`; puts the reserve's tips aside.
 * @param stated From then on it can.
 */
export function stockFaucet(
  m: IgnitionModuleBuilder,
  { faucet, usdc, weth, dollar, engine, reserve }: Stocked,
  asset: number,
  stated: Future,
): Future {
  const deployer = m.getAccount(0);
  const wrapped = m.call(weth, "deposit", [], { id: "stock_wrap", value: STOCK.ether });
  m.call(weth, "transfer", [faucet, STOCK.ether], { id: "stock_ether", after: [wrapped] });

  const minted = m.call(usdc, "mint", [deployer, STOCK.collateral], { id: "stock_mint" });
  const approved = m.call(usdc, "approve", [engine, STOCK.collateral], { id: "stock_approve", after: [minted] });
  const deposited = m.call(engine, "deposit", [asset, STOCK.collateral, deployer], {
    id: "stock_deposit",
    after: [approved, stated],
  });
  const borrowed = m.call(engine, "borrow", [STOCK.dollars + TIP_FUND, deployer, deployer], {
    id: "stock_borrow",
    after: [deposited],
  });
  m.call(dollar, "transfer", [faucet, STOCK.dollars], { id: "stock_dollars", after: [borrowed] });
  m.call(faucet, "setOffer", [dollar, STOCK.share, false], { id: "offer_plUSD" });
  const allowed = m.call(dollar, "approve", [reserve, TIP_FUND], { id: "stock_allow_tips", after: [borrowed] });
  return m.call(reserve, "fundTips", [TIP_FUND], { after: [allowed] });
}
