/** What goes wrong between a command and its node, in words, and without the node's URL: services put their keys into it. */

import { isError } from "ethers";

import { withoutSecrets } from "../keeper/config/sources.js";
import { EventsBehind } from "../keeper/logs.js";
import { NodeFailure } from "../keeper/rpc/endpoint.js";
import { EnvironmentError, UsageError } from "./errors.js";

const AGAIN = "Run the same again, perhaps with another node.";
const URLS = /https?:\/\/[^\s"'<>]+/gi;

/** Of ethers, for what a node did not answer, or not in a way that can be used. */
const CODES = ["SERVER_ERROR", "NETWORK_ERROR", "TIMEOUT", "BAD_DATA", "UNKNOWN_ERROR"] as const;

/** What the system says of a connection: "ECONNREFUSED", "ENOTFOUND". */
const SYSTEM = /^E[A-Z]+$/;

/** The error for the user where the node is to blame; undefined where something else is. */
export function nodeTrouble(error: unknown): EnvironmentError | undefined {
  const why = reasonOf(error);
  if (why === undefined) return undefined;
  return new EnvironmentError(`the node failed: ${why}`, AGAIN);
}

function reasonOf(error: unknown): string | undefined {
  if (error instanceof NodeFailure || error instanceof EventsBehind) return error.message;
  if (isError(error, "UNKNOWN_ERROR")) {
    // What the node itself said; ethers only says that it does not know it.
    const { error: said } = error as { error?: { message?: unknown } };
    return masked(typeof said?.message === "string" ? said.message : error.shortMessage);
  }
  if (CODES.some((code) => isError(error, code)))
    return masked((error as { shortMessage?: string }).shortMessage ?? "no answer");
  const { code, syscall } = (error ?? {}) as { code?: unknown; syscall?: unknown };
  const isConnection = syscall === "connect" || syscall === "getaddrinfo" || syscall === "read";
  return isConnection && typeof code === "string" && SYSTEM.test(code) ? `no connection (${code})` : undefined;
}

function masked(text: string): string {
  return text.replace(URLS, withoutSecrets);
}

/** A node's URL as typed. @throws {UsageError} where it is none. */
export function nodeUrl(text: string): string {
  const { protocol } = URL.canParse(text) ? new URL(text) : { protocol: "" };
  if (protocol === "http:" || protocol === "https:") return text;
  throw new UsageError(
    "what is given as the node's address is no URL",
    "It begins with http:// or https://: --rpc <url>",
  );
}
