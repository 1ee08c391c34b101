/** What this page is doing or has done with the wallet, said where screen readers hear it. */

import { type JSX } from "preact";

import { activity, close } from "../data/activity.js";
import { useStore } from "../data/store.js";

const LEVELS = { working: "none", done: "good", failed: "bad" } as const;
const SIGNS = { working: "…", done: "✓", failed: "✕" } as const;

export function Activity(): JSX.Element {
  const entries = useStore(activity);
  return (
    <div class="activity" aria-live="polite">
      {entries.map(({ id, title, state, text, fix, hash, stop }) => (
        <div class={`notice ${LEVELS[state]}`} data-state={state} key={id}>
          {state !== "working" && (
            <button
              type="button"
              class="close"
              aria-label="Close this message"
              onClick={() => {
                close(id);
              }}
            >
              ×
            </button>
          )}
          <strong>
            <span aria-hidden="true">{SIGNS[state]}</span> {title}
          </strong>
          <p>{text}</p>
          {fix !== undefined && <p>{fix}</p>}
          {hash !== undefined && <p class="hash">Transaction {hash}</p>}
          {stop !== undefined && (
            <button type="button" onClick={stop}>
              {hash === undefined ? "Stop waiting" : "Stop following it"}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
