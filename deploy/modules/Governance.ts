import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { ZeroAddress, id } from "ethers";

import { GUARDIAN_TERM, PLIM_SUPPLY, TIMELOCK_DELAY, VOTING } from "../parameters/governance.js";
import Core from "./Core.js";

/** Roles of the timelock. */
const PROPOSER = id("PROPOSER_ROLE");
const CANCELLER = id("CANCELLER_ROLE");
/** Its own admin role. */
const TIMELOCK_ADMIN = `0x${"0".repeat(64)}`;

/**
 * PLIM, governor, timelock and guardian, wired to each other: the governor alone proposes, anyone executes what has waited, governor and guardian cancel. The
 * deployer, who needs the timelock's admin role for that, renounces it here. The protocol is theirs once `handOver` of `roles.ts` has run.
 *
 * Parameters: `plimHolder` gets the supply, `guardianHolder` is whoever acts as guardian (a Safe on public networks); both are the deployer unless said otherwise,
 * which only a local chain should leave so.
 */
export default buildModule("Governance", (m) => {
  const { engine, reserve } = m.useModule(Core);
  const deployer = m.getAccount(0);
  const plimHolder = m.getParameter("plimHolder", deployer);
  const plimSupply = m.getParameter("plimSupply", PLIM_SUPPLY);
  const votingDelay = m.getParameter("votingDelay", VOTING.votingDelay);
  const votingPeriod = m.getParameter("votingPeriod", VOTING.votingPeriod);
  const proposalThreshold = m.getParameter("proposalThreshold", VOTING.proposalThreshold);
  const quorum = m.getParameter("quorum", VOTING.quorum);
  const extension = m.getParameter("extension", VOTING.extension);
  const timelockDelay = m.getParameter("timelockDelay", TIMELOCK_DELAY);
  const guardianHolder = m.getParameter("guardianHolder", deployer);
  const guardianTerm = m.getParameter("guardianTerm", GUARDIAN_TERM);

  const plim = m.contract("PlimsollToken", [plimHolder, plimSupply]);
  const timelock = m.contract("PlimsollTimelock", [timelockDelay, [], [ZeroAddress], deployer]);
  const governor = m.contract("PlimsollGovernor", [
    plim,
    timelock,
    { votingDelay, votingPeriod, proposalThreshold, quorum, extension },
  ]);
  const guardian = m.contract("Guardian", [timelock, engine, reserve, guardianHolder, guardianTerm]);

  const wired = [
    m.call(timelock, "grantRole", [PROPOSER, governor], { id: "timelock_proposer" }),
    m.call(timelock, "grantRole", [CANCELLER, governor], { id: "timelock_canceller" }),
    m.call(timelock, "grantRole", [CANCELLER, guardian], { id: "timelock_guardian" }),
  ];
  m.call(timelock, "renounceRole", [TIMELOCK_ADMIN, deployer], { id: "timelock_renounce", after: wired });

  return { plim, timelock, governor, guardian };
});
