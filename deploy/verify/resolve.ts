/** What a module says, with the addresses of a deployment in place of its futures. */

import {
  FutureType,
  isAccountRuntimeValue,
  isContractFuture,
  isFuture,
  isModuleParameterRuntimeValue,
  isNamedStaticCallFuture,
  type ContractFuture,
  type DeploymentParameters,
  type Future,
  type IgnitionModule,
} from "@nomicfoundation/ignition-core";
import { Contract, Interface, type InterfaceAbi, type Provider } from "ethers";

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

export interface Resolving {
  readonly provider: Provider;
  /** Addresses by the names of futures. */
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

  addressOf(future: Pick<ContractFuture<string>, "id">): string {
    return present(this.#options.contracts[future.id], `address of ${future.id}`);
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
