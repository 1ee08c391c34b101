/** Sends what deploys an operator's own contracts, and sees it through, by the rules of the keeper's other transactions. */

import { setTimeout as sleep } from "node:timers/promises";

import { formatEther, getCreateAddress, keccak256, Transaction, type BaseWallet, type Provider } from "ethers";

import { present } from "../../sdk/present.js";
import { broadcast, type Answer } from "../execution/broadcast.js";
import { outbid, workCeiling, type Offer } from "../execution/fees.js";
import { nextNonce } from "../execution/nonces.js";
import type { Rules } from "../execution/types.js";
import { reasonOf } from "../log.js";
import { CannotDeploy } from "./errors.js";
import { headOf, isOvertaken, labelOf, receiptOf, type Plan, type Standing } from "./plan.js";
import type { DeployRecord, Entry } from "./record.js";
import { OWN, type OwnName } from "./terms.js";

/** It was told to stop while something was on its way. */
export class DeployStopped extends Error {
  override readonly name = "DeployStopped";
}

export interface DeployerOptions {
  readonly provider: Provider;
  /** Finds out which nodes can be used. */
  readonly survey?: () => Promise<void>;
  readonly wallet: BaseWallet;
  readonly record: DeployRecord;
  readonly rules: Rules;
  /** Between two looks. {ms} */
  readonly interval: number;
  readonly signal: AbortSignal;
  /** Told what happens, in words. */
  readonly tell: (line: string) => void;
}

type Missing = Extract<Standing, { state: "missing" }>;
type Sent = Extract<Standing, { state: "sent" }>;

export class Deployer {
  readonly #options: DeployerOptions;
  #chainId = 0n;

  constructor(options: DeployerOptions) {
    this.#options = options;
  }

  /**
   * Deploys what is missing, and waits for that and for what is on its way.
   * @throws {CannotDeploy}
   * @throws {DeployStopped}
   */
  async run({ standings, offer, balance, cost, most, block }: Plan): Promise<void> {
    this.#chainId = (await this.#options.provider.getNetwork()).chainId;
    const missing = standings.flatMap((one) => (one.state === "missing" ? [one] : []));
    const waiting = standings.flatMap((one) => (one.state === "sent" ? [one] : []));
    if (missing.length > 0) {
      const { address } = this.#options.wallet;
      if (offer === undefined) {
        throw new CannotDeploy(
          "gas costs more than fees.ceiling allows",
          "Wait until it is cheaper, or raise the ceiling.",
        );
      }
      if (balance < most) {
        throw new CannotDeploy(
          `the key ${address} has ${formatEther(balance)} ETH: deploying costs some ${formatEther(cost)} ETH, and nodes want to see ${formatEther(most)} ETH`,
          "Send it some ether, and run this again.",
        );
      }
      await this.#nothingElse(waiting);
      for (const one of missing) await this.#send(one, waiting, offer, block);
    }
    await this.#wait([...missing, ...waiting].map(({ name }) => name));
  }

