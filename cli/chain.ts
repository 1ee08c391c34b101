/** Which chain a command is about: a node that answers, and what is deployed there. Needs no bindings. */

import { readFileSync } from "node:fs";

import { JsonRpcProvider } from "ethers";

import { NotDeployed, readAddressBooks } from "../deploy/address-book.js";
import { NETWORKS } from "../keeper/config/networks.js";
import { InvalidAddressBook, parseAddressBook, type AddressBook } from "../sdk/addresses.js";
import { withoutSecrets } from "../keeper/config/sources.js";
import { EnvironmentError, UsageError } from "./errors.js";
import { nodeTrouble, nodeUrl } from "./node-trouble.js";
import { nearest } from "./suggestion.js";

const DEFAULT_URL = "http://127.0.0.1:8545";
const LOCAL = "localhost";

/** As the command line has them. */
export interface ChainOptions {
  /** Name of a network; the local one if absent. */
  readonly network?: string;
  /** URL of a node. */
  readonly rpc?: string;
  /** File with an address book, as deployments write it. */
  readonly addresses?: string;
  /** Where address books are, if not where deployments put them. */
  readonly folder?: string;
}

export interface ChainAtHand {
  readonly url: string;
  readonly book: AddressBook;
}

/** A node and what is deployed there, or why it is not one that can be used. */
type Found = { readonly url: string } & (
  { readonly book: AddressBook } | { readonly problem: string; readonly answers: boolean }
);

/** What a chain must have for the command: the engine, and perhaps more. */
export interface Needed {
  /** In messages: "the chain at ... has no ...". */
  readonly what: string;
  /** Undefined where the book has none. */
  readonly address: (book: AddressBook) => string | undefined;
}

const PROTOCOL: Needed = {
  what: "deployment of the protocol that is known here",
  address: (book) => book.contracts.reads,
};

/** A provider that asks the node anew each time: blocks of a local chain come faster than a cache expires. */
export function connect(url: string, chainId: number): JsonRpcProvider {
  return new JsonRpcProvider(url, chainId, {
    staticNetwork: true,
    cacheTimeout: -1,
    polling: true,
    pollingInterval: 250,
  });
}

/** Looks whether the node at `url` is of the chain and has what one of the books says. */
async function probe(url: string, chainId: number | undefined, books: Books, needed: Needed): Promise<Found> {
  const provider = new JsonRpcProvider(url, 1, { staticNetwork: true });
  const named = withoutSecrets(url);
  try {
    const actual = await provider.send("eth_chainId", []).then(Number, () => undefined);
    if (actual === undefined) return { url, answers: false, problem: `no chain answers at ${named}` };
    if (chainId !== undefined && actual !== chainId) {
      const problem = `the chain at ${named} has id ${actual}, a ${nameOf(chainId)} one has ${chainId}`;
      return { url, answers: true, problem };
    }
    // Its own book first: local chains look alike, but not to the last address.
    const own = (book: AddressBook): number => ((book.rpcUrl ?? DEFAULT_URL) === url ? 0 : 1);
    for (const book of [...books(actual)].sort((a, b) => own(a) - own(b))) {
      const address = needed.address(book);
      if (address === undefined) continue;
      const there = await Promise.all(
        [address, book.contracts.engine].map((a) => provider.send("eth_getCode", [a, "latest"])),
      );
      if (there.every((code) => code !== "0x")) return { url, book };
    }
    return { url, answers: true, problem: `the chain at ${named} has no ${needed.what}` };
  } catch (error) {
    throw nodeTrouble(error) ?? error;
  } finally {
    provider.destroy();
  }
}

function nameOf(chainId: number): string {
  const known = Object.entries(NETWORKS).find(([, network]) => network.chainId === chainId);
  return known === undefined || known[0] === LOCAL ? "local" : known[0];
}

/** What is known to be deployed on a chain. */
export type Books = (chainId: number) => readonly AddressBook[];

/**
 * The book in the file that is named, or those that deployments have put where they belong.
 * @throws {EnvironmentError} The file holds no address book, or that of another chain.
 */
export function booksOf({ addresses, folder }: Pick<ChainOptions, "addresses" | "folder">): Books {
  if (addresses !== undefined) {
    const book = readBook(addresses);
    return (chainId) => {
      if (book.chainId === chainId) return [book];
      throw new EnvironmentError(
        `${addresses} is the address book of chain ${book.chainId}, and the node is of chain ${chainId}`,
        "Name the book of that chain, or a node of the other: --rpc <url>",
      );
    };
  }
  return (chainId) => {
    try {
      return readAddressBooks(chainId, folder);
    } catch (error) {
      if (error instanceof NotDeployed) return [];
      throw error;
    }
  };
}

function readBook(path: string): AddressBook {
  try {
    return parseAddressBook(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    const reason =
      error instanceof InvalidAddressBook
        ? (error.problems[0] ?? "")
        : ((error as NodeJS.ErrnoException).code ?? "not JSON");
    throw new EnvironmentError(`${path} is no address book (${reason})`, "A deployment writes one: addresses.json.");
  }
}

/**
 * The node that is asked for, or the only local one that is running.
 * @throws {EnvironmentError} {UsageError}
 */
export async function findChain(options: ChainOptions, needed: Needed = PROTOCOL): Promise<ChainAtHand> {
  const { network, rpc } = options;
  const chainId = network === undefined ? (rpc === undefined ? chainIdOf(LOCAL) : undefined) : chainIdOf(network);
  const books = booksOf(options);
  const urls = rpc === undefined ? urlsOf(network ?? LOCAL, books) : new Set([nodeUrl(rpc)]);
  const found = await Promise.all([...urls].map((url) => probe(url, chainId, books, needed)));
  const usable = found.filter((one) => "book" in one);
  const [first] = usable;
  if (first === undefined) {
    const problems = found.flatMap((one) => ("problem" in one ? [one.problem] : []));
    const silent = found.every((one) => "problem" in one && !one.answers);
    const hint =
      chainId === chainIdOf(LOCAL)
        ? "Start one in another terminal: npm start"
        : silent
          ? "Is the URL right, and is a node running there? --rpc <url>"
          : "Name its addresses: --addresses <file>";
    throw new EnvironmentError(problems.join("; "), hint);
  }
  if (usable.length > 1) {
    const choices = usable.map(({ url }) => `--rpc ${url}`).join(" or ");
    throw new UsageError("several local chains are running", `Say which one is meant: ${choices}`);
  }
  return first;
}

function chainIdOf(network: string): number {
  const known = NETWORKS[network];
  if (known !== undefined) return known.chainId;
  const meant = nearest(network, Object.keys(NETWORKS));
  const others = `There are ${Object.keys(NETWORKS).join(", ")}.`;
  throw new UsageError(`no network is called "${network}"`, meant === undefined ? others : `Did you mean ${meant}?`);
}

/** Where nodes of the network usually are. */
function urlsOf(network: string, books: Books): Set<string> {
  if (network !== LOCAL) throw new UsageError(`no node of ${network} is named`, "Name one: --rpc <url>");
  const known = books(chainIdOf(LOCAL));
  if (known.length > 0) return new Set(known.map((book) => book.rpcUrl ?? DEFAULT_URL));
  throw new EnvironmentError(
    new NotDeployed(chainIdOf(LOCAL)).message,
    "Start the demo in another terminal first: npm start",
  );
}
