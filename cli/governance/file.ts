/** Proposals in files: YAML, of which JSON is a part. */

import { readFileSync } from "node:fs";

import { parse, YAMLParseError } from "yaml";

import { parseProposal, ProposalError, type Proposal } from "../../sdk/governance/index.js";
import { CliError, EXIT, UsageError } from "../errors.js";

/** @throws {UsageError} {CliError} */
export function readProposal(path: string): Proposal {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unreadable"})`);
  }
  try {
    return parseProposal(parsed(text, path));
  } catch (error) {
    throw misread(error, path);
  }
}

function parsed(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    // What is no YAML; or YAML whose references to itself would become too much (a ReferenceError).
    if (!(error instanceof YAMLParseError || error instanceof ReferenceError)) throw error;
    throw new CliError(`${path}: ${error.message}`, EXIT.usage);
  }
}

/** What is wrong in a proposal, for people and for programs. */
export function misread(error: unknown, path: string): unknown {
  if (!(error instanceof ProposalError)) return error;
  const { path: place, value, rule, fix, message } = error;
  return new CliError(`${path}: ${message}`, EXIT.usage, fix, { code: error.name, values: { place, value, rule } });
}
