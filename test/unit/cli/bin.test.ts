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

describe("cli: a demo that is stopped", function () {
  this.timeout(60_000);
  const DEMO = ["demo", "--once", "--port", "0", "--accounts", "1"];

  /** Starts a demo and sends `signal` to what was started once it is at work; returns how that ended and what it said, when all is over. */
  async function stopped(program: string, args: string[], signal: NodeJS.Signals, env: NodeJS.ProcessEnv = {}) {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
    let [stdout, stderr] = ["", ""];
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout.on("data", (chunk: Buffer) => {
      const before = stdout;
      stdout += chunk.toString();
      if (!before.includes("Setting up") && stdout.includes("Setting up")) child.kill(signal);
    });
    // Closed only when nobody holds the pipes any more: also when what was started left something behind that ended later.
    const code = await new Promise((resolve) => child.on("close", resolve));
    return { code, stdout, stderr };
  }

  it("ends with the signal's number and says so", async () => {
    const { code, stderr } = await stopped(process.execPath, [bin, ...DEMO], "SIGINT");
    expect(code).to.equal(130);
    expect(stderr).to.contain("stopped by SIGINT before the end");
  });

  it("does so too when started by an older Node", async function () {
    const node = olderNode();
    if (node === undefined) return this.skip();
    // The other signal, on its way through two processes.
    const { code, stderr } = await stopped(node, [bin, ...DEMO], "SIGTERM");
    expect(code).to.equal(143);
    expect(stderr).to.contain("stopped by SIGTERM before the end");
  });

  it("does not outlive the shell that npm started it with", async function () {
    if (process.platform === "win32") return this.skip();
    // Not the last command: the shell must not put it in its own place.
    const script = `"${process.execPath}" "${bin}" ${DEMO.join(" ")}; true`;
    const { stderr } = await stopped("sh", ["-c", script], "SIGKILL", { npm_lifecycle_event: "start" });
    expect(stderr).to.contain("stopped by SIGTERM before the end");
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
