/** The keeper's configuration and its errors, as the command line has them. */

import { ConfigError, KeyError } from "../../keeper/config/errors.js";
import type { Environment } from "../../keeper/config/key.js";
import type { OperatorConfig } from "../../keeper/config/operator.js";
import { loadConfig } from "../../keeper/config/sources.js";
import { JournalError } from "../../keeper/journal/types.js";
import { CannotListen } from "../../keeper/operation/server.js";
import { EnvironmentError, UsageError } from "../errors.js";

/** Where a configuration comes from. */
export interface Sources {
  readonly file?: string;
  readonly environment: Environment;
  readonly flags: Readonly<Record<string, unknown>>;
  readonly flagFields?: Readonly<Record<string, string>>;
}

/** The configuration, with errors as the command line shows them. */
export function configOf({ file, environment, flags, flagFields }: Sources): OperatorConfig {
  const given = {
    ...(file === undefined ? {} : { file }),
    ...(flagFields === undefined ? {} : { flagFields }),
  };
  try {
    return loadConfig({ ...given, environment, flags });
  } catch (error) {
    throw forTheUser(error);
  }
}

/** Errors that the operator can do something about, as the command line shows them. */
export function forTheUser(error: unknown): unknown {
  if (error instanceof ConfigError)
    return new UsageError(error.message, "See: plimsoll keeper --help, and docs/keeper.md");
  if (error instanceof KeyError || error instanceof JournalError) return new EnvironmentError(error.message);
  if (error instanceof CannotListen) return new EnvironmentError(error.message, "Choose another port: --port");
  return error;
}
