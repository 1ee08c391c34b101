import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { serveDashboard, type Dashboard } from "../../../../cli/demo/dashboard.js";
import type { AddressBook } from "../../../../sdk/addresses.js";

const BOOK = { chainId: 31_337, firstBlock: 4, rpcUrl: "http://127.0.0.1:9545/path" } as AddressBook;

describe("cli/demo/dashboard", () => {
  let folder = "";
  let dashboard: Dashboard;
  const asked: string[] = [];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "plimsoll-dashboard-"));
    mkdirSync(join(folder, "app", "assets"), { recursive: true });
    writeFileSync(join(folder, "app", "index.html"), "<h1>Plimsoll</h1>");
    writeFileSync(join(folder, "app", "assets", "main.js"), "export {};");
    writeFileSync(join(folder, "secret"), "nobody's business");
    dashboard = await serveDashboard({
      answers: {
        paths: ["/history"],
        handle: (_, response, url) => {
          asked.push(url.pathname + url.search);
          if (url.pathname !== "/history") return Promise.resolve(false);
          response.end("told");
          return Promise.resolve(true);
        },
      },
      book: BOOK,
      port: 0,
      directory: join(folder, "app"),
    });
  });
  after(async () => {
    await dashboard.close();
    rmSync(folder, { recursive: true });
  });

  const get = async (path: string) => {
    const response = await fetch(dashboard.url + path);
    return [response.status, response.headers.get("content-type"), await response.text()] as const;
  };

  /** As written: `fetch` would tidy the path up. */
  async function raw(path: string): Promise<number | undefined> {
    return await new Promise((resolve, reject) => {
      request(dashboard.url, { path }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });
  }

  it("serves the files that were built, and nothing beside them", async () => {
    expect(dashboard.built).to.equal(true);
    expect(await get("/")).to.deep.equal([200, "text/html; charset=utf-8", "<h1>Plimsoll</h1>"]);
    expect((await get("/assets/main.js")).slice(0, 2)).to.deep.equal([200, "text/javascript; charset=utf-8"]);
    for (const path of [
      "/../secret",
      "/%2e%2e/secret",
      "/..%2fsecret",
      "/assets/../../secret",
      "/%00",
      "/%",
      "/assets",
      "/x",
    ]) {
      expect(await raw(path), path).to.equal(404);
    }
    expect((await fetch(dashboard.url, { method: "POST" })).status).to.equal(405);
  });

  it("lets pages load nothing but its own files, and ask nobody but itself and the node", async () => {
    const { headers } = await fetch(dashboard.url);
    const policy = headers.get("content-security-policy")?.split("; ") ?? [];
    expect(policy).to.include.members(["default-src 'self'", "connect-src 'self' http://127.0.0.1:9545"]);
    expect(policy.join()).not.to.match(/unsafe|\*/);
    expect(headers.get("cache-control")).to.equal("no-cache");
    // Names of assets change with what is in them.
    const asset = await fetch(`${dashboard.url}/assets/main.js`);
    expect(asset.headers.get("cache-control")).to.include("immutable");
  });

  it("answers under /api what the indexer answers, and where contracts are", async () => {
    expect((await get("/api/history?a=1"))[2]).to.equal("told");
    expect(asked.at(-1)).to.equal("/history?a=1");
    expect((await get("/api/moon")).slice(0, 3)).to.deep.equal([
      404,
      "text/plain; charset=utf-8",
      "/api/deployment\n/api/history\n",
    ]);
    expect(JSON.parse((await get("/api/deployment"))[2])).to.deep.equal(BOOK);
  });

  it("listens elsewhere where somebody else listens already", async () => {
    const port = Number(new URL(dashboard.url).port);
    const other = await serveDashboard({
      answers: { paths: [], handle: () => Promise.resolve(false) },
      book: BOOK,
      port,
      directory: join(folder, "nothing"),
    });
    expect([other.built, other.url === dashboard.url]).to.deep.equal([false, false]);
    expect((await fetch(other.url)).status).to.equal(404);
    await other.close();
  });
});
