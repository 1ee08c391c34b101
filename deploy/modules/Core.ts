import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import { DEPTH_FRACTION } from "../parameters/core.js";
import { AUCTIONS, DERISK, DOLLAR_ASSET, EXIT, RATE, SHEET } from "../parameters/reserve.js";
import { modelParameters, RISK_FILE } from "../parameters/risk.js";

const WAD = 10n ** 18n;
const ZERO_ADDRESS = "0x0000000000000000000000000000000000000000";

/** How positions are liquidated. bps */
const LIQUIDATION = {
  targetHealth: 10_500,
  minIncentive: 200,
  maxIncentive: 1_000,
  fullIncentiveHealth: 9_000,
  absorbHealth: 9_700,
  tipShare: 1_000,
} as const;

/** How fast limits move. bps a day, bps */
const PACES = { maintenanceRise: 100, initialFall: 100, depthFall: 500, minGap: 300 } as const;

/**
 * The protocol, without any asset: the same on every network. The deployer (account 0) is the authority's admin until the roles are
 * handed out.
 *
 * Reserve, balance sheet and rate source name the engine for good, so the engine is there first, with stand-ins: a gate without a ceiling,
 * a treasury without capacity and a constant rate. Until the real ones take over, nothing can be minted or absorbed.
 */
export default buildModule("Core", (m) => {
  const admin = m.getParameter("admin", m.getAccount(0));
  const minimumDebt = m.getParameter("minimumDebt", 100n * WAD);
  const debtCeiling = m.getParameter("debtCeiling", 100_000_000n * WAD);
  const flashMintCap = m.getParameter("flashMintCap", 10_000_000n * WAD);
  const issueCeiling = m.getParameter("issueCeiling", 100_000_000n * WAD);
  const etherAsset = m.getParameter("etherAsset", 0n);
  const tipFloor = m.getParameter("tipFloor", 5n * WAD);
  const depthFraction = m.getParameter("depthFraction", DEPTH_FRACTION);
  const liquidShare = m.getParameter("liquidShare", SHEET.liquidShare);
  // No sequencer on a layer 1.
  const sequencerFeed = m.getParameter("sequencerFeed", ZERO_ADDRESS);
  const gracePeriod = m.getParameter("gracePeriod", 3_600);
  const decay = m.getParameter("decay", 86_400);

  const manager = m.contract("Authority", [admin]);
  const dollar = m.contract("PlimsollDollar", [manager]);
  const oracle = m.contract("PriceOracle", [manager, sequencerFeed, gracePeriod, decay]);
  const riskExtension = m.contract("RiskExtension", [manager, oracle]);
  const riskModel = m.contract("RiskModel", [manager, oracle, PACES, { ...modelParameters(RISK_FILE) }, riskExtension]);
  // Its extension is reached through the same address.
  const risk = m.contractAt("IRisk", riskModel);
  const closedGate = m.contract("FixedCeilingGate", [manager, dollar]);
  const noAbsorber = m.contract("Treasury", [manager, dollar]);
  const firstRate = m.contract("ConstantRate", [RATE.base]);
  const extension = m.contract("CreditExtension", [manager, dollar]);
  const implementation = m.contract("CreditEngine", [
    {
      authority: manager,
      dollar,
      riskModel: risk,
      issuanceGate: closedGate,
      absorber: noAbsorber,
      rateSource: firstRate,
      minimumDebt,
      debtCeiling,
      depthFraction,
      liquidation: LIQUIDATION,
    },
    extension,
  ]);
  // Its extension is reached through the same address.
  const engine = m.contractAt("ICreditEngine", implementation);
  const lens = m.contract("CreditLens", [engine]);
  const reads = m.contract("ReadBatch", []);

  const sheet = m.contract("BalanceSheet", [manager, engine, dollar, { ...SHEET, liquidShare }]);
  const reserveExtension = m.contract("ReserveExtension", [manager, dollar, engine]);
  const reserveImplementation = m.contract("Reserve", [
    { authority: manager, dollar, engine, gate: sheet, riskModel: risk },
    reserveExtension,
  ]);
  // Its extension is reached through the same address.
  const reserve = m.contractAt("IReserve", reserveImplementation);
  const rebalancer = m.contract("Rebalancer", [manager, reserve, { ...AUCTIONS }, { ...DERISK }]);
  const backstop = m.contract("Backstop", [manager, dollar, { ...EXIT }]);
  const rate = m.contract("MarketRate", [manager, engine, oracle, sheet, DOLLAR_ASSET, { ...RATE }]);
  const proof = m.contract("SolvencyProof", [sheet, etherAsset]);

  const minter = m.call(dollar, "setFacilitator", [engine, debtCeiling], { id: "facilitator_engine" });
  const issuer = m.call(dollar, "setFacilitator", [reserve, issueCeiling], { id: "facilitator_reserve" });
  m.call(dollar, "setFlashMintCap", [flashMintCap]);
  m.call(risk, "setHoldingsSource", [sheet]);
  const statements = m.call(sheet, "setModules", [reserve, backstop, risk], { id: "modules_sheet" });
  const exits = m.call(backstop, "setModules", [sheet, reserve], { id: "modules_backstop", after: [statements] });
  const auctions = m.call(rebalancer, "setModules", [risk, sheet], { id: "modules_rebalancer" });
  const market = m.call(reserve, "setModules", [sheet, rebalancer, risk, backstop], {
    id: "modules_reserve",
    after: [auctions, exits],
  });
  m.call(engine, "setTipFloor", [tipFloor]);
  const gated = m.call(engine, "setIssuanceGate", [sheet], { after: [statements, minter] });
  m.call(engine, "setAbsorber", [reserve], { after: [market, issuer] });
  // At the constant rate until plUSD has a price to follow.
  const rated = m.call(engine, "updateRate", []);
  m.call(engine, "setRateSource", [rate], { after: [gated, rated] });

  return {
    manager,
    dollar,
    oracle,
    riskExtension,
    risk,
    extension,
    engine,
    lens,
    reads,
    sheet,
    reserveExtension,
    reserve,
    rebalancer,
    backstop,
    rate,
    proof,
  };
});
