import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Runs `npm test -- ...args` without npm; returns the exit code and the last line. */
function runTests(...args: string[]) {
  const { status, stdout } = spawnSync(process.execPath, ["--import", "tsx", "scripts/test.ts", ...args], {
    cwd: root,
    encoding: "utf8",
  });
  return { status, last: stdout.trimEnd().split("\n").at(-1) };
}

describe("scripts: the last line of the tests", function () {
  // Each case starts Hardhat anew, and the first one may have something to build.
  this.timeout(300_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "plimsoll-"));
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("adds up Solidity and TypeScript", () => {
    const solidity = "test/solidity/libraries/PackedFloat.t.sol";
    const typescript = join(folder, "fine.test.ts");
    writeFileSync(typescript, `describe("two", () => { it("one", () => {}); it("two", () => {}); });`);
    expect(runTests(solidity, typescript)).to.deep.equal({ status: 0, last: "5 passed, 0 failed" });
    expect(runTests(solidity, "--grep", "packUp")).to.deep.equal({ status: 0, last: "1 passed, 0 failed" });
  });

  it("counts failures, broken hooks and skipped tests", () => {
    const file = join(folder, "mixed.test.ts");
    writeFileSync(
      file,
      `describe("mixed", () => {
        it("passes", () => {});
        it("fails", () => { throw new Error("no"); });
        it.skip("is skipped", () => {});
        describe("hook", () => {
          before(() => { throw new Error("no"); });
          it("never runs", () => {});
        });
      });`,
    );
    expect(runTests(file)).to.deep.equal({ status: 1, last: "1 passed, 2 failed, 1 skipped" });
  });

  it("counts a file that does not load, does not exist or holds no test as a failure", () => {
    const broken = join(folder, "broken.test.ts");
    writeFileSync(broken, `throw new Error("no");`);
    const empty = join(folder, "empty.test.ts");
    writeFileSync(empty, "");
    for (const file of [broken, empty, join(folder, "missing.test.ts")]) {
      expect(runTests(file), file).to.deep.equal({ status: 1, last: "0 passed, 1 failed" });
    }
  });
});
