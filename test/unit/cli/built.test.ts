import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

const root = fileURLToPath(new URL("../../..", import.meta.url));

describe("cli: before the first build", function () {
  this.timeout(30_000);
  let clone: string;

  before(() => {
    clone = mkdtempSync(join(tmpdir(), "plimsoll-"));
    for (const part of ["cli", "deploy", "keeper", "replay", "risk", "sdk", "hardhat.config.ts", "package.json"]) {
      cpSync(join(root, part), join(clone, part), { recursive: true });
    }
    symlinkSync(join(root, "node_modules"), join(clone, "node_modules"), "junction");
    const rows = ["date,close", "2020-01-01,1", "2020-01-02,2", "2020-01-03,1", "2020-01-04,2", "2020-01-05,3"];
    writeFileSync(join(clone, "a.csv"), rows.join("\n"));
  });
  after(() => {
    rmSync(clone, { recursive: true });
  });

  function start(...args: string[]) {
    return spawnSync(process.execPath, [join(clone, "cli", "bin.mjs"), ...args], { cwd: clone, encoding: "utf8" });
  }

  it("helps, and measures risk", () => {
    const help = start("risk", "--help");
    expect(help.stderr).to.equal("");
    expect(help.stdout).to.contain("backtest");
    const { stdout, stderr, status } = start("risk", "returns", "a.csv");
    expect({ stderr, status }).to.deep.equal({ stderr: "", status: 0 });
    expect(stdout).to.contain("4 log returns");
  });

  it("says what to run where the contracts are needed", () => {
    for (const args of [
      ["demo", "--once"],
      ["faucet", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"],
    ]) {
      const { stdout, stderr, status } = start(...args);
      expect(status, stderr).to.equal(3);
      expect(stdout).to.equal("");
      expect(stderr).to.equal("plimsoll: the contracts are not built\n  Run this first: npm run build\n");
    }
  });
});
