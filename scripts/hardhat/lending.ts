import { join } from "node:path";

import type { HardhatPlugin } from "hardhat/types/plugins";

import { buildForeign } from "../foreign/compile.js";
import { LENDING_MARKET } from "../lending/contracts.js";

/** Has every build compile the lending market of the local world too, beside our own contracts; it is compiled again only when it changed. */
export const lendingPlugin: HardhatPlugin = {
  id: "plimsoll-lending",
  hookHandlers: {
    solidity: () =>
      Promise.resolve({
        default: () => {
          let building: Promise<boolean> | undefined;
          return Promise.resolve({
            async build(context, roots, options, next) {
              building ??= buildForeign(LENDING_MARKET, join(context.config.paths.cache, "lending"));
              const [result, compiled] = await Promise.all([next(context, roots, options), building]);
              if (compiled && options?.quiet !== true) console.log("Compiled the lending market of the local world");
              building = Promise.resolve(false);
              return result;
            },
          });
        },
      }),
  },
};
