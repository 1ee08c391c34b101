/** Connecting: which wallet, which account, which network. */

import { type JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { begin } from "../data/activity.js";
import { deployment } from "../data/world.js";
import { useStore } from "../data/store.js";
import { shortAddress } from "../format/numbers.js";
import { wallets } from "../wallet/discover.js";
import { wordsFor } from "../wallet/perform.js";
import { connect, disconnect, session, switchChain } from "../wallet/session.js";
import type { FoundWallet } from "../wallet/types.js";

/** Says what went wrong with something that a wallet was asked for. */
function report(title: string, error: unknown): void {
  const found = deployment.value;
  if (found === undefined) return;
  begin(title)({ state: "failed", ...wordsFor(error, { names: { book: found.book }, node: found.node }) });
}

export function WalletButton(): JSX.Element {
  const current = useStore(session);
  const found = useStore(wallets);
  const place = useStore(deployment);
  const dialog = useRef<HTMLDialogElement>(null);
  const account = useRef<HTMLButtonElement>(null);
  const [asking, setAsking] = useState(false);

  useEffect(() => {
    if (current !== undefined) dialog.current?.close();
  }, [current]);

  const choose = async (wallet: FoundWallet): Promise<void> => {
    setAsking(true);
    try {
      await connect(wallet);
      dialog.current?.close();
    } catch (error) {
      dialog.current?.close();
      report("Not connected", error);
    } finally {
      setAsking(false);
    }
  };

  const wrong = current !== undefined && place !== undefined && current.chainId !== place.book.chainId;
  return (
    <div class="wallet">
      {wrong && (
        <button
          type="button"
          class="warn"
          onClick={() => {
            switchChain(current.wallet.provider, place.book).then(
              // This button goes: whoever pressed it stays beside it.
              () => account.current?.focus(),
              (error: unknown) => {
                report("The network was not switched", error);
              },
            );
          }}
        >
          Wrong network: switch
        </button>
      )}
      {current === undefined ? (
        <button
          type="button"
          class="primary"
          onClick={() => {
            dialog.current?.showModal();
          }}
        >
          Connect wallet
        </button>
      ) : (
        <button
          ref={account}
          type="button"
          title={`${current.address}, in ${current.wallet.info.name}. Press to disconnect.`}
          onClick={disconnect}
        >
          <span class="hidden">Disconnect </span>
          <code>{shortAddress(current.address)}</code> <span aria-hidden="true">×</span>
        </button>
      )}
      <dialog ref={dialog} aria-labelledby="wallets-title">
        <h2 id="wallets-title">Choose a wallet</h2>
        {found.length === 0 && (
          <p>
            No wallet has announced itself to this page. Install one as an extension of this browser (any that knows
            EIP-6963 will do), or unlock it, then reload.
          </p>
        )}
        <ul>
          {found.map((wallet) => (
            <li key={wallet.info.uuid}>
              <button type="button" disabled={asking} onClick={() => void choose(wallet)}>
                {wallet.info.icon.startsWith("data:image/") && (
                  <img src={wallet.info.icon} alt="" width="24" height="24" />
                )}
                {wallet.info.name}
              </button>
            </li>
          ))}
        </ul>
        <p aria-live="polite" class="note">
          {asking
            ? "Asking the wallet: look for its window."
            : "The wallet decides what this page may see; nothing is sent without your signature."}
        </p>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </div>
  );
}
