import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative, sep } from "node:path";

import type { SolidityCompilerConfig } from "hardhat/types/config";
import type { HardhatPlugin } from "hardhat/types/plugins";

/** Every Solidity source below `directory`, as Hardhat names it: relative to `root`, with slashes. */
export function sourcesIn(root: string, directory: string): string[] {
  return readdirSync(join(root, directory), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".sol"))
    .map((name) => relative(root, join(root, directory, name)).split(sep).join("/"))
    .sort();
}

type Overrides = Record<string, SolidityCompilerConfig>;

/** The same overrides, those with equal settings sharing one object: Hardhat compiles together what has the very same one. */
export function shareEqual(overrides: Overrides): Overrides {
  const known = new Map<string, SolidityCompilerConfig>();
  return Object.fromEntries(
    Object.entries(overrides).map(([source, config]) => {
      const key = JSON.stringify(config);
      const shared = known.get(key) ?? config;
      known.set(key, shared);
      return [source, shared];
    }),
  );
}

/**
 * Keeps compiling short: sources with the same settings of their own are compiled together, on all cores, and code is generated for these alone,
 * not for everything they import, which another job compiles with other settings.
 */
export const compilationPlugin: HardhatPlugin = {
  id: "plimsoll-compilation",
  hookHandlers: {
    config: () =>
      Promise.resolve({
        default: () =>
          Promise.resolve({
            async resolveUserConfig(userConfig, resolveConfigurationVariable, next) {
              const resolved = await next(userConfig, resolveConfigurationVariable);
              for (const profile of Object.values(resolved.solidity.profiles)) {
                profile.overrides = shareEqual(profile.overrides);
              }
              return resolved;
            },
          }),
      }),
    solidity: () =>
      Promise.resolve({
        default: () =>
          Promise.resolve({
            build(context, roots, options, next) {
              return next(context, roots, { ...options, concurrency: availableParallelism() });
            },
            async invokeSolc(context, compiler, input, config, next) {
              const { overrides } = context.config.solidity.profiles.default;
              const own = Object.keys(overrides)
                .filter((source) => overrides[source] === config)
                .map((source) => `project/${source}`)
                .filter((source) => source in input.sources);
              if (own.length === 0) return next(context, compiler, input, config);
              // Not even syntax trees of the others: with these asked for, the compiler generates code for everything.
              const outputs = input.settings.outputSelection["*"] ?? {};
              const outputSelection = Object.fromEntries(own.map((source) => [source, outputs]));
              return next(context, compiler, { ...input, settings: { ...input.settings, outputSelection } }, config);
            },
          }),
      }),
  },
};
