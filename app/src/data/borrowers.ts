/** Accounts near their limit: the indexer knows who borrowed, the chain how they stand. */

import { useEffect, useState } from "preact/hooks";

import { standingOf, type Standing } from "../../../sdk/credit/standing.js";
import { positions } from "../../../sdk/reads/account.js";
import { termsOf } from "../../../sdk/reads/protocol.js";
import { read } from "../../../sdk/reads/query.js";
import { useHistory, type Told } from "./history.js";
import { deployment, type World } from "./world.js";

/** The latest loans that are looked through. */
const LOANS = 500;

export interface Borrower {
  readonly account: string;
  readonly standing: Standing;
}

/** Who owes something, the weakest first, of those who borrowed lately. */
export function useBorrowers(world: World): Told<readonly Borrower[]> {
  const loans = useHistory((client) => client.events({ contract: "engine", event: "Borrow", limit: LOANS }), "loans");
  const [found, setFound] = useState<Told<readonly Borrower[]>>({ state: "loading" });
  const accounts =
    loans.state === "there"
      ? [
          ...new Set(
            loans.value.items.flatMap(({ values }) => (typeof values.account === "string" ? [values.account] : [])),
          ),
        ]
      : [];
  const key = accounts.join();

  useEffect(() => {
    const node = deployment.value?.node;
    if (node === undefined || loans.state !== "there") return;
    let current = true;
    read(node, world.book, positions(world.book, accounts)).then(
      (all) => {
        if (!current) return;
        const terms = termsOf(world.protocol);
        const value = [...all]
          .map(([account, position]) => ({ account, standing: standingOf(position, terms) }))
          .filter(({ standing }) => standing.debt > 0n)
          .sort((a, b) => (a.standing.health < b.standing.health ? -1 : 1));
        setFound({ state: "there", value });
      },
      (error: unknown) => {
        if (current) setFound({ state: "failed", why: error instanceof Error ? error.message : String(error) });
      },
    );
    return () => {
      current = false;
    };
  }, [world, key, loans.state]);

  return loans.state === "failed" ? loans : found;
}
