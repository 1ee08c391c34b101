import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import { DEPTH_FRACTION } from "../parameters/core.js";
import { modelParameters, RISK_FILE } from "../parameters/risk.js";

const WAD = 10n ** 18n;
const ZERO_ADDRESS = "0x0000000000000000000000000000000000000000";

/** {1/s} 18 decimals: 4% a year, continuously compounded (ln 1.04 / 31,536,000 s). */
const RATE = 1_243_680_655n;

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
 * The protocol, without any asset: the same on every network. The deployer (account 0) is AccessManager's admin until the roles are
 * handed out.
 */
export default buildModule("Core", (m) => {
  const admin = m.getParameter("admin", m.getAccount(0));
  const minimumDebt = m.getParameter("minimumDebt", 100n * WAD);
  const debtCeiling = m.getParameter("debtCeiling", 100_000_000n * WAD);
  const flashMintCap = m.getParameter("flashMintCap", 10_000_000n * WAD);
  const tipFloor = m.getParameter("tipFloor", 5n * WAD);
  const depthFraction = m.getParameter("depthFraction", DEPTH_FRACTION);
  // No sequencer on a layer 1.
  const sequencerFeed = m.getParameter("sequencerFeed", ZERO_ADDRESS);
  const gracePeriod = m.getParameter("gracePeriod", 3_600);
  const decay = m.getParameter("decay", 86_400);
  const rate = m.getParameter("rate", RATE);

  const manager = m.contract("AccessManager", [admin]);
  const dollar = m.contract("PlimsollDollar", [manager]);
  const oracle = m.contract("PriceOracle", [manager, sequencerFeed, gracePeriod, decay]);
  const riskExtension = m.contract("RiskExtension", [manager, oracle]);
  const riskModel = m.contract("RiskModel", [manager, oracle, PACES, { ...modelParameters(RISK_FILE) }, riskExtension]);
  // Its extension is reached through the same address.
  const risk = m.contractAt("IRisk", riskModel);
  const gate = m.contract("FixedCeilingGate", [manager, dollar]);
  const treasury = m.contract("Treasury", [manager, dollar]);
  const rateSource = m.contract("ConstantRate", [rate]);
  const extension = m.contract("CreditExtension", [manager, dollar]);
  const implementation = m.contract("CreditEngine", [
    {
      authority: manager,
      dollar,
      riskModel: risk,
      issuanceGate: gate,
      absorber: treasury,
      rateSource,
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

  m.call(dollar, "setFacilitator", [engine, debtCeiling], { id: "facilitator_engine" });
  // Absorbed debt moves to its level without regard to a cap; it mints nothing itself.
  m.call(dollar, "setFacilitator", [treasury, 0n], { id: "facilitator_treasury" });
  m.call(dollar, "setFlashMintCap", [flashMintCap]);
  m.call(gate, "setCeiling", [engine, debtCeiling]);
  m.call(treasury, "setCreditEngine", [engine]);
  m.call(risk, "setHoldingsSource", [engine]);
  m.call(engine, "setTipFloor", [tipFloor]);
  m.call(engine, "updateRate", []);

  return { manager, dollar, oracle, riskExtension, risk, gate, treasury, rateSource, extension, engine, lens };
});
