/** Test tokens from the faucet of a local chain. Needs the contracts' bindings. */

import { formatUnits, getAddress, isAddress, isError, JsonRpcProvider, parseEther, toQuantity } from "ethers";

import { NotDeployed, readAddressBooks } from "../../deploy/address-book.js";
import { LOCAL_CHAIN_ID } from "../../replay/chain/embedded.js";
import type { AddressBook } from "../../sdk/addresses.js";
import { Faucet__factory, IPlimsollDollar__factory } from "../../types/contracts/index.js";
import { CliError, EnvironmentError, EXIT, UsageError } from "../errors.js";

/** Given for gas; the chain is local. */
const ETHER = parseEther("10");
const DEFAULT_URL = "http://127.0.0.1:8545";

export interface HandOutOptions {
  /** The node; found by the address books if absent. */
  readonly rpc?: string;
  /** Where address books are, if not where deployments put them. */
  readonly folder?: string;
  readonly say: (line: string) => void;
}

/** Gives `recipient` ether and its share of every test token, and says what it has. */
export async function handOut(recipient: string, { rpc, folder, say }: HandOutOptions): Promise<void> {
  const to = parseRecipient(recipient);
  const { url, book } = await localChain(rpc, folder);
  const provider = connect(url);
  try {
    const signer = await provider.getSigner(0);
    const balance = await provider.getBalance(to);
    if (balance < ETHER) await provider.send("hardhat_setBalance", [to, toQuantity(ETHER)]);
    const contract = Faucet__factory.connect(book.faucet, signer);
    let claimed: bigint;
    try {
      claimed = await contract.claimAll.staticCall(to);
    } catch (error) {
      if (!isError(error, "CALL_EXCEPTION") || error.revert?.name !== "NothingLeft") throw error;
      throw new CliError(`the faucet at ${url} has nothing left`, EXIT.failed, "Start the demo anew: npm start");
    }
    if (claimed > 0n) await (await contract.claimAll(to)).wait();
    say(claimed > 0n ? `${to} now has:` : `${to} had its share today; it has:`);
    for (const address of await contract.tokens()) {
      // Any ERC-20 with metadata answers what is asked here.
      const token = IPlimsollDollar__factory.connect(address, provider);
      const amount = formatUnits(await token.balanceOf(to), await token.decimals());
      say(`  ${amount.padStart(14)} ${await token.symbol()}`);
    }
    say(`  ${formatUnits(await provider.getBalance(to), 18).padStart(14)} ETH`);
  } finally {
    provider.destroy();
  }
}

function parseRecipient(recipient: string): string {
  const valid: boolean = isAddress(recipient);
  if (valid) return getAddress(recipient);
  if (/^(0x)?[0-9a-f]{40}$/i.test(recipient)) {
    throw new UsageError(
      `"${recipient}" has a wrong checksum: a character or the case of one is mistyped`,
      "Copy the address again, or write it all in lower case.",
    );
  }
  throw new UsageError(`"${recipient}" is not an address`, "An address is 0x and 40 hexadecimal digits.");
}

function connect(url: string): JsonRpcProvider {
  return new JsonRpcProvider(url, LOCAL_CHAIN_ID, { staticNetwork: true });
}

type BookWithFaucet = AddressBook & { readonly faucet: string };

/** A node and what is deployed there, or why it is not one that can be used. */
type Found = { readonly url: string } & ({ readonly book: BookWithFaucet } | { readonly problem: string });

/** Looks whether the node at `url` is a local chain that has what one of the books says. */
async function probe(url: string, books: readonly AddressBook[]): Promise<Found> {
  const provider = connect(url);
  try {
    const chainId = await provider.send("eth_chainId", []).then(Number, () => undefined);
    if (chainId === undefined) return { url, problem: `no chain answers at ${url}` };
    if (chainId !== LOCAL_CHAIN_ID) {
      return { url, problem: `the chain at ${url} has id ${chainId}, a local one has ${LOCAL_CHAIN_ID}` };
    }
    // Its own book first: local chains look alike, but not to the last address.
    const own = (book: AddressBook): number => ((book.rpcUrl ?? DEFAULT_URL) === url ? 0 : 1);
    for (const book of [...books].sort((a, b) => own(a) - own(b))) {
      const { faucet } = book;
      if (faucet === undefined) continue;
      const there = await Promise.all([faucet, book.contracts.engine].map(async (a) => await provider.getCode(a)));
      if (there.every((code) => code !== "0x")) return { url, book: { ...book, faucet } };
    }
    return { url, problem: `the chain at ${url} has no faucet` };
  } finally {
    provider.destroy();
  }
}

/** The node that is asked for, or the only one that is running. */
async function localChain(
  rpc: string | undefined,
  folder: string | undefined,
): Promise<{ url: string; book: BookWithFaucet }> {
  const books = localBooks(folder);
  const urls = rpc === undefined ? new Set(books.map((book) => book.rpcUrl ?? DEFAULT_URL)) : [rpc];
  const found = await Promise.all([...urls].map(async (url) => await probe(url, books)));
  const usable = found.filter((one) => "book" in one);
  const [first] = usable;
  if (first === undefined) {
    const problems = found.flatMap((one) => ("problem" in one ? [one.problem] : []));
    throw new EnvironmentError(problems.join("; "), "Start one in another terminal: npm start");
  }
  if (usable.length > 1) {
    const choices = usable.map(({ url }) => `--rpc ${url}`).join(" or ");
    throw new UsageError("several local chains are running", `Say which one is meant: ${choices}`);
  }
  return first;
}

function localBooks(folder: string | undefined): AddressBook[] {
  try {
    return readAddressBooks(LOCAL_CHAIN_ID, folder);
  } catch (error) {
    if (!(error instanceof NotDeployed)) throw error;
    throw new EnvironmentError(error.message, "Start the demo in another terminal first: npm start");
  }
}
