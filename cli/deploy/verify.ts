/** `plimsoll verify-deployment`. Needs the contracts' bindings. */

import { DEPLOYMENTS_FOLDER, NotDeployed, readAddressBooks, shippedBooks } from "../../deploy/address-book.js";
import type { Check } from "../../deploy/checks.js";
import { explorerInputs, writeInput } from "../../deploy/explorer/explorer.js";
import { InputDiffers } from "../../deploy/explorer/recompile.js";
import { ExplorerRefuses, submit } from "../../deploy/explorer/submit.js";
import { nodeAt, NodeProvider, quantity } from "../../deploy/public/node.js";
import { folderOf, isFinished, readRecord } from "../../deploy/public/record.js";
import type { FoundBook } from "../../deploy/verify/books.js";
import { NoEvents } from "../../deploy/verify/events.js";
import { verifyDeployment } from "../../deploy/verify/verify.js";
import type { AddressBook } from "../../sdk/addresses.js";
import { CliError, EnvironmentError, EXIT, UsageError } from "../errors.js";
import { nodeUrl } from "../node-trouble.js";
import { json } from "../present.js";
import type { Terminal } from "../terminal.js";
import { forTheUser, networkOf } from "./run.js";

export interface VerifyOptions {
  readonly network: string;
  readonly rpc: string;
  readonly parameters?: string;
  readonly out?: string;
  readonly sources?: string;
  readonly submit?: boolean;
  readonly json?: boolean;
}

/** The user's own key at the explorers, which is in no file. */
const API_KEY = "ETHERSCAN_API_KEY";

export async function verify(
  options: VerifyOptions,
  { say, environment }: Pick<Terminal, "say" | "environment">,
  signal: AbortSignal,
): Promise<void> {
  const network = networkOf(options);
  const key = keyOf(options, environment);
  const node = nodeAt(nodeUrl(options.rpc));
  const provider = new NodeProvider(node, network.chainId);
  try {
    const folder = folderOf(options.out ?? DEPLOYMENTS_FOLDER, network.chainId);
    const record = readRecord(folder);
    if (!isFinished(record)) {
      throw new EnvironmentError(
        `${folder} has no finished deployment to ${network.title}`,
        "plimsoll deploy writes one; --out <folder> says where it is.",
      );
    }
    const chainId = await quantity(node, "eth_chainId");
    const books = booksOf(options, network.chainId);
    const checks = await verifyDeployment({ provider, chainId, network, record, books, signal });
    const failed = checks.filter(({ holds, since }) => !holds && since === undefined);
    const changed = checks.filter(({ since }) => since !== undefined);
    const counts = { holds: failed.length === 0, failed: failed.length, changed: changed.length };
    if (options.json === true) say(json({ network: network.name, chainId, ...counts, checks }));
    else for (const check of checks) say(lineOf(check));
    if (failed.length > 0) {
      throw new CliError(`${failed.length} of ${checks.length} checks do not hold`, EXIT.failed);
    }
    const tell = (line: string): void => {
      if (options.json !== true) say(line);
    };
    tell(
      changed.length === 0
        ? `All ${checks.length} checks hold.`
        : `${checks.length - changed.length} of ${checks.length} checks hold; what the other ${changed.length} are about was changed since, by votes or by the guardian.`,
    );
    if (options.sources === undefined) return;
    for (const input of await explorerInputs(provider, network, record)) {
      signal.throwIfAborted();
      tell(`${input.contract}: it compiles to what is deployed; written to ${writeInput(options.sources, input)}`);
      if (key === undefined) continue;
      tell(`  ${await submit({ api: network.explorer.api, chainId: network.chainId, key }, input)}`);
    }
  } catch (error) {
    if (error instanceof InputDiffers || error instanceof ExplorerRefuses) throw new CliError(error.message);
    if (error instanceof NoEvents) {
      throw new EnvironmentError(error.message, "Run the same again, with a node that gives events of old blocks.");
    }
    throw forTheUser(error, signal);
  } finally {
    provider.destroy();
  }
}

function lineOf({ subject, said, holds, since }: Check): string {
  if (since !== undefined) return `LATER ${subject}: ${said}; ${since}`;
  return `${holds ? "ok  " : "NOT "}  ${subject}: ${said}`;
}

/** The book beside the record, and the one that the SDK comes with, if it has one. */
function booksOf({ out }: VerifyOptions, chainId: number): FoundBook[] {
  const beside: FoundBook = { where: "beside the record", book: besideRecord(out ?? DEPLOYMENTS_FOLDER, chainId) };
  const shipped = out === undefined ? shippedBooks().find((book) => book.chainId === chainId) : undefined;
  return shipped === undefined ? [beside] : [beside, { where: "of the SDK", book: shipped }];
}

function besideRecord(deployments: string, chainId: number): AddressBook | undefined {
  try {
    return readAddressBooks(chainId, deployments)[0];
  } catch (error) {
    if (error instanceof NotDeployed) return undefined;
    throw new EnvironmentError(
      `the address book in ${folderOf(deployments, chainId)} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      "plimsoll deploy --network writes it again: it sends nothing where everything is there.",
    );
  }
}

/** @throws {UsageError} {EnvironmentError} where it is to be handed in, and cannot be. */
function keyOf({ sources, submit: handIn }: VerifyOptions, environment: Terminal["environment"]): string | undefined {
  if (handIn !== true) return undefined;
  if (sources === undefined)
    throw new UsageError("what is handed in is written down first", "Say where: --sources <folder>");
  const key = environment[API_KEY]?.trim() ?? "";
  if (key !== "") return key;
  throw new EnvironmentError("the explorer asks for a key of yours", `Set ${API_KEY}.`);
}
