/** Deposit, borrow, repay, withdraw: the form, every number before signing, and the signature. */

import { formatUnits, MaxUint256 } from "ethers";
import { type JSX } from "preact";
import { useMemo, useState } from "preact/hooks";

import { useStore } from "../data/store.js";
import { unpricedOf } from "../data/unpriced.js";
import type { World } from "../data/world.js";
import { balanceOf, mostOf, planOf, type Kind, type Plan, type Wish } from "../data/intent.js";
import { exactly, health as healthText, price, share, tokens, usd, yearly, toNumber } from "../format/numbers.js";
import { accountVerdict } from "../format/standing.js";
import { typedAmount } from "../format/typed.js";
import { session } from "../wallet/session.js";
import { AmountField } from "./amount-field.js";
import { Panel, Status } from "./basics.js";
import { FormState } from "./form-state.js";
import { useAct } from "./use-act.js";
import type { Account } from "../../../sdk/reads/account.js";
import type { Asset } from "../../../sdk/reads/protocol.js";
import type { Requirement } from "../../../sdk/actions/types.js";

const KINDS: readonly (readonly [Kind, string])[] = [
  ["deposit", "Deposit"],
  ["borrow", "Borrow"],
  ["repay", "Repay"],
  ["withdraw", "Withdraw"],
];
const DOLLAR = { symbol: "plUSD", decimals: 18 };
const WHOLE = 100n;

interface Props {
  readonly world: World;
  readonly account: Account;
  readonly own: boolean;
}

export function ActionPanel({ world, account, own }: Props): JSX.Element {
  const [kind, setKind] = useState<Kind>(account.holdings.length === 0 ? "deposit" : "borrow");
  const [symbol, setSymbol] = useState<string | undefined>(undefined);
  const [text, setText] = useState("");
  const [all, setAll] = useState(false);
  const [extra, setExtra] = useState("");
  const current = useStore(session);

  const { busy, act } = useAct(world);
  const { protocol, book, block } = world;
  const snapshot = useMemo(() => ({ book, block, protocol, account }), [world, account]);
  const choices =
    kind === "withdraw"
      ? protocol.assets.filter((a) => account.holdings.some((h) => h.asset === a.number))
      : protocol.assets;
  const asset = choices.find((a) => a.symbol === symbol) ?? choices[0];
  const ofAsset = kind === "deposit" || kind === "withdraw";
  const unit = ofAsset && asset !== undefined ? asset : DOLLAR;
  const most = useMemo(
    () => (asset === undefined && ofAsset ? 0n : mostOf(snapshot, kind, asset ?? firstOf(protocol.assets))),
    [snapshot, kind, asset],
  );

  const written = all ? { amount: most, problem: undefined } : typedAmount(text, unit.decimals, unit.symbol);
  const writtenExtra = typedAmount(kind === "deposit" ? extra : "", DOLLAR.decimals, DOLLAR.symbol);
  const typed = written.amount;
  const typedExtra = writtenExtra.problem === undefined ? (writtenExtra.amount ?? 0n) : undefined;
  const wish: Wish | undefined =
    asset === undefined || typed === undefined || typed === 0n || typedExtra === undefined
      ? undefined
      : { kind, asset, amount: typed, all, borrowed: typedExtra };
  const plan = useMemo(
    () => (wish === undefined ? undefined : planOf(snapshot, wish)),
    [snapshot, kind, asset, typed, typedExtra, all],
  );
  const shownText = all ? formatUnits(most, unit.decimals) : text;
  const part = most === 0n || typed === undefined ? 0 : Math.min(100, Number((typed * WHOLE) / most));
  const wrongChain = current !== undefined && current.chainId !== book.chainId;
  const title = wish === undefined ? nameOf(kind) : titleOf(wish, unit);

  const choose = (next: Kind): void => {
    setKind(next);
    setText("");
    setExtra("");
    setAll(false);
  };

  const submit = (): void => {
    if (plan === undefined) return;
    const { requirements } = plan;
    void act({ title, requirements, tx: (signatures) => plan.tx(signatures) }, () => {
      setText("");
      setExtra("");
      setAll(false);
    });
  };

  return (
    <Panel
      title="Act"
      note={own ? undefined : "What it would come to. To do it, connect the wallet that holds this account."}
    >
      <div class="tabs" role="group" aria-label="What to do">
        {KINDS.map(([name, label]) => (
          <button
            key={name}
            type="button"
            aria-pressed={name === kind}
            onClick={() => {
              choose(name);
            }}
          >
            {label}
          </button>
        ))}
      </div>
      <form
        class="act"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {ofAsset && (
          <div class="field">
            <label for="act-asset">Asset</label>
            <select
              id="act-asset"
              value={asset?.symbol}
              onChange={(event) => {
                setSymbol(event.currentTarget.value);
                setText("");
                setAll(false);
              }}
            >
              {choices.map((a) => (
                <option key={a.symbol} value={a.symbol}>
                  {a.symbol}
                </option>
              ))}
            </select>
          </div>
        )}
        <AmountField
          id="act-amount"
          label={`Amount, ${unit.symbol}`}
          value={shownText}
          problem={written.problem}
          most={{
            possible: most !== 0n,
            onTake: () => {
              setAll(true);
            },
          }}
          note={
            asset?.answers === false
              ? `The token ${asset.symbol} does not answer: it can be neither paid in nor out. Everything else goes on.`
              : mostText(kind, most, unit, asset === undefined ? 0n : balanceOf(snapshot, asset.token))
          }
          onWrite={(entered) => {
            setText(entered);
            setAll(false);
          }}
        />
        <div class="field">
          <label for="act-part">Part of what is possible: {part}%</label>
          <input
            id="act-part"
            type="range"
            min="0"
            max="100"
            step="1"
            value={part}
            disabled={most === 0n}
            onInput={(event) => {
              const chosen = BigInt(event.currentTarget.value);
              setAll(chosen === WHOLE);
              setText(
                chosen === WHOLE ? "" : formatUnits(rounded((most * chosen) / WHOLE, unit.decimals), unit.decimals),
              );
            }}
          />
        </div>
        {kind === "deposit" && (
          <AmountField
            id="act-extra"
            label="And borrow in the same transaction, plUSD (optional)"
            value={extra}
            problem={writtenExtra.problem}
            onWrite={setExtra}
          />
        )}
        {plan !== undefined && (
          <Preview
            plan={plan}
            assets={protocol.assets}
            rate={protocol.debt.rate}
            certain={unpricedOf(account.holdings, protocol.assets).length === 0}
          />
        )}
        <div aria-live="polite">
          {plan?.preview.problems.map((problem) => (
            <p class="problem" key={problem.name + problem.message}>
              {problem.message} <b>{problem.fix}</b>
            </p>
          ))}
        </div>
        {plan?.preview.problems.length === 0 && own && <p class="note">{stepsText(plan.requirements)}</p>}
        {wrongChain && <p class="problem">The wallet is on another network: switch it at the top of the page.</p>}
        <FormState busy={busy} />
        <button
          type="submit"
          class="primary"
          disabled={!own || busy || wrongChain || plan === undefined || plan.preview.problems.length > 0}
        >
          {busy ? "Working…" : title}
        </button>
      </form>
    </Panel>
  );
}

