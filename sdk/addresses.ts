/** Where a deployment's contracts are. */

import { getAddress, isAddress } from "ethers";
import { z } from "zod";

import deployments from "./deployments.json" with { type: "json" };

const address = z.string().refine(isAddress, "not an address").transform(getAddress);

export const addressBookSchema = z.object({
  chainId: z.number().int().positive(),
  /** A node of the chain, where the deployment knows one. */
  rpcUrl: z.string().url().optional(),
  /** Block of the engine's deployment: events begin there. */
  firstBlock: z.number().int().nonnegative(),
  contracts: z.object({
    manager: address,
    dollar: address,
    oracle: address,
    risk: address,
    engine: address,
    lens: address,
    /** Answers many readings in one call. */
    reads: address,
    sheet: address,
    reserve: address,
    rebalancer: address,
    backstop: address,
    rate: address,
    /** What ERC-7893 tools read. */
    proof: address,
  }),
  /** Who decides: PLIM votes, the governor counts, the timelock executes, the guardian tightens. */
  governance: z.object({ plim: address, governor: address, timelock: address, guardian: address }).optional(),
  /** Where the risk model's depths are measured. */
  depth: address.optional(),
  /** Collateral tokens by symbol. */
  tokens: z.record(address),
  /** Where idle reserve assets earn, by the asset's symbol. */
  vaults: z.record(address).default({}),
  /** Feeds by what they price; test networks only. */
  feeds: z.record(address).default({}),
  uniswap: z.object({ factory: address, positions: address, router: address, quoter: address }).optional(),
  faucet: address.optional(),
  /** Leverage and unwind through Uniswap, in one transaction. */
  leverage: address.optional(),
  /** The keeper's own: FlashLiquidator and AuctionFiller. */
  liquidator: address.optional(),
  filler: address.optional(),
});

export type AddressBook = z.output<typeof addressBookSchema>;

/** No deployment is known on the chain. */
export class UnknownChain extends Error {
  override readonly name = "UnknownChain";

  constructor(
    readonly chainId: number,
    readonly known: readonly number[],
  ) {
    const others = known.length === 0 ? "none is" : `known are chains ${known.join(", ")}`;
    super(`no deployment is known on chain ${chainId}; ${others}`);
  }
}

/** The deployments that come with this version; `plimsoll deploy` writes them. */
export const DEPLOYMENTS: readonly AddressBook[] = z.array(addressBookSchema).parse(deployments);

/**
 * The book of a chain. The caller's own come before those that come with the SDK.
 * @param own As deployments write them (`addresses.json`), or an {@link extended} one.
 * @throws {UnknownChain}
 */
export function addressBook(chainId: number | bigint, own: readonly AddressBook[] = []): AddressBook {
  const books = [...own, ...DEPLOYMENTS];
  const found = books.find((book) => BigInt(book.chainId) === BigInt(chainId));
  if (found !== undefined) return found;
  throw new UnknownChain(
    Number(chainId),
    books.map((book) => book.chainId),
  );
}

/** What should be an address book is none. */
export class InvalidAddressBook extends Error {
  override readonly name = "InvalidAddressBook";

  /** @param problems What is wrong, and where: "contracts.engine: not an address". */
  constructor(readonly problems: readonly string[]) {
    super(`this is no address book: ${problems.join("; ")}`);
  }
}

/**
 * What a deployment wrote, with addresses checked.
 * @throws {InvalidAddressBook} that names what is wrong.
 */
export function parseAddressBook(json: unknown): AddressBook {
  const { success, data, error } = addressBookSchema.safeParse(json);
  if (success) return data;
  throw new InvalidAddressBook(
    error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`)),
  );
}

/** A book with further tokens, or with contracts of one's own in place of its. */
export function extended(
  book: AddressBook,
  more: Partial<Pick<AddressBook, "tokens" | "contracts" | "rpcUrl" | "leverage" | "uniswap">>,
): AddressBook {
  const { tokens, contracts, ...rest } = more;
  return {
    ...book,
    ...rest,
    tokens: { ...book.tokens, ...tokens },
    contracts: { ...book.contracts, ...contracts },
  };
}
