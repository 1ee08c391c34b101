/** What Prometheus reads. Amounts are in whole plUSD and ether: floating point, for curves; the ledger has them to the wei. */

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

import type { Answer } from "../execution/broadcast.js";
import type { Point } from "../execution/executor.js";
import type { Intent } from "../journal/types.js";
import type { Keeper, Tick } from "../keeper.js";
import type { Role } from "../replicas/leadership.js";
import type { Health } from "./health.js";
import type { NodeState } from "../rpc/pool.js";

const PREFIX = "plimsoll_keeper_";
/** {s} */
const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];

const whole = (amount: bigint): number => Number(amount) / 1e18;

export class Metrics {
  readonly registry = new Registry();
  readonly #looks: Counter<"result">;
  readonly #duration: Histogram;
  readonly #gauges: Record<
    "head" | "headTime" | "failing" | "borrowers" | "open" | "lookedAt" | "leading" | "balance",
    Gauge
  >;
  readonly #budget: Gauge<"purse">;
  readonly #idle: Gauge<"job">;
  readonly #sent: Counter<"job">;
  readonly #planned: Counter<"job">;
  readonly #settled: Counter<"job" | "state">;
  readonly #steps: Counter<"step">;
  readonly #gas: Counter<"job">;
  readonly #realised: Gauge<"job">;
  readonly #expected: Gauge<"job">;
  readonly #relayed: Counter<"answer">;
  readonly #nodeUp: Gauge<"node">;
  readonly #nodeHead: Gauge<"node">;

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    const gauge = (name: string, help: string): Gauge => new Gauge({ name: PREFIX + name, help, registers });
    this.#gauges = {
      head: gauge("head_block", "Number of the block looked at last."),
      headTime: gauge("head_timestamp_seconds", "Time of the block looked at last."),
      lookedAt: gauge("last_look_timestamp_seconds", "When a look succeeded last."),
      failing: gauge("failing_accounts", "Accounts that may be liquidated or absorbed."),
      borrowers: gauge("borrowers", "Accounts with a debt."),
      open: gauge("open_transactions", "Transactions whose fate is open."),
      balance: gauge("balance_ether", "What the key has to pay for gas with."),
      leading: gauge(
        "leading",
        "1 while this process acts: 0 in a dry run, and while another one with the same key does.",
      ),
    };
    const labelled = <T extends string>(name: string, help: string, labelNames: T[]) => ({
      ...{ name: PREFIX + name, help, labelNames, registers },
    });
    this.#looks = new Counter(labelled("looks_total", "Looks at the chain, by how they ended.", ["result"]));
    this.#duration = new Histogram({
      ...labelled("look_duration_seconds", "How long looks take.", []),
      buckets: BUCKETS,
    });
    this.#budget = new Gauge(labelled("budget_left_plusd", "What may still be lost within the day.", ["purse"]));
    this.#idle = new Gauge(
      labelled("idle", "1 for jobs that had nothing to do, or could not, at the last look.", ["job"]),
    );
    this.#sent = new Counter(labelled("sent_total", "Transactions sent.", ["job"]));
    this.#planned = new Counter(labelled("planned_total", "Transactions that a dry run would have sent.", ["job"]));
    this.#settled = new Counter(labelled("settled_total", "Transactions whose fate is known.", ["job", "state"]));
    this.#steps = new Counter(labelled("steps_total", "Steps in the lives of transactions.", ["step"]));
    this.#gas = new Counter(labelled("gas_ether_total", "Paid for gas.", ["job"]));
    this.#realised = new Gauge(labelled("realised_plusd", "Left after gas so far.", ["job"]));
    this.#expected = new Gauge(labelled("expected_plusd", "Expected to be left of what is settled so far.", ["job"]));
    this.#relayed = new Counter(
      labelled("relay_answers_total", "What relays said to what they were told.", ["answer"]),
    );
    this.#nodeUp = new Gauge(labelled("node_up", "1 for nodes that are used.", ["node"]));
    this.#nodeHead = new Gauge(labelled("node_head_block", "Heads that nodes report.", ["node"]));
    // Known from the beginning: what appears only when it happens cannot be watched for.
    for (const result of ["succeeded", "failed"]) this.#looks.inc({ result }, 0);
    for (const answer of ["taken", "refused", "outbid", "unknown"]) this.#relayed.inc({ answer }, 0);
    for (const step of ["resent", "reorganised", "outbid"]) this.#steps.inc({ step }, 0);
  }

  /** A look went as it should. */
  succeeded(seconds: number): void {
    this.#looks.inc({ result: "succeeded" });
    this.#duration.observe(seconds);
    this.#gauges.lookedAt.setToCurrentTime();
  }

  /** What is known after a look, also where something in it failed. */
  looked(tick: Tick, keeper: Pick<Keeper, "open" | "budgetLeft">): void {
    const { head, headTime, failing, borrowers, open } = this.#gauges;
    head.set(tick.block);
    headTime.set(tick.time);
    failing.set(tick.failing);
    borrowers.set(tick.borrowers);
    open.set(keeper.open);
    for (const purse of ["rest", "solvency"] as const) this.#budget.set({ purse }, whole(keeper.budgetLeft(purse)));
    this.#idle.reset();
    for (const { job } of tick.idle) this.#idle.set({ job }, 1);
    for (const { job } of tick.sent) this.#sent.inc({ job });
    for (const { job } of tick.planned) this.#planned.inc({ job });
  }

  /** Asks at each reading whether the keeper is ready. */
  readiness(health: Pick<Health, "ready">): void {
    new Gauge({
      name: `${PREFIX}ready`,
      help: "1 while /ready says 200.",
      registers: [this.registry],
      async collect() {
        this.set((await health.ready()).length === 0 ? 1 : 0);
      },
    });
  }

  /** What the key has to pay for gas with. {wei} */
  balance(wei: bigint): void {
    this.#gauges.balance.set(whole(wei));
  }

  role(role: Role): void {
    this.#gauges.leading.set(role === "leading" ? 1 : 0);
  }

  failed(seconds: number): void {
    this.#looks.inc({ result: "failed" });
    this.#duration.observe(seconds);
  }

  step(step: Point): void {
    this.#steps.inc({ step });
  }

  settled({ job, state, expected, inclusion, outcome }: Intent): void {
    this.#settled.inc({ job, state });
    this.#gas.inc({ job }, whole(inclusion?.fee ?? 0n));
    this.#realised.inc({ job }, whole(outcome?.realised ?? 0n));
    this.#expected.inc({ job }, whole(expected));
  }

  relayed(answer: Answer["kind"]): void {
    this.#relayed.inc({ answer });
  }

  nodes(states: readonly NodeState[]): void {
    for (const [index, { name, fault, head }] of states.entries()) {
      // Two nodes of one service have the same name.
      const node = `${index.toString()} ${name}`;
      this.#nodeUp.set({ node }, fault === undefined ? 1 : 0);
      if (head !== undefined) this.#nodeHead.set({ node }, head);
    }
  }
}
