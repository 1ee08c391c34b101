/** One account: its position, and what its wallet holds and allows. */

import { getAddress, Interface, TypedDataEncoder, type TypedDataDomain } from "ethers";

import type { AddressBook } from "../addresses.js";
import { decodeHolding } from "../credit/holdings.js";
import type { Position } from "../credit/valuation.js";
import { combined, listed, mapped, optional, view, type Query } from "./query.js";
import { ReadBatch__factory } from "../../types/contracts/factories/contracts/lens/ReadBatch__factory.js";
import { ICreditEngine__factory } from "../../types/contracts/factories/contracts/interfaces/ICreditEngine.sol/ICreditEngine__factory.js";

const ERC20 = [
  "function name() view returns (string)",
  "function version() view returns (string)",
  "function balanceOf(address) view returns (uint256)",
  "function allowance(address, address) view returns (uint256)",
  "function nonces(address) view returns (uint256)",
  "function DOMAIN_SEPARATOR() view returns (bytes32)",
] as const;

/** What a permit (EIP-2612) of a token has to be signed with. */
export interface PermitTerms {
  readonly domain: TypedDataDomain;
  readonly nonce: bigint;
}

/** One token in the account's wallet. */
export interface WalletToken {
  readonly token: string;
  readonly balance: bigint;
  /** What each contract of the protocol may take, by address. */
  readonly allowances: ReadonlyMap<string, bigint>;
  /** Undefined where the token has no permit, or one that is not understood. */
  readonly permit: PermitTerms | undefined;
}

export interface Account extends Position {
  readonly address: string;
  /** By the token's address: the book's tokens and plUSD, as far as they answer. */
  readonly wallet: ReadonlyMap<string, WalletToken>;
  /** Tokens that do not say what the account has, or lets be taken: what is in the wallet of them is not known. */
  readonly unknown: ReadonlySet<string>;
  /** Whether it has code: a contract, or a key's account that has delegated to one (EIP-7702). Tokens may refuse a permit that a key has signed for it. */
  readonly hasCode: boolean;
  /** Whether the contract for leverage may act for the account. */
  readonly leverageAllowed: boolean;
  /** What the next signed authorisation must carry. */
  readonly authorizationNonce: bigint;
}

/** Who may be given an allowance: the engine, the reserve, the Backstop, and the contract for leverage. */
export function spenders({ contracts, leverage }: AddressBook): string[] {
  return [contracts.engine, contracts.reserve, contracts.backstop, ...(leverage === undefined ? [] : [leverage])];
}

/** Undefined for a token that fails, or answers what is none: one that is broken must not keep anybody from anything else. */
function walletToken(book: AddressBook, token: string, account: string): Query<WalletToken | undefined> {
  const abi = new Interface(ERC20);
  const all = spenders(book);
  const query = combined({
    balance: optional(view<bigint>(token, abi, "balanceOf", [account])),
    allowances: optional(listed(all.map((spender) => view<bigint>(token, abi, "allowance", [account, spender])))),
    // Tokens without permit have none of these, and old ones no name that is a string.
    name: optional(view<string>(token, abi, "name")),
    version: optional(view<string>(token, abi, "version")),
    nonce: optional(view<bigint>(token, abi, "nonces", [account])),
    separator: optional(view<string>(token, abi, "DOMAIN_SEPARATOR")),
  });
  return mapped(query, ({ balance, allowances, ...r }) =>
    balance === undefined || allowances === undefined
      ? undefined
      : {
          token,
          balance,
          allowances: new Map(all.map((spender, i) => [spender, allowances[i] ?? 0n])),
          permit: permitTerms(token, book.chainId, r),
        },
  );
}

/** The domain is the one whose hash is the token's: a signature for another would be thrown away. */
function permitTerms(
  token: string,
  chainId: number,
  {
    name,
    version,
    nonce,
    separator,
  }: {
    name: string | undefined;
    version: string | undefined;
    nonce: bigint | undefined;
    separator: string | undefined;
  },
): PermitTerms | undefined {
  if (name === undefined || nonce === undefined || separator === undefined) return undefined;
  for (const candidate of [version, "1", "2"]) {
    if (candidate === undefined) continue;
    const domain = { name, version: candidate, chainId, verifyingContract: token };
    if (TypedDataEncoder.hashDomain(domain) === separator) return { domain, nonce };
  }
  return undefined;
}

/** What {@link Account} is made of. */
export function account(book: AddressBook, address: string): Query<Account> {
  const owner = getAddress(address);
  const { engine, dollar, reads } = book.contracts;
  const abi = ICreditEngine__factory.createInterface();
  const tokens = [...new Set([...Object.values(book.tokens), dollar])];
  const query = combined({
    position: view<{ debtShares: bigint; holdings: bigint[] }>(engine, abi, "position", [owner]),
    // Nobody may act for anybody where there is no such contract.
    allowed: view<boolean>(engine, abi, "isAuthorized", [owner, book.leverage ?? engine]),
    nonce: view<bigint>(engine, abi, "authorizationNonce", [owner]),
    hasCode: view<boolean>(reads, ReadBatch__factory.createInterface(), "hasCode", [owner]),
    wallet: listed(tokens.map((token) => walletToken(book, token, owner))),
  });
  return mapped(query, (r) => ({
    address: owner,
    debtShares: r.position.debtShares,
    holdings: r.position.holdings.map(decodeHolding),
    wallet: new Map(r.wallet.flatMap((t) => (t === undefined ? [] : [[t.token, t]]))),
    unknown: new Set(tokens.filter((_, i) => r.wallet[i] === undefined)),
    hasCode: r.hasCode,
    leverageAllowed: r.allowed,
    authorizationNonce: r.nonce,
  }));
}

/** Positions of other accounts. */
export function positions(book: AddressBook, accounts: readonly string[]): Query<ReadonlyMap<string, Position>> {
  const abi = ICreditEngine__factory.createInterface();
  const owners = accounts.map((a) => getAddress(a));
  const query = listed(
    owners.map((owner) =>
      view<{ debtShares: bigint; holdings: bigint[] }>(book.contracts.engine, abi, "position", [owner]),
    ),
  );
  return mapped(
    query,
    (list) =>
      new Map(
        list.map(({ debtShares, holdings }, i) => [
          owners[i] ?? "",
          { debtShares, holdings: holdings.map(decodeHolding) },
        ]),
      ),
  );
}
