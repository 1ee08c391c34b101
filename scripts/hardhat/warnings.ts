import type { HardhatPlugin } from "hardhat/types/plugins";

/** What the compiler says about one place in the sources, as far as it is looked at here. */
export interface CompilerMessage {
  severity: string;
  message: string;
  errorCode?: string | undefined;
  formattedMessage?: string | undefined;
  sourceLocation?: { file: string } | undefined;
}

/** "Contract code size exceeds" and "initcode size exceeds": real for what is deployed, not for a test suite. */
const SIZE_CODES = new Set(["5574", "3860"]);

/**
 * Whether a message is none of our business: a warning from a package, or about the size of a contract that only tests
 * use. Errors always are.
 */
export function isForeign({ severity, errorCode, sourceLocation }: CompilerMessage): boolean {
  if (severity === "error" || sourceLocation === undefined) return false;
  if (sourceLocation.file.startsWith("npm/")) return true;
  return errorCode !== undefined && SIZE_CODES.has(errorCode) && sourceLocation.file.startsWith("project/test/");
}

/** Takes foreign warnings out of the compiler's output, so that one of our own is seen. */
export const warningsPlugin: HardhatPlugin = {
  id: "plimsoll-warnings",
  hookHandlers: {
    solidity: () =>
      Promise.resolve({
        default: () =>
          Promise.resolve({
            async invokeSolc(context, compiler, input, config, next) {
              const output = await next(context, compiler, input, config);
              if (output.errors === undefined) return output;
              return { ...output, errors: output.errors.filter((message) => !isForeign(message)) };
            },
          }),
      }),
  },
};
