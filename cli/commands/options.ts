/** Options that several commands have, worded once. */

import { type Command, InvalidArgumentError } from "commander";

/** For options that may be given several times. */
export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** Parses a whole number of an option. */
export function integer(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`a whole number from ${minimum} to ${maximum} is needed.`);
    }
    return value;
  };
}

/** Which deployment, where it is not one that the project knows. */
const ADDRESSES = ["--addresses <file>", "address book of a deployment that is not known here"] as const;

/** Which chain a process looks after, for as long as it runs. */
export function withNodes(command: Command, verb: string): Command {
  return command
    .option("--network <name>", `chain to ${verb}: localhost, mainnet, sepolia, base-sepolia, arbitrum-sepolia`)
    .option("--rpc <url>", "node of the chain; may be given several times", collect)
    .option(...ADDRESSES);
}

/** How a process that runs is set up and watched. */
export function withOperation(command: Command, served: string): Command {
  return command
    .option("--interval <ms>", "time between two looks at the chain")
    .option("--port <number>", `port of ${served}`)
    .option("--log-level <level>", "debug, info, warn or error");
}

/** Which chain a command asks once. */
export function withChain(command: Command): Command {
  return command
    .option("--network <name>", "localhost (if absent), mainnet, sepolia, base-sepolia, arbitrum-sepolia")
    .option("--rpc <url>", "node of the chain; on localhost the running one if absent")
    .option(...ADDRESSES)
    .option("--json", "one JSON object, amounts in their smallest units");
}

/** Who signs. */
export function withSigner(command: Command): Command {
  return withKey(command)
    .option("--from <address>", "account whose key the node keeps, or the external signer")
    .option("--signer <url>", "external signer (JSON-RPC): it shows what it signs, and sends it");
}

/** A key in a file. */
export function withKey(command: Command): Command {
  return command
    .option("--keystore <file>", "encrypted JSON keystore with the key")
    .option("--password-file <file>", "file with the keystore's password");
}
