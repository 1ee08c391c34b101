/** One rehearsal of a deployment, told in several files: the chain it is on, and what there is to do with it. */

import { rmSync } from "node:fs";

import { Contract, parseEther, toQuantity, type Signer } from "ethers";

import { deploy, type DeployOptions } from "../../../../../cli/deploy/run.js";
import type { Check } from "../../../../../deploy/checks.js";
import type { Node } from "../../../../../deploy/public/node.js";
import { folderOf, isFinished, readRecord, type FinishedRecord } from "../../../../../deploy/public/record.js";
import { deployPublic, type Outcome, type PublicDeployment } from "../../../../../deploy/public/run.js";
import { verifyDeployment } from "../../../../../deploy/verify/verify.js";
import { localWallet } from "../../../../../replay/chain/embedded.js";
import { present } from "../../../../../sdk/present.js";
import { openTestnet, type Testnet } from "../../../../support/testnet.js";

/** {ms} */
export const POLL = 1;

export class Rehearsal {
  /** The chain before anything was deployed: a snapshot. */
  start = "";
  /** What the deployment was to take. {gas} */
  estimated = 0n;
  /** Folder of the deployment that was interrupted all the way; and the one that was not. */
  interrupted = "";
  sentThen = 0;
  #reference: FinishedRecord | undefined;
  #testnet: Testnet | undefined;

  get testnet(): Testnet {
    return present(this.#testnet, "testnet");
  }

  get reference(): FinishedRecord {
    return present(this.#reference, "reference");
  }

  set reference(record: FinishedRecord) {
    this.#reference = record;
  }

  async open(): Promise<void> {
    this.#testnet = await openTestnet("sepolia");
    this.start = await this.snapshot();
  }

  async close(): Promise<void> {
    await this.#testnet?.close();
    if (this.interrupted !== "") rmSync(this.interrupted, { recursive: true });
  }

  async rpc(method: string, ...params: unknown[]): Promise<unknown> {
    return (await this.testnet.provider.send(method, params)) as unknown;
  }

  async snapshot(): Promise<string> {
    return (await this.rpc("evm_snapshot")) as string;
  }

  async nonce(): Promise<number> {
    return await this.testnet.provider.getTransactionCount(this.testnet.deployer.address);
  }

  /** Does something to the chain and takes it back. */
  async meanwhile<T>(work: () => Promise<T>): Promise<T> {
    const before = await this.snapshot();
    try {
      return await work();
    } finally {
      await this.rpc("evm_revert", before);
    }
  }

  /** Calls a function as somebody whose key nobody has. @param abi Of the function alone. */
  async as(account: string, to: string, abi: string, ...args: unknown[]): Promise<void> {
    await this.rpc("anvil_impersonateAccount", account);
    await this.rpc("anvil_setBalance", account, toQuantity(parseEther("1")));
    const contract = new Contract(to, [abi], await this.testnet.provider.getSigner(account));
    const [name] = /(?<=function )\w+/.exec(abi) ?? [];
    await (await contract.getFunction(present(name, abi)).send(...args)).wait();
  }

  /** The command, as it is typed. */
  async run(more: Partial<DeployOptions> = {}): Promise<string[]> {
    const { url, folder, deployer } = this.testnet;
    const lines: string[] = [];
    await deploy(
      { network: "sepolia", rpc: url, out: folder, yes: true, ...more },
      {
        environment: { PLIMSOLL_PRIVATE_KEY: deployer.privateKey },
        say: (line) => void lines.push(line),
        ask: undefined,
      },
      new AbortController().signal,
      { poll: POLL },
    );
    return lines;
  }

  /** Who comes after, as it is typed. */
  named(): Partial<DeployOptions> {
    return { guardian: this.testnet.guardian, plimHolder: this.testnet.plimHolder };
  }

  /** The same below the command: with another node, in another folder, and without measuring anew. */
  async runWith(
    node: Node,
    deployments: string,
    signer: Signer = this.testnet.deployer,
    more: Partial<PublicDeployment> = {},
  ): Promise<Outcome> {
    const { network, provider, guardian, plimHolder } = this.testnet;
    return await deployPublic({
      ...{ network, node, provider, deployments },
      ...{ signer, deployer: await signer.getAddress(), successors: { guardian, plimHolder } },
      confirm: () => Promise.resolve(true),
      say: () => undefined,
      poll: POLL,
      measured: [],
      ...more,
    });
  }

  eoa(number: number): string {
    return localWallet(number, this.testnet.provider).address;
  }

  recordIn(folder: string): FinishedRecord {
    const record = readRecord(folderOf(folder, this.testnet.network.chainId));
    if (!isFinished(record)) throw new Error("the deployment is not finished");
    return record;
  }

  async checks(record: FinishedRecord): Promise<readonly Check[]> {
    const { provider, network } = this.testnet;
    return await verifyDeployment({ provider, chainId: BigInt(network.chainId), network, record });
  }
}
