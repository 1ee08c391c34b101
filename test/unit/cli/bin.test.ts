import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

import { isRecent, runInstead } from "../../../cli/runtime.mjs";
import packageJson from "../../../package.json" with { type: "json" };

const bin = fileURLToPath(new URL("../../../cli/bin.mjs", import.meta.url));

/** Runs the real program in a process of its own. */
function start(args: string[], { node = process.execPath, cwd = process.cwd(), program = bin } = {}) {
  const { status, stdout, stderr } = spawnSync(node, [program, ...args], { cwd, encoding: "utf8" });
  return { status, stdout, stderr };
}

/** A Node on this machine that is too old to run the command itself, if there is one. */
function olderNode(): string | undefined {
  const candidates = [process.env.npm_node_execpath ?? ""];
  for (const directory of (process.env.PATH ?? "").split(delimiter)) candidates.push(join(directory, "node"));
  return candidates.find((path) => {
    if (path === "" || !existsSync(path)) return false;
    const { stdout, status } = spawnSync(path, ["--version"], { encoding: "utf8" });
    return status === 0 && !isRecent(stdout.trim().slice(1));
  });
}

describe("cli: the program", () => {
  it("starts, answers and ends with the command's exit code", () => {
    expect(start(["--version"])).to.deep.equal({ status: 0, stdout: `${packageJson.version}\n`, stderr: "" });
    const typo = start(["dmeo"]);
    expect(typo.status).to.equal(2);
    expect(typo.stderr).to.contain("Did you mean demo?");
  });

  it("works from any folder", () => {
    expect(start(["--version"], { cwd: tmpdir() }).stdout).to.equal(`${packageJson.version}\n`);
  });

  it("hands over to the installed Node when started by an older one", function () {
    const node = olderNode();
    if (node === undefined) return this.skip();
    expect(start(["--version"], { node })).to.deep.equal({ status: 0, stdout: `${packageJson.version}\n`, stderr: "" });
    expect(start(["dmeo"], { node }).status).to.equal(2);
  });

  it("says what to do when the dependencies are not installed", () => {
    const clone = mkdtempSync(join(tmpdir(), "plimsoll-"));
    try {
      mkdirSync(join(clone, "cli"));
      for (const name of ["bin.mjs", "runtime.mjs"]) {
        copyFileSync(join(bin, "..", name), join(clone, "cli", name));
      }
      const { status, stderr } = start(["demo"], { program: join(clone, "cli", "bin.mjs") });
      expect(status).to.equal(3);
      expect(stderr).to.contain("not installed").and.to.contain("npm run setup");
    } finally {
      rmSync(clone, { recursive: true });
    }
  });

  it("does not mind a reader that goes away", async () => {
    const child = spawn(process.execPath, [bin, "--help"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
  });
});

describe("cli: which Node runs it", () => {
  it("asks for 22.13 or later", () => {
    for (const version of ["18.20.4", "20.20.2", "22.0.0", "22.12.9"])
      expect(isRecent(version), version).to.equal(false);
    for (const version of ["22.13.0", "22.21.1", "24.0.0", "24.21.0"])
      expect(isRecent(version), version).to.equal(true);
  });

  it("passes on the exit code of the process that runs instead", async () => {
    expect(await runInstead(process.execPath, ["-e", "process.exit(7)"])).to.equal(7);
    expect(await runInstead(process.execPath, ["-e", "process.kill(process.pid, 'SIGTERM')"])).to.equal(128 + 15);
  });
});
