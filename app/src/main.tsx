/** The dashboard: reads the chain and the indexer's history, and asks the browser's wallet to sign. */

import { render } from "preact";

import { App } from "./app.js";
import { start } from "./data/world.js";
import { discover, wallets } from "./wallet/discover.js";
import { connect, remembered, session } from "./wallet/session.js";
import "./style/main.css";

const root = document.getElementById("app");
if (root === null) throw new Error("the page has no place for the dashboard");
root.replaceChildren();
render(<App />, root);
start();

// A wallet that allowed this page before is connected again, without its window.
wallets.watch(() => {
  const known = wallets.value.find((w) => w.info.rdns === remembered());
  if (known !== undefined && session.value === undefined) void connect(known, true).catch(() => undefined);
});
discover();
