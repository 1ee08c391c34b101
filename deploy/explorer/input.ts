/** What an explorer needs to verify a contract: the compiler's standard input with the sources that the contract is made of, and no others. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { DeploymentFuture } from "@nomicfoundation/ignition-core";
import { AbiCoder } from "ethers";
import hre from "hardhat";
import { z } from "zod";

import { present } from "../../sdk/present.js";
import type { Resolver } from "../verify/resolve.js";

const artifact = z.object({
  contractName: z.string(),
  inputSourceName: z.string(),
  buildInfoId: z.string(),
  bytecode: z.string(),
});

const source = z.object({ content: z.string() });
const buildInfo = z.object({
  solcLongVersion: z.string(),
  input: z.object({
    language: z.string(),
    settings: z.object({ outputSelection: z.unknown() }).passthrough(),
    sources: z.record(source),
  }),
});
type BuildInfo = z.output<typeof buildInfo>;

/** The tree that the compiler made of a source, as far as it tells what is imported. */
const tree = z.object({
  ast: z.object({
    nodes: z.array(z.object({ nodeType: z.string(), absolutePath: z.string().optional() }).passthrough()),
  }),
});

/** A contract of the build that was deployed, ready to be verified. */
export interface ExplorerInput {
  /** Name of the future. */
  readonly future: string;
  readonly address: string;
  /** "project/contracts/lens/CreditLens.sol:CreditLens" */
  readonly contract: string;
  /** "0.8.37+commit..." */
  readonly compiler: string;
  /** The compiler's standard input. */
  readonly input: StandardInput;
  /** As the constructor takes them, encoded, without 0x. */
  readonly constructorArguments: string;
  /** What the build made: what is deployed is sent with the arguments behind it. */
  readonly bytecode: string;
}

export interface StandardInput {
  readonly language: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly sources: Readonly<Record<string, { readonly content: string }>>;
}

/** Reads what the build left behind, each file once: some are large. */
export class Builds {
  readonly #infos = new Map<string, BuildInfo>();
  readonly #imports = new Map<string, ReadonlyMap<string, readonly string[]>>();

  /** @returns Undefined for contracts of others that were published with their bytecode: they are verified where they came from. */
  async inputOf(contracts: Resolver, future: DeploymentFuture<string>): Promise<ExplorerInput | undefined> {
    if ("artifact" in future) return undefined;
    const { contractName, inputSourceName, buildInfoId, bytecode } = artifact.parse(
      await hre.artifacts.readArtifact(future.contractName),
    );
    const { solcLongVersion, input } = this.#infoOf(buildInfoId);
    const { outputSelection, ...settings } = input.settings;
    const args = (await contracts.valueOf("constructorArgs" in future ? future.constructorArgs : [])) as unknown[];
    const { inputs } = (await contracts.interfaceOf(future)).deploy;
    return {
      future: future.id,
      address: contracts.addressOf(future),
      contract: `${inputSourceName}:${contractName}`,
      compiler: solcLongVersion,
      input: {
        language: input.language,
        settings: {
          ...settings,
          outputSelection: {
            [inputSourceName]: { [contractName]: ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] },
          },
        },
        sources: this.#sourcesOf(buildInfoId, inputSourceName),
      },
      constructorArguments: AbiCoder.defaultAbiCoder().encode(inputs, args).slice(2),
      bytecode,
    };
  }

  #infoOf(id: string): BuildInfo {
    let found = this.#infos.get(id);
    if (found === undefined) {
      found = buildInfo.parse(JSON.parse(readFileSync(pathOf(`${id}.json`), "utf8")));
      this.#infos.set(id, found);
    }
    return found;
  }

  /** The source and everything that it imports, in the order of the build. */
  #sourcesOf(id: string, name: string): Record<string, { content: string }> {
    const imports = this.#importsOf(id);
    const wanted = new Set<string>([name]);
    for (const one of wanted) for (const imported of imports.get(one) ?? []) wanted.add(imported);
    const { sources } = this.#infoOf(id).input;
    return Object.fromEntries(Object.entries(sources).filter(([one]) => wanted.has(one)));
  }

  #importsOf(id: string): ReadonlyMap<string, readonly string[]> {
    let found = this.#imports.get(id);
    if (found === undefined) {
      const text = readFileSync(pathOf(`${id}.output.json`), "utf8");
      const { output } = JSON.parse(text) as { output: { sources: Record<string, unknown> } };
      found = new Map(
        Object.entries(output.sources).map(([name, one]) => [
          name,
          tree
            .parse(one)
            .ast.nodes.filter(({ nodeType }) => nodeType === "ImportDirective")
            .map(({ absolutePath }) => present(absolutePath, `path imported by ${name}`)),
        ]),
      );
      this.#imports.set(id, found);
    }
    return found;
  }
}

function pathOf(name: string): string {
  return join(hre.config.paths.artifacts, "build-info", name);
}
