import { expect } from "chai";
import { Registry } from "prom-client";

import { Health } from "../../../../keeper/operation/health.js";
import { CannotListen, serve, type WatchServer } from "../../../../keeper/operation/server.js";

const START = 1_800_000_000;

describe("keeper/operation: health", () => {
  /** The clock's, and the machine's own. {s} */
  let now: number;
  let passed: number;
  const steady = (): number => passed * 1_000;
  let written: () => Promise<void>;
  let health: Health;
  beforeEach(() => {
    now = START;
    passed = 0;
    written = () => Promise.resolve();
    const journal = { probe: () => written() };
    health = new Health({ journal, readyWithin: 60, stuckAfter: 300, clock: () => now * 1_000, steady });
  });

  const first = async (): Promise<string> => (await health.ready())[0] ?? "ready";

  it("is not ready before it has looked, and is afterwards", async () => {
    expect(await first()).to.contain("not looked");
    health.looked(now - 5);
    expect(await health.ready()).to.deep.equal([]);
    expect(health.alive()).to.deep.equal([]);
  });

  it("is not ready when looks succeed, but see an old block", async () => {
    health.looked(now - 61);
    expect(await first()).to.equal("the block looked at last is 61 s old");
  });

  it("is not ready when the block was new, but the look was long ago", async () => {
    health.looked(now);
    now += 61;
    passed += 61;
    expect(await first()).to.equal("the last look that succeeded was 61 s ago");
  });

  it("is not ready when the last look failed, whatever the one before said", async () => {
    health.looked(now);
    health.failed(new Error("no node"));
    expect(await first()).to.equal("the last look failed: no node");
    health.looked(now);
    expect(await health.ready()).to.deep.equal([]);
  });

  it("is not ready when the journal cannot be written, or does not answer", async () => {
    health.looked(now);
    written = () => Promise.reject(new Error("the disk is full"));
    expect(await first()).to.equal("the journal cannot be written: the disk is full");
    written = () => new Promise(() => undefined);
    expect(await first()).to.contain("no answer within");
  }).timeout(10_000);

  it("is not ready while it is being stopped", async () => {
    health.looked(now);
    health.stopping();
    expect(await first()).to.equal("it is being stopped");
  });

  it("is ready where it stands by, but not where it cannot tell whether it should", async () => {
    const lease: { fault?: string } = {};
    const journal = { probe: () => written() };
    const options = { journal, readyWithin: 60, stuckAfter: 300, clock: () => now * 1_000, steady };
    const standby = new Health({ ...options, role: () => "standby", doubt: () => lease.fault });
    standby.looked(now);
    expect(await standby.ready()).to.deep.equal([]);
    lease.fault = "no connection";
    expect(await standby.ready()).to.deep.equal(["who leads cannot be told: no connection"]);
    expect(standby.alive()).to.deep.equal([]);
  });

  it("is alive while looks end, even badly, and not when one never does", async () => {
    for (let i = 0; i < 10; i++) {
      now += 200;
      passed += 200;
      health.failed(new Error("no node"));
    }
    expect(health.alive()).to.deep.equal([]);
    now += 301;
    passed += 301;
    expect(health.alive()).to.deep.equal(["no look has ended for 301 s"]);
    expect(await first()).to.contain("no look has ended");
  });

  it("is told by the machine's time and not by the clock, which may be set", () => {
    health.looked(now);
    // Back by a day: a keeper that hangs is found out all the same.
    now -= 86_400;
    passed += 301;
    expect(health.alive()).to.deep.equal(["no look has ended for 301 s"]);
    health.failed(new Error("no node"));
    // Ahead by a day: one that works is not restarted.
    now += 2 * 86_400;
    expect(health.alive()).to.deep.equal([]);
  });

  it("is not ready while nobody can tell whether its nodes say the same", async () => {
    const journal = { probe: () => written() };
    const told: { why?: string } = {};
    const unsure = new Health({ journal, readyWithin: 60, stuckAfter: 300, steady, unchecked: () => told.why });
    unsure.looked(Math.floor(Date.now() / 1_000));
    expect(await unsure.ready()).to.deep.equal([]);
    told.why = "no second node has confirmed what the first says for 300 s";
    expect(await unsure.ready()).to.deep.equal([told.why]);
    expect(unsure.alive()).to.deep.equal([]);
  });

  describe("as it is served", () => {
    let server: WatchServer;
    beforeEach(async () => {
      const registry = new Registry();
      const report = (): Promise<string> => Promise.reject(new Error("no journal"));
      server = await serve({ health, registry, pages: { "/report": report } }, "127.0.0.1", 0);
    });
    afterEach(() => server.close());
    const ask = async (path: string, method = "GET") => {
      const response = await fetch(server.url + path, { method });
      return { status: response.status, text: await response.text() };
    };

    it("is 200 or 503, and says why", async () => {
      expect(await ask("/health")).to.deep.equal({ status: 200, text: '{"ok":true,"complaints":[]}\n' });
      expect((await ask("/ready")).status).to.equal(503);
      health.looked(now);
      expect(await ask("/ready")).to.deep.equal({
        status: 200,
        text: '{"ok":true,"role":"leading","complaints":[]}\n',
      });
      now += 301;
      passed += 301;
      expect((await ask("/health")).status).to.equal(503);
      expect((await ask("/ready")).text).to.contain("301 s");
    });

    it("answers nothing else than questions", async () => {
      expect((await ask("/ready", "POST")).status).to.equal(405);
      expect((await ask("/nothing")).status).to.equal(404);
      expect(await ask("/report")).to.deep.equal({ status: 500, text: "no journal\n" });
      expect((await ask("/metrics")).status).to.equal(200);
      expect((await ask("//")).status).to.equal(400);
    });

    it("says so when the port is taken", async () => {
      const port = Number(new URL(server.url).port);
      const error = await serve({ health, registry: new Registry(), pages: {} }, "127.0.0.1", port).then(
        () => undefined,
        (caught: unknown) => caught,
      );
      expect(error).to.be.instanceOf(CannotListen);
    });
  });
});
