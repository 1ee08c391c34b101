/** Where a keeper says what it does: the part of pino's interface that it uses. */

export type LogLine = (fields: Readonly<Record<string, unknown>>, message: string) => void;

export interface Log {
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}

const nothing: LogLine = () => undefined;

/** Says nothing. */
export const SILENT: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** What went wrong, in one line: errors of the chain's library carry whole requests with them. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join("; ");
  if (!(error instanceof Error)) return String(error);
  const { shortMessage, error: inner } = error as { shortMessage?: unknown; error?: { message?: unknown } };
  // An answer of the node that the library has no words for: the node's own.
  if (typeof inner?.message === "string" && inner.message !== "") return inner.message;
  return typeof shortMessage === "string" ? shortMessage : error.message;
}
