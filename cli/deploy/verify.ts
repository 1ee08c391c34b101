/** `plimsoll verify-deployment`. Needs the contracts' bindings. */

import { DEPLOYMENTS_FOLDER } from "../../deploy/address-book.js";
import { nodeAt, quantity } from "../../deploy/public/node.js";
import { folderOf, isFinished, readRecord } from "../../deploy/public/record.js";
import { verifyDeployment } from "../../deploy/verify/verify.js";
import { connect } from "../chain.js";
import { CliError, EnvironmentError, EXIT } from "../errors.js";
import { json } from "../present.js";
import type { Terminal } from "../terminal.js";
import { forTheUser, networkOf } from "./run.js";

export interface VerifyOptions {
  readonly network: string;
  readonly rpc: string;
  readonly parameters?: string;
  readonly out?: string;
  readonly json?: boolean;
}

export async function verify(
  options: VerifyOptions,
  { say }: Pick<Terminal, "say">,
  signal: AbortSignal,
): Promise<void> {
  const network = networkOf(options);
  const provider = connect(options.rpc, network.chainId);
  try {
    const folder = folderOf(options.out ?? DEPLOYMENTS_FOLDER, network.chainId);
    const record = readRecord(folder);
    if (!isFinished(record)) {
      throw new EnvironmentError(
        `${folder} has no finished deployment to ${network.title}`,
        "plimsoll deploy writes one; --out <folder> says where it is.",
      );
    }
    const chainId = await quantity(nodeAt(options.rpc), "eth_chainId");
    const checks = await verifyDeployment({ provider, chainId, network, record, signal });
    const failed = checks.filter(({ holds }) => !holds);
    if (options.json === true) say(json({ network: network.name, chainId, holds: failed.length === 0, checks }));
    else for (const { subject, said, holds } of checks) say(`${holds ? "ok  " : "NOT "} ${subject}: ${said}`);
    if (failed.length > 0) {
      throw new CliError(`${failed.length} of ${checks.length} checks do not hold`, EXIT.failed);
    }
    if (options.json !== true) say(`All ${checks.length} checks hold.`);
  } catch (error) {
    throw forTheUser(error, signal);
  } finally {
    provider.destroy();
  }
}
