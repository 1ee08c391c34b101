import type { Command } from "commander";

import type { ActOptions, ShowOptions, Verb } from "../account/run.js";
import { needsBuild } from "../built.js";
import { terminal } from "../terminal.js";
import { integer, withChain, withSigner } from "./options.js";

const EXAMPLES = `
Before anything is sent, what it would do is shown and has to be confirmed (--yes: not asked; --dry-run: not sent).
The key comes from a keystore, from PLIMSOLL_PRIVATE_KEY, from the node (--from), or stays with an external signer (--signer).

Examples:
  plimsoll account show 0x70997970C51812dc3A010C7d01b50e0d17dc79C8
  plimsoll account deposit 1.5 WETH --keystore key.json --password-file password
  plimsoll account borrow 1000 plUSD --from 0x...          the node keeps the key
  plimsoll account borrow 1000 plUSD --from 0x... --signer http://127.0.0.1:1248
  plimsoll account repay all --in USDC                     when plUSD is dear
  plimsoll account withdraw all WETH --dry-run --from 0x...
Exit codes: 0 done, 1 refused or failed, 2 not understood, 3 something is missing.
`;

const DOES: Readonly<Record<Verb, string>> = {
  deposit: "put collateral into the account",
  borrow: "borrow plUSD against the collateral",
  repay: "repay debt, in plUSD or in a stable",
  withdraw: "take collateral out",
};

/** `plimsoll account`: one's own position. */
export function registerAccount(program: Command): void {
  const account = program
    .command("account")
    .description("show an account; deposit, borrow, repay, withdraw")
    .addHelpText("after", EXAMPLES);

  withSigner(withChain(account.command("show")))
    .description("collateral, debt, health, and the prices that would have it liquidated")
    .argument("[address]", "whose; the signer's if absent")
    .action(async (address: string | undefined, options: ShowOptions) => {
      const { show } = await needsBuild(() => import("../account/run.js"));
      await show(address, options, terminal());
    });

  for (const verb of Object.keys(DOES) as Verb[]) {
    const command = withSigner(withChain(account.command(verb)))
      .description(DOES[verb])
      .argument(
        "<amount...>",
        verb === "borrow" || verb === "repay" ? 'for instance "1000 plUSD"' : 'for instance "1.5 WETH"',
      )
      .option("--yes", "send without asking")
      .option("--dry-run", "show what it would do, send nothing")
      .option("--wait <seconds>", "for how long to wait until it is in a block", integer(1, 86_400), 300);
    if (verb === "repay") command.option("--in <stable>", "pay in this stable of the reserve, for instance USDC");
    if (verb === "borrow" || verb === "withdraw")
      command.option("--to <address>", "who gets it; the account itself if absent");
    command.action(async (words: string[], options: ActOptions) => {
      const { act } = await needsBuild(() => import("../account/run.js"));
      await act(verb, words, options, terminal());
    });
  }
}
