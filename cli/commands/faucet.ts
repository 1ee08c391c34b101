import type { Command } from "commander";
import { formatUnits, getAddress, isAddress, JsonRpcProvider, parseEther, toQuantity } from "ethers";

import { NotDeployed, readAddressBook } from "../../deploy/address-book.js";
import { LOCAL_CHAIN_ID } from "../../replay/chain/embedded.js";
import { Faucet__factory, IPlimsollDollar__factory } from "../../types/contracts/index.js";
import { EnvironmentError, UsageError } from "../errors.js";

/** Given for gas; the chain is local. */
const ETHER = parseEther("10");
const DEFAULT_URL = "http://127.0.0.1:8545";

/** `plimsoll faucet`: test tokens for an address, on the local chain of `plimsoll demo`. */
export function registerFaucet(program: Command): void {
  program
    .command("faucet")
    .description("hand out test tokens and ether on the local chain of a running demo")
    .argument("<address>", "who gets them")
    .option("--rpc <url>", "the demo's chain", DEFAULT_URL)
    .addHelpText("after", "\nExample:\n  plimsoll faucet 0x70997970C51812dc3A010C7d01b50e0d17dc79C8\n")
    .action(faucet);
}

async function faucet(recipient: string, options: { rpc: string }): Promise<void> {
  const valid: boolean = isAddress(recipient);
  if (!valid) {
    throw new UsageError(`"${recipient}" is not an address`, "An address is 0x and 40 hexadecimal digits.");
  }
  const to = getAddress(recipient);
  const book = localBook();
  const provider = new JsonRpcProvider(options.rpc, LOCAL_CHAIN_ID, { staticNetwork: true });
  try {
    const client = (await provider.send("web3_clientVersion", []).catch(() => {
      throw new EnvironmentError(`no chain answers at ${options.rpc}`, "Start one in another terminal: npm start");
    })) as string;
    if (book.faucet === undefined || (await provider.getCode(book.faucet)) === "0x") {
      throw new EnvironmentError(
        `the chain at ${options.rpc} (${client}) has no faucet`,
        "Is it the one of `npm start`?",
      );
    }
    const signer = await provider.getSigner(0);
    const balance = await provider.getBalance(to);
    if (balance < ETHER) await provider.send("hardhat_setBalance", [to, toQuantity(ETHER)]);
    const contract = Faucet__factory.connect(book.faucet, signer);
    const claimed = await contract.claimAll.staticCall(to);
    if (claimed > 0n) await (await contract.claimAll(to)).wait();
    process.stdout.write(claimed > 0n ? `${to} now has:\n` : `${to} had its share today; it has:\n`);
    for (const address of await contract.tokens()) {
      // Any ERC-20 with metadata answers what is asked here.
      const token = IPlimsollDollar__factory.connect(address, provider);
      const amount = formatUnits(await token.balanceOf(to), await token.decimals());
      process.stdout.write(`  ${amount.padStart(14)} ${await token.symbol()}\n`);
    }
    process.stdout.write(`  ${formatUnits(await provider.getBalance(to), 18).padStart(14)} ETH\n`);
  } finally {
    provider.destroy();
  }
}

function localBook(): ReturnType<typeof readAddressBook> {
  try {
    return readAddressBook(LOCAL_CHAIN_ID);
  } catch (error) {
    if (!(error instanceof NotDeployed)) throw error;
    throw new EnvironmentError(error.message, "Start the demo in another terminal first: npm start");
  }
}
