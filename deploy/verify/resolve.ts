/** What a module says, with the addresses of a deployment in place of its futures. */

import {
  FutureType,
  isAccountRuntimeValue,
  isContractFuture,
  isDeploymentFuture,
  isFuture,
  isModuleParameterRuntimeValue,
  isNamedStaticCallFuture,
  type ContractAtFuture,
  type ContractFuture,
  type DeploymentParameters,
  type Future,
  type IgnitionModule,
  type NamedArtifactContractAtFuture,
} from "@nomicfoundation/ignition-core";
import { Contract, getAddress, Interface, type InterfaceAbi, type Provider } from "ethers";

import { present } from "../../sdk/present.js";
import { resolver } from "../ignition.js";

/** Everything that a module and the modules that it uses do. */
export function futuresOf(module: IgnitionModule): Future[] {
  const seen = new Set<IgnitionModule>();
  const found: Future[] = [];
  const walk = (one: IgnitionModule): void => {
    if (seen.has(one)) return;
    seen.add(one);
    for (const used of one.submodules) walk(used);
    found.push(...one.futures);
  };
  walk(module);
  return found;
}

/** Contracts that were there before, or that answer to another interface at the same address. */
export type ContractAt = NamedArtifactContractAtFuture<string> | ContractAtFuture;

export function isContractAt(future: Future): future is ContractAt {
  return isContractFuture(future) && !isDeploymentFuture(future);
}

export interface Resolving {
  readonly provider: Provider;
  /** Addresses of what the deployment made, by the names of futures; what else is there is not looked at. */
  readonly contracts: Readonly<Record<string, string>>;
  readonly parameters: DeploymentParameters;
  readonly deployer: string;
}

export class Resolver {
  readonly #options: Resolving;
  readonly #interfaces = new Map<string, Promise<Interface>>();

  constructor(options: Resolving) {
    this.#options = options;
  }

  get provider(): Provider {
    return this.#options.provider;
  }

  /**
   * Where a contract is. For what the deployment made, the record says so, and code and history prove it; what was there before is where the module says: there is
   * no transaction that could prove the record right.
   */
  addressOf(future: ContractFuture<string>): string {
    if (!isContractAt(future)) return present(this.#options.contracts[future.id], `address of ${future.id}`);
    const { address } = future;
    if (typeof address === "string") return getAddress(address);
    if (isFuture(address) && isContractFuture(address)) return this.addressOf(address);
    throw new RangeError(`nobody knows how to look up where ${future.id} is`);
  }

  /** Functions and events of a contract of the module. */
  async interfaceOf(future: ContractFuture<string>): Promise<Interface> {
    if ("artifact" in future) return new Interface(future.artifact.abi as InterfaceAbi);
    return await this.#named(future.contractName);
  }

  async #named(name: string): Promise<Interface> {
    let found = this.#interfaces.get(name);
    if (found === undefined) {
      found = resolver.loadArtifact(name).then(({ abi }) => new Interface(abi as InterfaceAbi));
      this.#interfaces.set(name, found);
    }
    return await found;
  }

  /**
   * The contract as it is on the chain.
   * @param as Interface that it answers to, if not its own.
   */
  async contractOf(future: ContractFuture<string>, as?: string): Promise<Contract> {
    const answers = as === undefined ? await this.interfaceOf(future) : await this.#named(as);
    return new Contract(this.addressOf(future), answers, this.provider);
  }

  /** An argument with everything in it that is known only after the deployment. */
  async valueOf(argument: unknown): Promise<unknown> {
    if (Array.isArray(argument)) return await Promise.all(argument.map((one) => this.valueOf(one)));
    if (typeof argument !== "object" || argument === null) return argument;
    if (isFuture(argument)) return await this.#answerOf(argument);
    if (isAccountRuntimeValue(argument)) return this.#options.deployer;
    if (isModuleParameterRuntimeValue(argument)) {
      const given = this.#options.parameters[argument.moduleId]?.[argument.name];
      return await this.valueOf(given ?? argument.defaultValue);
    }
    const entries = Object.entries(argument as Record<string, unknown>);
    return Object.fromEntries(
      await Promise.all(entries.map(async ([key, of]) => [key, await this.valueOf(of)] as const)),
    );
  }

  async #answerOf(future: Future): Promise<unknown> {
    if (isContractFuture(future)) return this.addressOf(future);
    if (isNamedStaticCallFuture(future)) {
      const contract = await this.contractOf(future.contract);
      const args = (await this.valueOf(future.args)) as unknown[];
      return (await contract.getFunction(future.functionName).staticCall(...args)) as unknown;
    }
    throw new RangeError(`${future.id} is a ${FutureType[future.type]}: what it gave is not known afterwards`);
  }
}
