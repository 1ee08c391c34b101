/** Where an amount is written. */

import type { ComponentChildren, JSX } from "preact";

/** A field with its label; what is behind it is what the reader has to know of it. */
export function AmountField({
  id,
  label,
  value,
  placeholder = "0.0",
  problem,
  most,
  note,
  onWrite,
}: {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  /** What is wrong with what is written. */
  readonly problem: string | undefined;
  /** A button that writes the most there can be. */
  readonly most?: { readonly possible: boolean; readonly onTake: () => void };
  /** Below the field, and read with it. */
  readonly note?: ComponentChildren;
  readonly onWrite: (text: string) => void;
}): JSX.Element {
  const noteId = note === undefined ? undefined : `${id}-note`;
  const input = (
    <input
      id={id}
      inputMode="decimal"
      autocomplete="off"
      placeholder={placeholder}
      value={value}
      aria-invalid={problem !== undefined}
      aria-describedby={noteId}
      onInput={(event) => {
        onWrite(event.currentTarget.value);
      }}
    />
  );
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {most === undefined ? (
        input
      ) : (
        <div class="with-button">
          {input}
          <button type="button" disabled={!most.possible} onClick={most.onTake}>
            Max
          </button>
        </div>
      )}
      {note !== undefined && (
        <p class="note" id={noteId}>
          {note}
        </p>
      )}
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
