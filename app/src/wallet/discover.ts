/** Finding wallets: each announces itself (EIP-6963); one that does not may be at `window.ethereum`. */

import { Store } from "../data/store.js";
import type { FoundWallet, WalletProvider } from "./types.js";

export const wallets = new Store<readonly FoundWallet[]>([]);

/** Wallets that do not announce themselves have this long. {ms} */
const PATIENCE = 300;

function isFound(detail: unknown): detail is FoundWallet {
  const { info, provider } = (detail ?? {}) as Partial<FoundWallet>;
  return typeof info?.uuid === "string" && typeof info.name === "string" && typeof provider?.request === "function";
}

/** Listens, and asks wallets to announce themselves. */
export function discover(): void {
  window.addEventListener("eip6963:announceProvider", (event) => {
    const { detail } = event as CustomEvent<unknown>;
    if (!isFound(detail) || wallets.value.some((w) => w.info.uuid === detail.info.uuid)) return;
    wallets.set([...wallets.value.filter((w) => w.info.uuid !== "window.ethereum"), detail]);
  });
  window.dispatchEvent(new Event("eip6963:requestProvider"));
  setTimeout(() => {
    const { ethereum } = window as { ethereum?: WalletProvider };
    if (wallets.value.length > 0 || typeof ethereum?.request !== "function") return;
    const info = { uuid: "window.ethereum", name: "Browser wallet", icon: "", rdns: "window.ethereum" };
    wallets.set([{ info, provider: ethereum }]);
  }, PATIENCE);
}
