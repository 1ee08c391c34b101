/** Where a command's words come from and go to. */

import { createInterface } from "node:readline/promises";

import type { Environment } from "../keeper/config/key.js";

export interface Terminal {
  readonly environment: Environment;
  readonly say: (line: string) => void;
  /** Asks for a yes or no; undefined where nobody can be asked. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
}

/** The process's own. */
export function terminal(): Terminal {
  return {
    environment: process.env,
    say: (line) => process.stdout.write(`${line}\n`),
    ask: process.stdin.isTTY ? question : undefined,
  };
}

async function question(text: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(text)).trim());
  } finally {
    lines.close();
  }
}