  /** What is on its way with this key must be what the record knows: a number is not taken from under another program. */
  async #nothingElse(waiting: readonly Sent[]): Promise<void> {
    const { wallet } = this.#options;
    const [latest, pending] = await this.#counts();
    const own = new Set(waiting.map(({ entry }) => entry.nonce));
    for (let nonce = latest; nonce < pending; nonce++) {
      if (own.has(nonce)) continue;
      throw new CannotDeploy(
        `something else is on its way with the key ${wallet.address} (its transaction ${nonce.toString()})`,
        "A keeper or a wallet uses the key. Stop it, wait until its transactions are in blocks, and run this again.",
      );
    }
  }

  async #counts(): Promise<[latest: number, pending: number]> {
    const { provider, wallet } = this.#options;
    return await Promise.all([
      provider.getTransactionCount(wallet.address, "latest"),
      provider.getTransactionCount(wallet.address, "pending"),
    ]);
  }

  async #send({ name, data, gasLimit }: Missing, waiting: readonly Sent[], offer: Offer, block: number): Promise<void> {
    this.#unlessStopped();
    const { wallet, record, tell } = this.#options;
    const [latest, pending] = await this.#counts();
    const others = OWN.flatMap((other) => (other === name ? [] : (record.entries[other] ?? [])));
    const taken = [...waiting.map(({ entry }) => entry), ...others].filter(({ final }) => !final);
    const nonce = nextNonce({ latest, pending }, new Map(taken.map((entry) => [entry.nonce, entry])));
    const signed = await this.#sign({ data, gasLimit, nonce }, offer, block);
    const address = getCreateAddress({ from: wallet.address, nonce });
    record.set(name, { address, nonce, final: false, transactions: [signed] });
    const answer = await broadcast(this.#options.provider, signed.raw);
    if (answer.kind === "refused") {
      record.set(name, undefined);
      throw new CannotDeploy(`no node takes the transaction that deploys the ${labelOf(name)}: ${answer.reason}`);
    }
    tell(`${labelOf(name)} ${address}: sent as ${signed.hash}${doubtOf(answer)}`);
  }

  async #sign(
    { data, gasLimit, nonce }: { data: string; gasLimit: bigint; nonce: number },
    { maxFee, tip }: Offer,
    block: number,
  ): Promise<Entry["transactions"][number]> {
    const raw = await this.#options.wallet.signTransaction({
      type: 2,
      chainId: this.#chainId,
      nonce,
      data,
      gasLimit,
      maxFeePerGas: maxFee,
      maxPriorityFeePerGas: tip,
    });
    return { hash: keccak256(raw), raw, maxFee, tip, block };
  }

  #unlessStopped(): void {
    if (this.#options.signal.aborted) throw new DeployStopped();
  }

  /** Looks until they are deep enough. */
  async #wait(names: readonly OwnName[]): Promise<void> {
    const { record, interval, signal, tell } = this.#options;
    let last = "";
    for (;;) {
      const open = names.filter((name) => record.entries[name]?.final === false);
      if (open.length === 0) return;
      this.#unlessStopped();
      try {
        const said = await this.#look(open);
        if (said !== "" && said !== last) tell(said);
        last = said;
      } catch (error) {
        if (error instanceof CannotDeploy) throw error;
        // Nodes come back; what was sent is in the record.
        const reason = `cannot look at the moment: ${reasonOf(error)}`;
        if (reason !== last) tell(reason);
        last = reason;
      }
      if (names.some((name) => record.entries[name]?.final === false)) {
        await sleep(interval, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #look(open: readonly OwnName[]): Promise<string> {
    const { provider, survey, record, rules } = this.#options;
    await survey?.();
    const head = await headOf(provider);
    const waits: string[] = [];
    for (const name of open) {
      const entry = present(record.entries[name], "entry");
      const receipt = await receiptOf(entry, provider);
      if (receipt === null) {
        waits.push(`${name}: ${await this.#push(name, entry, head)}`);
      } else if (receipt.status === 0) {
        record.set(name, undefined);
        throw new CannotDeploy(`deploying the ${labelOf(name)} failed in block ${receipt.blockNumber.toString()}`);
      } else {
        const depth = head.number - receipt.blockNumber + 1;
        if (depth >= rules.confirmations) record.set(name, { ...entry, final: true });
        else waits.push(`${name}: in block ${receipt.blockNumber.toString()}`);
      }
    }
    return waits.length === 0 ? "" : `waiting for ${rules.confirmations.toString()} blocks (${waits.join(", ")})`;
  }

  /** Sees that nodes have it, and outbids it when it has waited too long; returns how it stands. */
  async #push(name: OwnName, entry: Entry, head: { number: number; baseFee: bigint }): Promise<string> {
    const unseen = "in no block yet";
    const { provider, wallet, record, rules, tell } = this.#options;
    const { transactions, nonce } = entry;
    const newest = present(transactions.at(-1), "transaction");
    if ((await provider.getTransactionCount(wallet.address, "latest")) > nonce) {
      // A node that has the block may not have the receipt yet.
      if (!(await isOvertaken(entry, wallet.address, head.number, rules.confirmations, provider))) return unseen;
      record.set(name, undefined);
      throw new CannotDeploy(
        `another transaction of the key took the place of the one that deploys the ${labelOf(name)}`,
        "Let nothing else send with the key, and run this again.",
      );
    }
    if ((await provider.getTransaction(newest.hash)) === null) {
      const answer = await broadcast(provider, newest.raw);
      if (answer.kind === "refused") return `no node takes it: ${answer.reason}`;
    }
    if (head.number - newest.block < rules.patience) return unseen;
    const offer = outbid(newest, head.baseFee, rules, workCeiling(rules));
    // It waits until gas is cheaper again.
    if (offer === undefined) return `${unseen}, and what outbids it is above fees.ceiling`;
    const { data, gasLimit } = Transaction.from(newest.raw);
    const signed = await this.#sign({ data, gasLimit, nonce }, offer, head.number);
    record.set(name, { ...entry, transactions: [...transactions, signed] });
    const answer = await broadcast(provider, signed.raw);
    tell(`${labelOf(name)}: outbid as ${signed.hash}${doubtOf(answer)}`);
    return unseen;
  }
}

function doubtOf(answer: Answer): string {
  return answer.kind === "taken" ? "" : `, but no node said that it took it: ${answer.reason}`;
}
