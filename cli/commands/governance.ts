import type { Command } from "commander";

import { needsBuild } from "../built.js";
import type * as Acts from "../governance/act.js";
import type { GovernanceOptions } from "../governance/open.js";
import type { ActOptions } from "../governance/send.js";
import type { SimulateOptions } from "../governance/simulate.js";
import { terminal } from "../terminal.js";
import { integer, withChain, withSigner } from "./options.js";

const EXAMPLES = `
A proposal is a file, YAML or JSON, in which everything has its name and its unit:

  title: Lend less against ether
  description: Its volatility has doubled.
  calls:
    - contract: engine
      function: setAssetCap
      arguments: { asset: WETH, governedCap: "10,000 WETH" }

Examples:
  plimsoll governance simulate proposal.yaml              who would become liquidatable, capital before and after
  plimsoll governance delegate 0x... --from 0x...         a balance votes once it is delegated, and proposes
  plimsoll governance propose proposal.yaml --from 0x...
  plimsoll governance list
  plimsoll governance vote 1234 for --reason "..." --keystore key.json
  plimsoll governance queue 1234 --from 0x...             once it has been voted
  plimsoll governance execute 1234 --from 0x...           once it has waited
  plimsoll governance cancel 1234                         what the guardian (a Safe) sends while it waits
  plimsoll governance decode 0x3cbf1d2b...
Exit codes: 0 done, 1 refused or failed, 2 not understood, 3 something is missing.
`;

const MAX_DAYS = 365;
const DEFAULT_DAYS = 30;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const progress = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
};

/** `plimsoll governance`: proposals and votes. */
export function registerGovernance(program: Command): void {
  const governance = program
    .command("governance")
    .description("write, simulate, propose, vote on, execute and cancel proposals")
    .addHelpText("after", EXAMPLES);

  withChain(governance.command("list"))
    .description("how votes are held, and what was proposed, the latest first")
    .option("--account <address>", "whose votes to look at as well")
    .action(async (options: GovernanceOptions & { account?: string }) => {
      const { list } = await needsBuild(() => import("../governance/show.js"));
      await list(options, say);
    });

  withChain(governance.command("show"))
    .description("a proposal: what it does, and where it stands")
    .argument("<number>", "of the proposal")
    .action(async (number: string, options: GovernanceOptions) => {
      const { show } = await needsBuild(() => import("../governance/show.js"));
      await show(number, options, say);
    });

  withChain(governance.command("decode"))
    .description("a call in words and units")
    .argument("<data>", "what the contract is sent")
    .option("--target <contract>", "which contract: its name or its address; all that are known if absent")
    .action(async (data: string, options: GovernanceOptions & { target?: string }) => {
      const { decode } = await needsBuild(() => import("../governance/show.js"));
      await decode(data, options, say);
    });

  withChain(governance.command("simulate"))
    .description("what a proposal would do: in a fork, now and some days later; nothing is sent")
    .argument("<file>", "with the proposal, or the number of one that was made")
    .option("--days <number>", "when limits that move are looked at again", integer(1, MAX_DAYS), DEFAULT_DAYS)
    .action(async (what: string, options: SimulateOptions) => {
      const { simulate } = await needsBuild(() => import("../governance/simulate.js"));
      await simulate(what, options, say, progress);
    });

  sending(governance.command("propose"))
    .description("make a proposal")
    .argument("<file>", "with the proposal")
    .action(async (path: string, options: ActOptions) => {
      const { propose } = await acts();
      await propose(path, options, terminal());
    });

  sending(governance.command("delegate"))
    .description("say who votes with the signer's PLIM")
    .argument("<address>", "who; the signer's own address to vote oneself")
    .action(async (to: string, options: ActOptions) => {
      const { delegate } = await acts();
      await delegate(to, options, terminal());
    });

  sending(governance.command("vote"))
    .description("vote on a proposal")
    .argument("<number>", "of the proposal")
    .argument("<support>", "for, against or abstain")
    .option("--reason <text>", "why: kept with the vote")
    .action(async (number: string, support: string, options: ActOptions) => {
      const { vote } = await acts();
      await vote(number, support, options, terminal());
    });

  for (const [verb, does] of [
    ["queue", "have what was voted wait in the timelock"],
    ["execute", "do what has waited"],
  ] as const) {
    sending(governance.command(verb))
      .description(does)
      .argument("<number>", "of the proposal")
      .action(async (number: string, options: ActOptions) => {
        const { [verb]: act } = await acts();
        await act(number, options, terminal());
      });
  }

  sending(governance.command("cancel"))
    .description("what the guardian's holder sends to cancel what waits; sent only where the signer is the holder")
    .argument("<number>", "of the proposal")
    .action(async (number: string, options: ActOptions) => {
      const { cancel } = await needsBuild(() => import("../governance/cancel.js"));
      await cancel(number, options, terminal());
    });
}

const acts = async (): Promise<typeof Acts> => await needsBuild(() => import("../governance/act.js"));

function sending(command: Command): Command {
  return withSigner(withChain(command))
    .option("--yes", "send without asking")
    .option("--dry-run", "show what would be sent, send nothing")
    .option("--wait <seconds>", "for how long to wait until it is in a block", integer(1, 86_400), 300);
}
