/** Who signs: a keystore, a key of the environment, or an account that somebody else keeps (a node, a hardware wallet's bridge). */

import { getAddress, JsonRpcProvider, type JsonRpcApiProvider, type JsonRpcSigner, type Signer } from "ethers";

import { KeyError } from "../../keeper/config/errors.js";
import { loadWallet, PRIVATE_KEY, type Environment } from "../../keeper/config/key.js";
import { NETWORKS } from "../../keeper/config/networks.js";
import { withoutSecrets } from "../../keeper/config/sources.js";
import { parseAddress } from "../address.js";
import { EnvironmentError, UsageError } from "../errors.js";

/** As the command line has them. */
export interface SignerOptions {
  readonly keystore?: string;
  readonly passwordFile?: string;
  /** Account of the node, or of the external signer. */
  readonly from?: string;
  /** URL of an external signer: it shows what it is asked to sign, and sends it. */
  readonly signer?: string;
}

const HOW = `Name one: --keystore <file>, --from <address> with a node or --signer <url> that keeps the key, or set ${PRIVATE_KEY}.`;

/** Whom it is about when nobody is named: whoever would sign. */
export async function addressOf(options: SignerOptions, environment: Environment): Promise<string> {
  const address = await handOf(options, environment).address();
  if (address === undefined) throw nobody();
  return address;
}

export function nobody(): UsageError {
  return new UsageError("no account is named", HOW);
}

async function keyOf(
  { keystore, passwordFile }: SignerOptions,
  environment: Environment,
): ReturnType<typeof loadWallet> {
  const key = {
    ...(keystore === undefined ? {} : { keystore }),
    ...(passwordFile === undefined ? {} : { passwordFile }),
  };
  try {
    return await loadWallet({ key }, environment);
  } catch (error) {
    if (error instanceof KeyError) throw new EnvironmentError(error.message);
    throw error;
  }
}

/** A signer, and what is to be closed once it has signed. */
export interface SignerAtHand {
  readonly signer: Signer;
  readonly close: () => void;
}

/** Whoever acts, for commands that ask who it is before they have him sign. */
export interface Hand {
  /** Undefined if nobody is named. */
  readonly address: () => Promise<string | undefined>;
  /** @throws {UsageError} {EnvironmentError} */
  readonly open: (provider: JsonRpcApiProvider) => Promise<SignerAtHand>;
}

/** A keystore takes seconds to open: it is opened once, and only if it has to be. */
export function handOf(options: SignerOptions, environment: Environment): Hand {
  const { from, signer: url } = options;
  let opened: ReturnType<typeof keyOf> | undefined;
  const key = (): ReturnType<typeof keyOf> => (opened ??= keyOf(options, environment));
  return {
    address: async () => (from === undefined ? (await key())?.address : parseAddress(from)),
    open: async (provider) => {
      if (from !== undefined) return await openKept(parseAddress(from), url, provider);
      const wallet = await key();
      if (wallet === undefined) throw nobody();
      return { signer: wallet.connect(provider), close: () => undefined };
    },
  };
}

/** @throws {UsageError} {EnvironmentError} */
export async function openSigner(
  options: SignerOptions,
  environment: Environment,
  provider: JsonRpcApiProvider,
): Promise<SignerAtHand> {
  return await handOf(options, environment).open(provider);
}

/** An account whose key the node keeps, or the external signer at `url`. */
async function openKept(address: string, url: string | undefined, provider: JsonRpcApiProvider): Promise<SignerAtHand> {
  if (url === undefined) return { signer: await kept(provider, address, "the node"), close: () => undefined };
  const { chainId } = await provider.getNetwork();
  const external = new JsonRpcProvider(url, chainId, { staticNetwork: true });
  const close = (): void => {
    external.destroy();
  };
  try {
    const who = `the signer at ${withoutSecrets(url)}`;
    await onSameChain(external, chainId, who);
    return { signer: await kept(external, address, who), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** It sends where its own wallet is, which need not be where the account was looked at. */
async function onSameChain(external: JsonRpcProvider, chainId: bigint, who: string): Promise<void> {
  let its: bigint;
  try {
    its = BigInt((await external.send("eth_chainId", [])) as string);
  } catch {
    throw new EnvironmentError(`${who} does not say which chain it is on`);
  }
  if (its === chainId) return;
  const names = [nameOf(its), nameOf(chainId)];
  throw new EnvironmentError(
    `${who} is on ${names[0]}, and the account is on ${names[1]}`,
    `Switch it to ${names[1]} first.`,
  );
}

/** "mainnet (chain 1)" */
function nameOf(chainId: bigint): string {
  const known = Object.entries(NETWORKS).find(([, network]) => BigInt(network.chainId) === chainId);
  return known === undefined ? `chain ${chainId}` : `${known[0]} (chain ${chainId})`;
}

async function kept(provider: JsonRpcApiProvider, address: string, who: string): Promise<JsonRpcSigner> {
  let accounts: string[];
  try {
    accounts = (await provider.send("eth_accounts", [])) as string[];
  } catch {
    throw new EnvironmentError(`${who} does not answer`);
  }
  if (accounts.some((a) => getAddress(a) === address)) return await provider.getSigner(address);
  throw new EnvironmentError(`${who} does not keep the key of ${address}`, HOW);
}
