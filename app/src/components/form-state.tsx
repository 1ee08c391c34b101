/** What somebody has to know before he presses the button beside it. */

import { type JSX } from "preact";

import { useStore } from "../data/store.js";
import { reading } from "../data/world.js";

/** @param busy Something else is being done. */
export function FormState({ busy }: { readonly busy: boolean }): JSX.Element | null {
  const now = useStore(reading);
  const trouble = now.state === "there" ? now.trouble : undefined;
  return (
    <>
      {trouble !== undefined && now.state === "there" && (
        <p class="problem">
          These figures are of block {now.world.block.number.toString()}, and not up to date: {trouble}
        </p>
      )}
      {busy && (
        <p class="note">
          One thing at a time: what was begun has not ended yet. Its message is at the top of the page.
        </p>
      )}
    </>
  );
}
