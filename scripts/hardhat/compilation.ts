import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative, sep } from "node:path";

import type { SolidityCompilerConfig } from "hardhat/types/config";
import type { HookContext } from "hardhat/types/hooks";
import type { HardhatPlugin } from "hardhat/types/plugins";
import type { CompilerOutput } from "hardhat/types/solidity";

/** Every Solidity source below `directory`, as Hardhat names it: relative to `root`, with slashes. */
export function sourcesIn(root: string, directory: string): string[] {
  return readdirSync(join(root, directory), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".sol"))
    .map((name) =>
      relative(root, join(root, directory, name))
        .split(sep)
        .join("/"),
    )
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

type Contracts = CompilerOutput["contracts"];

/** The same contracts, each with the code that an abstract one has: none. */
function withoutCode(contracts: Contracts): Contracts {
  const none = { object: "", opcodes: "", sourceMap: "", linkReferences: {} };
  const strip = (source: NonNullable<Contracts>[string]): NonNullable<Contracts>[string] =>
    Object.fromEntries(
      Object.entries(source).map(([name, { abi, evm }]) => [
        name,
        {
          abi: abi as unknown,
          evm: {
            methodIdentifiers: evm?.methodIdentifiers ?? {},
            bytecode: none,
            deployedBytecode: { ...none, immutableReferences: {} },
          },
        },
      ]),
    );
  return Object.fromEntries(Object.entries(contracts ?? {}).map(([file, source]) => [file, strip(source)]));
}

/** The same contracts without the listing of their opcodes: two fifths of what every process that starts a chain reads, and nobody looks at it. */
function withoutListing(contracts: Contracts): Contracts {
  for (const source of Object.values(contracts ?? {})) {
    for (const { evm } of Object.values(source)) {
      for (const code of [evm?.bytecode, evm?.deployedBytecode]) if (code !== undefined) code.opcodes = "";
    }
  }
  return contracts;
}

/** How the files of Solidity suites end. */
const SUITE = ".t.sol";

/** Everything that is built but the suites. */
async function contractRoots({ solidity }: HookContext): Promise<string[]> {
  const found: string[] = [];
  for (const root of await solidity.getRootFilePaths({ scope: "contracts" })) {
    if ((await solidity.getScope(root)) === "contracts") found.push(root);
  }
  return found;
}

/**
 * Suites deploy what the build made of the contracts (`test/contracts/Deploy.sol`), which the compiler cannot see: whoever builds a suite
 * builds the contracts as well.
 *
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
            async build(context, roots, options, next) {
              const together = { ...options, concurrency: availableParallelism() };
              if (!roots.some((root) => root.endsWith(SUITE))) return await next(context, roots, together);
              const contracts = await contractRoots(context);
              const results = await next(context, [...new Set([...roots, ...contracts])], together);
              // Of what succeeded only what was asked for is told: these are the suites that are run.
              if (!context.solidity.isSuccessfulBuildResult(results)) return results;
              const asked = new Set(roots);
              return new Map([...results].filter(([root]) => asked.has(root)));
            },
            async invokeSolc(context, compiler, input, config, next) {
              const overrides = context.config.solidity.profiles.default?.overrides ?? {};
              const own = Object.keys(overrides)
                .filter((source) => overrides[source] === config)
                .map((source) => `project/${source}`)
                .filter((source) => source in input.sources);
              if (own.length === 0) return next(context, compiler, input, config);
              const select = async (outputSelection: typeof input.settings.outputSelection) =>
                await next(context, compiler, { ...input, settings: { ...input.settings, outputSelection } }, config);
              const { "": file = [], "*": contract = [] } = input.settings.outputSelection["*"] ?? {};
              const code = await select(Object.fromEntries(own.map((source) => [source, { "*": contract }])));
              // Stack traces need syntax trees and interfaces of all. Asked for beside code they would make the compiler generate code for all.
              const rest = await select({ "*": { "": file, "*": ["abi", "evm.methodIdentifiers"] } });
              return {
                ...code,
                sources: { ...code.sources, ...rest.sources },
                contracts: { ...withoutCode(rest.contracts), ...withoutListing(code.contracts) },
              };
            },
          }),
      }),
  },
};
