import { CommanderError } from "commander";

/** What the process ends with. */
export const EXIT = {
  ok: 0,
  /** The command ran and its outcome is bad: an invariant broke, a transaction failed. */
  failed: 1,
  /** The command line was not understood. */
  usage: 2,
  /** Something outside is missing: a port, a file, a chain that answers. */
  environment: 3,
  /** Stopped by Ctrl-C (SIGINT) or by SIGTERM before it was done: 128 and the signal's number, as shells have it. */
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What programs are told of an error. */
export interface Details {
  /** Its name: of a contract's error where one refused. */
  readonly code: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** An error whose message is meant for the user: it is shown as it is, without a stack. */
export class CliError extends Error {
  override readonly name: string = "CliError";

  /**
   * @param message What is wrong, in one sentence.
   * @param exitCode What the process ends with.
   * @param hint What the user can do about it.
   * @param details For programs; the kind of error alone if absent.
   */
  constructor(
    message: string,
    readonly exitCode: ExitCode = EXIT.failed,
    readonly hint?: string,
    readonly details?: Details,
  ) {
    super(message);
  }
}

/** The command line asks for something that does not exist or does not fit together. */
export class UsageError extends CliError {
  override readonly name = "UsageError";

  constructor(message: string, hint?: string) {
    super(message, EXIT.usage, hint);
  }
}

/** Something that the command needs from its surroundings is not there. */
export class EnvironmentError extends CliError {
  override readonly name = "EnvironmentError";

  constructor(message: string, hint?: string) {
    super(message, EXIT.environment, hint);
  }
}

/** The command was told to stop before it was done. */
export class Interrupted extends CliError {
  override readonly name = "Interrupted";

  /** @param what What did not come to its end. */
  constructor(signal: "SIGINT" | "SIGTERM", what: string) {
    super(`stopped by ${signal} before the end of ${what}`, signal === "SIGINT" ? EXIT.interrupted : EXIT.terminated);
  }
}

/** The same for programs, which get one JSON object whatever happens. */
export function errorObject(error: unknown): { readonly error: object } {
  if (error instanceof CliError) {
    const { name, message, hint, details } = error;
    return { error: { code: details?.code ?? name, message, hint, values: details?.values ?? {} } };
  }
  if (error instanceof CommanderError) {
    return { error: { code: "UsageError", message: error.message.replace(/^error: /, ""), values: {} } };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { error: { code: "Unexpected", message, values: {} } };
}

/**
 * Turns whatever a command threw into an exit code and lines for the user.
 * @param error What was thrown.
 * @param write Takes the text, line ends included; usually standard error.
 * @param debug Whether to show the stack of an error that nobody foresaw.
 */
export function report(error: unknown, write: (text: string) => void, debug = false): ExitCode {
  if (error instanceof CommanderError) {
    // Commander has written its message already; help and version end with 0, everything else is a typing mistake.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  if (error instanceof CliError) {
    write(`plimsoll: ${error.message}\n`);
    if (error.hint !== undefined) write(`  ${error.hint}\n`);
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  write(`plimsoll: unexpected error: ${message}\n`);
  if (!debug) write("  Set PLIMSOLL_DEBUG=1 to see where it comes from.\n");
  else if (error instanceof Error && error.stack !== undefined) write(`${error.stack}\n`);
  return EXIT.failed;
}
