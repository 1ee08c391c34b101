/** The frame around the pages: navigation, wallet, theme, what goes wrong everywhere at once. */

import { getAddress, isAddress } from "ethers";
import { Component, type ComponentChildren, type ComponentType, type JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { Activity } from "./components/activity.js";
import { Mark, Notice } from "./components/basics.js";
import { HealthWatch } from "./components/health-watch.js";
import { WalletButton } from "./components/wallet-button.js";
import { useStore } from "./data/store.js";
import { begin } from "./data/activity.js";
import { useLag } from "./data/lag.js";
import { deployment, looked, ownAddress, reading, type World } from "./data/world.js";
import { ago } from "./format/time.js";
import { Overview } from "./pages/overview.js";
import { linkTo, route } from "./router.js";
import { chooseTheme, theme } from "./theme.js";
import { session } from "./wallet/session.js";

export interface PageProps {
  readonly world: World;
}
type Page = ComponentType<PageProps>;

/** The first page comes with the program, the others when they are asked for. */
const PAGES: readonly { readonly id: string; readonly title: string; readonly load: () => Promise<Page> }[] = [
  { id: "overview", title: "Overview", load: () => Promise.resolve(Overview) },
  { id: "borrow", title: "Borrow", load: async () => (await import("./pages/borrow.js")).Borrow },
  { id: "earn", title: "Earn", load: async () => (await import("./pages/earn.js")).Earn },
  { id: "reserve", title: "Reserve", load: async () => (await import("./pages/reserve.js")).ReservePage },
  { id: "risk", title: "Risk", load: async () => (await import("./pages/risk.js")).Risk },
  {
    id: "liquidations",
    title: "Liquidations",
    load: async () => (await import("./pages/liquidations.js")).Liquidations,
  },
  { id: "governance", title: "Governance", load: async () => (await import("./pages/governance.js")).Governance },
];

const ANOTHER =
  "The protocol was deployed anew since this page was opened, at other addresses. What you see from now on is the new one; nothing that you were about to sign is valid there.";

/** A block older than this, by this machine's clock, is worth a word. {s} */
const OLD = 180;

function ThemeSwitch(): JSX.Element {
  const shown = useStore(theme);
  const other = shown === "dark" ? "light" : "dark";
  return (
    <button
      type="button"
      class="quiet"
      aria-label={`Use the ${other} theme`}
      title={`Use the ${other} theme`}
      onClick={() => {
        chooseTheme(other);
      }}
    >
      <span aria-hidden="true">{shown === "dark" ? "☀" : "☾"}</span>
    </button>
  );
}

/** The time goes on while the block stays. */
function BlockAge({ world }: { readonly world: World }): JSX.Element {
  const [now, setNow] = useState(Date.now() / 1_000);
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now() / 1_000);
    }, 1_000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  const { number, timestamp } = world.block;
  const lags = now - Number(timestamp) > OLD;
  return (
    <p class={lags ? "block warn-text" : "block"}>
      Block {number.toString()}, {ago(timestamp, now)}
      {lags && ": the node may lag behind, or the chain's clock is not ours"}
    </p>
  );
}

/** Whatever comes from the indexer ends where it stands: charts and lists look complete without what is missing. */
function IndexerLag({ world }: { readonly world: World }): JSX.Element | null {
  const lag = useLag(world);
  if (lag === undefined) return null;
  return (
    <Notice level="warn" title={`The indexer is ${lag.toString()} blocks behind the chain, and does not move.`}>
      <p>
        Charts, histories, lists of borrowers and news of liquidations end at block{" "}
        {(world.block.number - BigInt(lag)).toString()}. Everything else comes from the chain as it is now.
      </p>
    </Notice>
  );
}

class Guard extends Component<{ children: ComponentChildren }, { error: unknown }> {
  override state = { error: undefined as unknown };

  override componentDidCatch(error: unknown): void {
    this.setState({ error });
  }

