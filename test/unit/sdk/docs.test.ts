import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { expect } from "chai";
import { parseEther, type BaseWallet } from "ethers";

import type { FeedName } from "../../../replay/path/path.js";
import { pushQuotes } from "../../../replay/scenario/world.js";
import { serveRpc, type RpcServer } from "../../../replay/chain/rpc-server.js";
import { borrow } from "../../../sdk/actions/index.js";
import { readSnapshot, standingOf, termsOf } from "../../../sdk/reads/index.js";
import { openSdkWorld, type SdkWorld } from "../../support/sdk-world.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const KEY = "PLIMSOLL_PRIVATE_KEY";

/** The programs in a page, as they stand. */
function programsOf(page: string): string[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, program = ""]) => program);
}

describe("docs/sdk.md", () => {
  let world: SdkWorld;
  let server: RpcServer;
  let files: Server;
  let folder = "";
  let alice: BaseWallet & { privateKey: string };

  before(async () => {
    world = await openSdkWorld(1);
    alice = await world.newAccount(0);
    server = await serveRpc(world.connection.provider, 0);
    files = createServer((request, response) => {
      const found = request.url === "/api/deployment";
      response.writeHead(found ? 200 : 404).end(found ? JSON.stringify(world.book) : "");
    });
    await new Promise<void>((resolve) => files.listen(0, "127.0.0.1", resolve));
    folder = mkdtempSync(join(tmpdir(), "plimsoll-docs-"));
  });
  after(async () => {
    files.close();
    await server.close();
    await world.close();
    rmSync(folder, { recursive: true });
  });

  /** Runs a program, with the test's chain where it says the demo's, and the sources where it says the package. */
  async function run(program: string, name: string): Promise<void> {
    const here = program
      .replaceAll("http://127.0.0.1:8546", `http://127.0.0.1:${(files.address() as AddressInfo).port}`)
      .replaceAll("http://127.0.0.1:8545", server.url)
      .replaceAll('"@plimsoll/sdk"', JSON.stringify(pathToFileURL(join(root, "sdk", "index.ts")).href))
      .replaceAll('from "ethers"', `from ${JSON.stringify(import.meta.resolve("ethers"))}`);
    const path = join(folder, `${name}.mts`);
    writeFileSync(path, here);
    const before = process.env[KEY];
    process.env[KEY] = alice.privateKey;
    try {
      await import(pathToFileURL(path).href);
    } finally {
      if (before === undefined) Reflect.deleteProperty(process.env, KEY);
      else process.env[KEY] = before;
    }
  }

  it("has an example that deposits and borrows, from an account that has allowed nothing and on a statement that is too old", async () => {
    const programs = programsOf("docs/sdk.md");
    expect(programs).to.have.length(1);
    // Statements are good for an hour; prices go on.
    await world.refresh();
    await world.chain.setNextTime(Number(await world.now()) + 3_700);
    await pushQuotes(world, Object.keys(world.quotes.answers) as FeedName[]);
    await world.chain.mine();
    const stale = await readSnapshot(world.provider, world.book, alice.address);
    expect(borrow.requirements(stale, { amount: 1n })).to.have.length(1);
    for (const [i, program] of programs.entries()) await run(program, `program-${i}`);
    const { account, protocol } = await readSnapshot(world.provider, world.book, alice.address);
    const { debt } = standingOf(account, termsOf(protocol));
    expect(debt >= parseEther("100") && debt < parseEther("100.001"), debt.toString()).to.equal(true);
    expect(account.holdings).to.deep.equal([{ asset: 0n, amount: 150_000_000n }]);
  });
});
