/** Staking in the Backstop, and the three moments of leaving it. */

import { formatUnits, MaxUint256 } from "ethers";
import { type JSX } from "preact";
import { useState } from "preact/hooks";

import { useStore } from "../data/store.js";
import type { World } from "../data/world.js";
import { amount as amountOf, exactly } from "../format/numbers.js";
import { moment } from "../format/time.js";
import { typedAmount } from "../format/typed.js";
import { session } from "../wallet/session.js";
import { AmountField } from "./amount-field.js";
import { FormState } from "./form-state.js";
import { useAct, type Deed } from "./use-act.js";
import { backstopClaim, backstopDeposit, backstopExit, backstopMarkDue } from "../../../sdk/actions/backstop.js";
import { sharesFor } from "../../../sdk/arithmetic/backstop.js";
import type { Outcome } from "../../../sdk/actions/types.js";
import type { Account } from "../../../sdk/reads/account.js";
import { stakeWorth, type Stake } from "../../../sdk/reads/backstop.js";

const DECIMALS = 18;

interface Step extends Deed {
  readonly note: string;
  readonly outcome: Outcome;
}

export function StakeForm({
  world,
  account,
  stake,
}: {
  readonly world: World;
  readonly account: Account;
  readonly stake: Stake;
}): JSX.Element {
  const [text, setText] = useState("");
  const [partText, setPartText] = useState("");
  const current = useStore(session);
  const { busy, act } = useAct(world);
  const { book, block, protocol, backstop } = world;
  const snapshot = { book, block, protocol, account, backstop, stake };
  const held = account.wallet.get(book.contracts.dollar)?.balance ?? 0n;
  const own = current?.address === account.address && current.chainId === book.chainId;
  const { amount, problem } = typedAmount(text, DECIMALS, "plUSD");

  const intent = { amount: amount ?? 0n };
  const staking: Step | undefined =
    amount === undefined || amount === 0n
      ? undefined
      : {
          title: `Stake ${exactly(amount, DECIMALS)} plUSD`,
          note: "It bears losses from the next block on, and earns with everybody else.",
          outcome: backstopDeposit.preview(snapshot, intent),
          requirements: backstopDeposit.requirements(snapshot, intent),
          tx: (signatures) => backstopDeposit.tx(snapshot, intent, signatures),
        };

  const part = typedAmount(partText, DECIMALS, "plUSD");
  const leave = (): Step | undefined => {
    if (stake.claim === undefined) {
      if (stake.shares === 0n || part.problem !== undefined) return undefined;
      const all = { shares: part.amount === undefined ? MaxUint256 : sharesFor(part.amount, backstop.pool) };
      const outcome = backstopClaim.preview(snapshot, all);
      return {
        title: `Begin to leave, with ${part.amount === undefined ? "all of it" : `${exactly(part.amount, DECIMALS)} plUSD`}`,
        note: `${amountOf(outcome.assets)} plUSD would cool: they bear losses and earn nothing until ${moment(outcome.opensAt)}, when the claim can be marked due.`,
        outcome,
        requirements: [],
        tx: () => backstopClaim.tx(snapshot, all),
      };
    }
    const due = stake.claim.dueAt !== 0n;
    const outcome = due ? backstopExit.preview(snapshot, {}) : backstopMarkDue.preview(snapshot, {});
    return {
      title: due ? "Have it paid" : "Mark the claim due",
      note: `At most ${amountOf(outcome.assets)} plUSD, and less if there is a loss until then.`,
      outcome,
      requirements: [],
      tx: () => (due ? backstopExit.tx(snapshot, {}) : backstopMarkDue.tx(snapshot, {})),
    };
  };
  const leaving = leave();
  const mayChoose = stake.claim === undefined && stake.shares > 0n;

  const take = (step: Step): void => {
    void act(step, () => {
      setText("");
      setPartText("");
    });
  };

  const shown = (step: Step): JSX.Element => (
    <>
      <p class="note">{step.note}</p>
      {step.outcome.problems.map(({ name, message, fix }) => (
        <p class="problem" key={name}>
          {message} <b>{fix}</b>
        </p>
      ))}
    </>
  );

  return (
    <div class="halves">
      <form
        class="act"
        onSubmit={(event) => {
          event.preventDefault();
          if (staking !== undefined) take(staking);
        }}
      >
        <AmountField
          id="stake-amount"
          label="Stake, plUSD"
          value={text}
          problem={problem}
          most={{
            possible: held !== 0n,
            onTake: () => {
              setText(formatUnits(held, DECIMALS));
            },
          }}
          onWrite={setText}
        />
        {staking !== undefined && shown(staking)}
        <FormState busy={busy} />
        <button
          type="submit"
          class="primary"
          disabled={!own || busy || staking === undefined || staking.outcome.problems.length > 0}
        >
          {staking?.title ?? "Stake"}
        </button>
      </form>
      {(mayChoose || leaving !== undefined) && (
        <div class="act">
          {mayChoose && (
            <AmountField
              id="leave-amount"
              label="Leave with, plUSD (all of it if nothing is written)"
              value={partText}
              placeholder="all"
              problem={part.problem}
              onWrite={setPartText}
            />
          )}
          {leaving !== undefined && shown(leaving)}
          <button
            type="button"
            disabled={!own || busy || leaving === undefined || leaving.outcome.problems.length > 0}
            onClick={() => {
              if (leaving !== undefined) take(leaving);
            }}
          >
            {leaving?.title ?? "Begin to leave"}
          </button>
        </div>
      )}
      {leaving === undefined && !mayChoose && stakeWorth(backstop, stake) === 0n && (
        <p class="note">Nothing of yours is staked.</p>
      )}
    </div>
  );
}