  override render(): ComponentChildren {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <Notice level="bad" title="This page failed." urgent>
        <p>{error instanceof Error ? error.message : "Nothing is known of why."}</p>
        <button
          type="button"
          onClick={() => {
            location.reload();
          }}
        >
          Load it again
        </button>
      </Notice>
    );
  }
}

function Shown({ world }: { readonly world: World }): JSX.Element {
  const { page } = useStore(route);
  const [loaded, setLoaded] = useState<{ id: string; Page: Page } | undefined>({ id: "overview", Page: Overview });
  const [failed, setFailed] = useState(false);
  const entry = PAGES.find((p) => p.id === page);
  useEffect(() => {
    let current = true;
    setFailed(false);
    entry?.load().then(
      (found) => {
        if (current) setLoaded({ id: entry.id, Page: found });
      },
      () => {
        if (current) setFailed(true);
      },
    );
    return () => {
      current = false;
    };
  }, [entry]);
  if (entry === undefined) return <Notice level="warn" title={`There is no page called "${page}".`} />;
  if (failed) return <Notice level="bad" title="The page could not be loaded: is its server still running?" />;
  if (loaded?.id !== entry.id) return <p class="empty">Loading…</p>;
  const { Page } = loaded;
  return (
    <Guard key={entry.id}>
      <Page world={world} />
    </Guard>
  );
}

export function App(): JSX.Element {
  const now = useStore(reading);
  const { page, rest } = useStore(route);
  const current = useStore(session);
  const main = useRef<HTMLElement>(null);
  const before = useRef(page);
  const watched = page === "borrow" && rest !== undefined ? rest : current?.address;
  const shown = watched !== undefined && isAddress(watched) ? getAddress(watched) : undefined;
  const title = PAGES.find((p) => p.id === page)?.title ?? "Plimsoll";

  useEffect(() => {
    looked.set(shown);
    ownAddress.set(current?.address);
  }, [shown, current?.address]);
  useEffect(() => {
    let before = deployment.value;
    return deployment.watch(() => {
      if (before !== undefined) begin("Another deployment")({ state: "done", text: ANOTHER });
      before = deployment.value;
    });
  }, []);
  useEffect(() => {
    document.title = page === "overview" ? "Plimsoll" : `${title} · Plimsoll`;
    // Whoever listens hears where he is now.
    if (before.current !== page) main.current?.focus();
    before.current = page;
  }, [page]);

  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the page
      </a>
      <header class="top">
        <a class="brand" href={linkTo("overview")} aria-label="Plimsoll, overview">
          <Mark size={30} /> <span>Plimsoll</span>
        </a>
        <nav aria-label="Pages">
          <ul>
            {PAGES.map(({ id, title: name }) => (
              <li key={id}>
                <a href={linkTo(id)} aria-current={id === page ? "page" : undefined}>
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="tools">
          <ThemeSwitch />
          <WalletButton />
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1} data-state={now.state}>
        <h1 class={page === "overview" ? "hidden" : undefined}>{title}</h1>
        <Activity />
        {now.state === "loading" && (
          <p class="empty" aria-busy="true">
            Reading the chain…
          </p>
        )}
        {now.state === "failed" && (
          <Notice level="bad" title="The chain cannot be read." urgent>
            <p>{now.why} This page goes on trying.</p>
          </Notice>
        )}
        {now.state === "there" && (
          <>
            {now.trouble !== undefined && (
              <Notice level="warn" title="What you see is not up to date.">
                <p>{now.trouble} This page goes on trying.</p>
              </Notice>
            )}
            <IndexerLag world={now.world} />
            <HealthWatch world={now.world} />
            <Shown world={now.world} />
          </>
        )}
      </main>
      <footer>
        {now.state === "there" && <BlockAge world={now.world} />}
        <p>Not audited: do not use it with real money. Everything here comes from your node and your indexer.</p>
      </footer>
    </>
  );
}
