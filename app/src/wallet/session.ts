/** The wallet that is connected: who it acts for, on which chain, and what it can do. */

import { getAddress, isAddress, toQuantity } from "ethers";

import type { AddressBook } from "../../../sdk/addresses.js";
import { Store } from "../data/store.js";
import { codeOf, UNKNOWN_CHAIN, type FoundWallet, type WalletProvider } from "./types.js";

export interface Session {
  readonly wallet: FoundWallet;
  readonly address: string;
  readonly chainId: number;
}

export const session = new Store<Session | undefined>(undefined);

const REMEMBERED = "plimsoll.wallet";

function remember(rdns: string | undefined): void {
  try {
    if (rdns === undefined) localStorage.removeItem(REMEMBERED);
    else localStorage.setItem(REMEMBERED, rdns);
  } catch {
    // No storage: next time it has to be chosen again.
  }
}

export function remembered(): string | undefined {
  try {
    return localStorage.getItem(REMEMBERED) ?? undefined;
  } catch {
    return undefined;
  }
}

let stopListening = (): void => undefined;

function firstOf(accounts: unknown): string | undefined {
  const first = Array.isArray(accounts) ? (accounts as readonly unknown[])[0] : undefined;
  return typeof first === "string" && isAddress(first) ? getAddress(first) : undefined;
}

function listen(wallet: FoundWallet): void {
  stopListening();
  const { provider } = wallet;
  const accounts = (value: unknown): void => {
    const address = firstOf(value);
    if (address === undefined) disconnect();
    else if (session.value !== undefined) session.set({ ...session.value, address });
  };
  const chain = (value: unknown): void => {
    if (session.value !== undefined) session.set({ ...session.value, chainId: Number(value) });
  };
  provider.on?.("accountsChanged", accounts);
  provider.on?.("chainChanged", chain);
  stopListening = () => {
    provider.removeListener?.("accountsChanged", accounts);
    provider.removeListener?.("chainChanged", chain);
  };
}

/**
 * Connects.
 * @param quietly Only if the wallet allowed it before: it is not opened.
 */
export async function connect(wallet: FoundWallet, quietly = false): Promise<void> {
  const { provider, info } = wallet;
  const address = firstOf(await provider.request({ method: quietly ? "eth_accounts" : "eth_requestAccounts" }));
  if (address === undefined) {
    if (quietly) return;
    throw new Error("The wallet has no account for this page. Unlock it, or create one, and connect again.");
  }
  const chainId = Number(await provider.request({ method: "eth_chainId" }));
  listen(wallet);
  remember(info.rdns);
  session.set({ wallet, address, chainId });
}

export function disconnect(): void {
  stopListening();
  remember(undefined);
  session.set(undefined);
}

/** Has the wallet go to the deployment's chain; adds it where the wallet does not know it. */
export async function switchChain(provider: WalletProvider, { chainId, rpcUrl }: AddressBook): Promise<void> {
  const id = toQuantity(chainId);
  try {
    await provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId: id }] });
  } catch (error) {
    if (codeOf(error) !== UNKNOWN_CHAIN || rpcUrl === undefined) throw error;
    const nativeCurrency = { name: "Ether", symbol: "ETH", decimals: 18 };
    const chain = { chainId: id, chainName: `Plimsoll chain ${chainId}`, rpcUrls: [rpcUrl], nativeCurrency };
    await provider.request({ method: "wallet_addEthereumChain", params: [chain] });
  }
  if (session.value !== undefined) {
    session.set({ ...session.value, chainId: Number(await provider.request({ method: "eth_chainId" })) });
  }
}

/** Whether the wallet sends several calls as one, all or nothing (EIP-5792). */
export async function batches(provider: WalletProvider, address: string, chainId: number): Promise<boolean> {
  try {
    const id = toQuantity(chainId);
    const answer = await provider.request({ method: "wallet_getCapabilities", params: [address, [id]] });
    const own = (answer as Record<string, { atomic?: { status?: string } } | undefined> | null)?.[id];
    return own?.atomic?.status === "supported" || own?.atomic?.status === "ready";
  } catch {
    return false;
  }
}
