import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

import { startAnvil } from "../../../../keeper/rehearsal/anvil.js";
import { needAnvil } from "../../../support/anvil.js";

const ANVIL = new URL("../../../../keeper/rehearsal/anvil.ts", import.meta.url);
const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
const PROGRAM = `
  const { startAnvil } = await import(${JSON.stringify(ANVIL.href)});
  console.log((await startAnvil()).url);
  setInterval(() => undefined, 1_000_000);
`;

const answers = async (url: string): Promise<boolean> =>
  await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }),
  }).then(
    () => true,
    () => false,
  );

/** Until it answers nobody any more: the test's own limit ends a wait in vain. */
async function silence(url: string): Promise<void> {
  while (await answers(url));
}

describe("keeper/rehearsal: an anvil of one's own", function () {
  this.timeout(60_000);
  before(function () {
    needAnvil(this);
  });

  it("answers until it is closed", async () => {
    const anvil = await startAnvil();
    expect(await answers(anvil.url)).to.equal(true);
    await anvil.close();
    expect(await answers(anvil.url)).to.equal(false);
  });

  for (const signal of ["SIGKILL", "SIGTERM", "SIGHUP"] as const) {
    it(`ends with whoever started it, also when ${signal} ends him`, async () => {
      const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", PROGRAM], {
        cwd: ROOT,
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [said] = (await once(child.stdout!, "data")) as [Buffer];
      const url = said.toString().trim();
      expect(await answers(url)).to.equal(true);
      child.kill(signal);
      await silence(url);
    });
  }

  it("tells why it did not start", async () => {
    const error: unknown = await startAnvil(["--chain-id", "none"]).catch((caught: unknown) => caught);
    expect(error)
      .to.be.an("error")
      .with.property("message")
      .that.matches(/anvil ended at once: .*none/s);
  });
});
