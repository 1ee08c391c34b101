/** Test tokens from the faucet of a local chain. Needs the contracts' bindings. */

import { formatUnits, isError, parseEther, toQuantity } from "ethers";

import { LOCAL_CHAIN_ID } from "../../replay/chain/embedded.js";
import { present } from "../../sdk/present.js";
import { Faucet__factory, IPlimsollDollar__factory } from "../../types/contracts/index.js";
import { parseAddress } from "../address.js";
import { connect, findChain } from "../chain.js";
import { CliError, EXIT } from "../errors.js";

/** Given for gas; the chain is local. */
const ETHER = parseEther("10");

export interface HandOutOptions {
  /** The node; found by the address books if absent. */
  readonly rpc?: string;
  /** Where address books are, if not where deployments put them. */
  readonly folder?: string;
  readonly say: (line: string) => void;
}

/** Gives `recipient` ether and its share of every test token, and says what it has. */
export async function handOut(recipient: string, { rpc, folder, say }: HandOutOptions): Promise<void> {
  const to = parseAddress(recipient);
  const { url, book } = await findChain(
    { network: "localhost", ...(rpc === undefined ? {} : { rpc }), ...(folder === undefined ? {} : { folder }) },
    { what: "faucet", address: (b) => b.faucet },
  );
  const provider = connect(url, LOCAL_CHAIN_ID);
  try {
    const signer = await provider.getSigner(0);
    const balance = await provider.getBalance(to);
    if (balance < ETHER) await provider.send("hardhat_setBalance", [to, toQuantity(ETHER)]);
    const contract = Faucet__factory.connect(present(book.faucet, "faucet"), signer);
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
