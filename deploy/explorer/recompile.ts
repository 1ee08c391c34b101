/** Whether an input compiles to what is deployed: asked of the compiler that explorers use, before anything is handed in. */

import { createRequire } from "node:module";

import { z } from "zod";

import type { ExplorerInput } from "./input.js";

const output = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).default([]),
  contracts: z
    .record(z.record(z.object({ evm: z.object({ bytecode: z.object({ object: z.string() }) }) })))
    .default({}),
});

interface Compiler {
  compile(input: string): string;
  version(): string;
}

/** An input that does not give what is deployed. */
export class InputDiffers extends Error {
  override readonly name = "InputDiffers";

  constructor(
    readonly contract: string,
    readonly reason: string,
  ) {
    super(`the compiler's input of ${contract} does not give what is deployed: ${reason}`);
  }
}

/**
 * Compiles the input and compares.
 * @throws {InputDiffers}
 */
export function checkInput({ contract, compiler, input, bytecode }: ExplorerInput): void {
  const solc = createRequire(import.meta.url)("solc") as Compiler;
  // "0.8.37+commit.x.Emscripten.clang" of "0.8.37+commit.x"
  if (!solc.version().startsWith(compiler)) {
    throw new InputDiffers(contract, `it was built by ${compiler}, and the compiler here is ${solc.version()}`);
  }
  const { errors, contracts } = output.parse(JSON.parse(solc.compile(JSON.stringify(input))));
  const wrong = errors.find(({ severity }) => severity === "error");
  if (wrong !== undefined) throw new InputDiffers(contract, wrong.formattedMessage);
  const [source = "", name = ""] = contract.split(":");
  const made = contracts[source]?.[name]?.evm.bytecode.object;
  if (made === undefined) throw new InputDiffers(contract, "it gives no such contract");
  if (`0x${made}` !== bytecode) throw new InputDiffers(contract, "its bytecode is another");
}
