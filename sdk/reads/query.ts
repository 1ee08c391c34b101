/**
 * Readings of contracts, put together from parts and sent as one call: everything is of one block, and a page costs one round trip.
 *
 * The call goes to `ReadBatch`, which the protocol deploys with itself. Its own contract rather than a function of a lens, because any view can take
 * part (a caller's tokens, say); rather than the code of one in a call without a contract, because what such a call returns may be no larger than a
 * contract, and nodes differ in whether they allow it.
 */

import type { Interface, Provider } from "ethers";

import { ReadBatch__factory } from "../../types/contracts/factories/contracts/lens/ReadBatch__factory.js";
import type { AddressBook } from "../addresses.js";

/** The block that was read at. */
export interface Block {
  readonly number: bigint;
  /** {unix seconds} */
  readonly timestamp: bigint;
  readonly chainId: bigint;
}

/** One call of a view. */
export interface Reading {
  readonly target: string;
  readonly data: string;
  /** The most gas that it gets; as much as there is if absent. */
  readonly gasLimit?: bigint;
  /** For whoever has to find out why it failed. */
  readonly name: string;
}

/** What a call returned. */
export interface Answer {
  readonly ok: boolean;
  readonly data: string;
}

/** What to ask, and what to make of the answers. */
export interface Query<T> {
  readonly readings: readonly Reading[];
  /** @param answers As many as there are readings. */
  decode(answers: readonly Answer[], block: Block): T;
}

/** A view that should answer did not. */
export class ReadFailed extends Error {
  override readonly name = "ReadFailed";

  constructor(
    readonly reading: Reading,
    /** What it reverted with: see `explain` of `@plimsoll/sdk/errors`. */
    readonly data: string,
  ) {
    super(`${reading.name} of ${reading.target} cannot be read`);
  }
}

/** The node is of another chain than the addresses. */
export class WrongChain extends Error {
  override readonly name = "WrongChain";

  constructor(
    readonly expected: number,
    readonly actual: bigint,
  ) {
    super(`the addresses are of chain ${expected}, the node is of chain ${actual}`);
  }
}

/** No contract answers where the book says that one is. */
export class NothingThere extends Error {
  override readonly name = "NothingThere";

  constructor(readonly address: string) {
    super(`no contract of the protocol answers at ${address}`);
  }
}

const batchAbi = ReadBatch__factory.createInterface();
/** Characters of a word. */
const WORD = 64;

/** One call. A single value is given as it is, several as ethers gives them. */
export function view<T>(target: string, abi: Interface, name: string, args: readonly unknown[] = []): Query<T> {
  const reading = { target, data: abi.encodeFunctionData(name, args), name };
  const outputs = abi.getFunction(name)?.outputs;
  const isNumber = outputs?.length === 1 && outputs[0]?.type === "uint256";
  return {
    readings: [reading],
    decode([answer]) {
      if (answer === undefined || !answer.ok || answer.data === "0x")
        throw new ReadFailed(reading, answer?.data ?? "0x");
      // Most answers are one number: that is its word.
      if (isNumber && answer.data.length >= 2 + WORD) return BigInt(answer.data.slice(0, 2 + WORD)) as T;
      const result = abi.decodeFunctionResult(name, answer.data);
      return (result.length === 1 ? result[0] : result) as T;
    },
  };
}

/** One call of which the answer is taken as it is, word by word: for what is asked of many, and is numbers and places of numbers. */
export function words(target: string, abi: Interface, name: string, args: readonly unknown[] = []): Query<bigint[]> {
  const reading = { target, data: abi.encodeFunctionData(name, args), name };
  return {
    readings: [reading],
    decode([answer]) {
      if (answer === undefined || !answer.ok || answer.data === "0x")
        throw new ReadFailed(reading, answer?.data ?? "0x");
      const count = (answer.data.length - 2) / WORD;
      return Array.from({ length: count }, (_, i) =>
        BigInt(`0x${answer.data.slice(2 + i * WORD, 2 + (i + 1) * WORD)}`),
      );
    },
  };
}

/** Enough for any view that is there to be asked of a token; one that is not there may eat all that it gets. */
const OPTIONAL_GAS = 200_000n;

/** What may be missing: undefined where it fails or is not what it should be. */
export function optional<T>(query: Query<T>): Query<T | undefined> {
  return {
    readings: query.readings.map((reading) => ({ ...reading, gasLimit: OPTIONAL_GAS })),
    decode(answers, block) {
      try {
        return query.decode(answers, block);
      } catch {
        return undefined;
      }
    },
  };
}

/** The same, made into something else. */
export function mapped<T, U>(query: Query<T>, change: (value: T, block: Block) => U): Query<U> {
  return { readings: query.readings, decode: (answers, block) => change(query.decode(answers, block), block) };
}

/** What several queries have to say, by name. */
export type Combined<Q> = { readonly [K in keyof Q]: Q[K] extends Query<infer T> ? T : never };

/** Several queries as one. */
export function combined<const Q extends Readonly<Record<string, Query<unknown>>>>(queries: Q): Query<Combined<Q>> {
  const entries = Object.entries(queries);
  return {
    readings: entries.flatMap(([, query]) => query.readings),
    decode(answers, block) {
      let from = 0;
      const values = entries.map(([name, query]) => {
        const own = answers.slice(from, (from += query.readings.length));
        return [name, query.decode(own, block)] as const;
      });
      return Object.fromEntries(values) as Combined<Q>;
    },
  };
}

/** A list of queries as one. */
export function listed<T>(queries: readonly Query<T>[]): Query<readonly T[]> {
  const query = combined(Object.fromEntries(queries.map((q, i) => [i.toString(), q])));
  return mapped(query, (values) => queries.map((_, i) => values[i.toString()] as T));
}

/**
 * Asks everything in one call.
 * @throws {WrongChain} {NothingThere} {ReadFailed}
 */
export async function read<T>(
  provider: Pick<Provider, "call">,
  book: AddressBook,
  query: Query<T>,
  blockTag: "latest" | "pending" | number = "latest",
): Promise<T> {
  const to = book.contracts.reads;
  const returned = await provider.call({ to, data: encoded(query.readings), blockTag });
  if (returned === "0x") throw new NothingThere(to);
  const [number, timestamp, chainId, answers] = batchAbi.decodeFunctionResult("read", returned) as unknown as [
    bigint,
    bigint,
    bigint,
    Answer[],
  ];
  if (chainId !== BigInt(book.chainId)) throw new WrongChain(book.chainId, chainId);
  return query.decode(answers, { number, timestamp, chainId });
}

/** What is asked again and again is put into words once. */
const known = new WeakMap<readonly Reading[], string>();

function encoded(readings: readonly Reading[]): string {
  let data = known.get(readings);
  if (data === undefined) {
    const calls = readings.map(({ target, data: call, gasLimit = 0n }) => ({ target, gasLimit, data: call }));
    data = batchAbi.encodeFunctionData("read", [calls]);
    known.set(readings, data);
  }
  return data;
}