function firstOf(assets: readonly Asset[]): Asset {
  const [first] = assets;
  if (first === undefined) throw new Error("no asset is listed");
  return first;
}

function nameOf(kind: Kind): string {
  return KINDS.find(([name]) => name === kind)?.[1] ?? kind;
}

function titleOf(
  { kind, amount, borrowed }: Wish,
  unit: { readonly symbol: string; readonly decimals: number },
): string {
  const more = borrowed > 0n ? ` and borrow ${exactly(borrowed, DOLLAR.decimals)} plUSD` : "";
  return `${nameOf(kind)} ${exactly(amount, unit.decimals)} ${unit.symbol}${more}`;
}

/** Four digits are enough for a slider. */
function rounded(amount: bigint, decimals: number): bigint {
  const step = 10n ** BigInt(Math.max(0, decimals - 4));
  return amount > step ? (amount / step) * step : amount;
}

function mostText(
  kind: Kind,
  most: bigint,
  unit: { readonly symbol: string; readonly decimals: number },
  balance: bigint,
): string {
  const much = `${tokens(most, unit.decimals)} ${unit.symbol}`;
  switch (kind) {
    case "deposit":
      return `You have ${tokens(balance, unit.decimals)} ${unit.symbol}; up to ${much} can be deposited.`;
    case "borrow":
      return `Up to ${much} more can be borrowed against what is deposited.`;
    case "repay":
      return `Up to ${much}: what is owed, or what you have.`;
    case "withdraw":
      return `Up to ${much} can leave without touching the limit.`;
  }
}

/** What the wallet will ask for. */
function stepsText(requirements: readonly Requirement[]): string {
  const parts = requirements.map((r) => {
    if (r.kind === "refresh") return "bringing the balance sheet up to date (anyone may)";
    if (r.kind === "approval" && r.permit !== undefined) return "a signature for the allowance, without gas";
    return "an allowance";
  });
  if (parts.length === 0) return "One transaction, no allowance needed.";
  return `Your wallet asks for: ${[...new Set(parts)].join(", ")}, and the transaction; in one go where it can batch.`;
}

function Preview({
  plan,
  assets,
  rate,
  certain,
}: {
  readonly plan: Plan;
  readonly assets: readonly Asset[];
  readonly rate: bigint;
  /** Whether everything in the account has a live price. */
  readonly certain: boolean;
}): JSX.Element {
  const { before, after } = plan.preview;
  const verdict = accountVerdict(after.health, certain);
  const cost = (debt: bigint): string => usd(BigInt(Math.round(toNumber(debt) * yearly(rate) * 1e6)) * 10n ** 12n, 2);
  const touched = assets.filter((a) => before.liquidationPrices.has(a.number) || after.liquidationPrices.has(a.number));
  const at = (value: bigint | undefined): string => (value === undefined ? "–" : price(value));
  const rows: readonly (readonly [string, string, string])[] = [
    ["Health", healthText(before.health), healthText(after.health)],
    ["Collateral", usd(before.collateralValue, 2), usd(after.collateralValue, 2)],
    ["Debt", usd(before.debt, 2), usd(after.debt, 2)],
    ["Borrow limit", usd(before.borrowLimit, 2), usd(after.borrowLimit, 2)],
    ["Still to be borrowed", usd(before.available, 2), usd(after.available, 2)],
    ["Liquidated above a debt of", usd(before.maintenanceLimit, 2), usd(after.maintenanceLimit, 2)],
    ...touched.map(
      (a) =>
        [
          `Liquidation price, ${a.symbol}`,
          at(before.liquidationPrices.get(a.number)),
          at(after.liquidationPrices.get(a.number)),
        ] as const,
    ),
    [`Interest a year, at ${share(yearly(rate), 2)}`, cost(before.debt), cost(after.debt)],
  ];
  return (
    <table class="preview">
      <caption>
        What it comes to <Status level={verdict.level}>{after.health === MaxUint256 ? "no debt" : verdict.word}</Status>
      </caption>
      <thead>
        <tr>
          <td />
          <th scope="col">Now</th>
          <th scope="col">Then</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, now, then]) => (
          <tr key={name} class={now === then ? undefined : "changed"}>
            <th scope="row">{name}</th>
            <td>{now}</td>
            <td>{then}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
