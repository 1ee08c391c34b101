import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

const setup = fileURLToPath(new URL("../../../scripts/setup.mjs", import.meta.url));

const LOCKED = {
  "": { version: "0.1.0" },
  "node_modules/anchor": { version: "1.0.0", integrity: "sha512-a" },
  "node_modules/@ship/rope": { version: "2.0.0", integrity: "sha512-r" },
  "node_modules/sail-elsewhere": { version: "3.0.0", optional: true, os: ["plan9"], cpu: ["vax"] },
};

/** A clone with its own lock file, in which `npx` only notes that it was called. */
class Clone {
  readonly root = mkdtempSync(join(tmpdir(), "plimsoll-"));

  constructor(npx = "exit 0") {
    mkdirSync(join(this.root, "scripts"));
    mkdirSync(join(this.root, "bin"));
    copyFileSync(setup, join(this.root, "scripts", "setup.mjs"));
    this.write("package-lock.json", LOCKED);
    const program = join(this.root, "bin", "npx");
    writeFileSync(program, `#!/bin/sh\necho "$@" >> "${join(this.root, "called")}"\n${npx}\n`);
    chmodSync(program, 0o755);
  }

  write(lock: string, packages: object) {
    writeFileSync(join(this.root, lock), JSON.stringify({ lockfileVersion: 3, packages }));
  }

  /** Puts an installation in place. */
  installed(packages: object = LOCKED) {
    mkdirSync(join(this.root, "node_modules", "node", "bin"), { recursive: true });
    symlinkSync(process.execPath, this.node);
    this.write("node_modules/.package-lock.json", packages);
    return this;
  }

  get node() {
    return join(this.root, "node_modules", "node", "bin", "node");
  }

  /** Runs the set-up; tells whether it tried to install. */
  run() {
    const path = [join(this.root, "bin"), dirname(process.execPath), process.env.PATH ?? ""].join(delimiter);
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(this.root, "scripts", "setup.mjs")], {
      env: { ...process.env, PATH: path },
      encoding: "utf8",
    });
    return { status, stdout, stderr, tried: existsSync(join(this.root, "called")) };
  }
}

describe("scripts: set-up", function () {
  const clones: Clone[] = [];

  before(function () {
    // The stand-in for npx is a shell script.
    if (process.platform === "win32") this.skip();
  });

  afterEach(() => {
    for (const { root } of clones.splice(0)) rmSync(root, { recursive: true });
  });

  function clone(npx?: string) {
    const made = new Clone(npx);
    clones.push(made);
    return made;
  }

  it("does nothing, silently, when everything is in place", () => {
    expect(clone().installed().run()).to.deep.equal({ status: 0, stdout: "", stderr: "", tried: false });
  });

  it("does without what is optional and made for another machine", () => {
    const { "node_modules/sail-elsewhere": _, ...rest } = LOCKED;
    expect(clone().installed(rest).run().tried).to.equal(false);
  });

  it("installs when something is missing or not the locked version", () => {
    const { "node_modules/@ship/rope": _, ...rest } = LOCKED;
    const here = { version: "1.0.0", optional: true, os: [process.platform], cpu: [process.arch] };
    const cases: [string, (made: Clone) => void][] = [
      ["node_modules is missing", () => undefined],
      ["did not finish", (made) => unlinkSync(join(made.installed().root, "node_modules", ".package-lock.json"))],
      ["@ship/rope is missing", (made) => made.installed(rest)],
      ["anchor is not the locked version", (made) => made.installed({ ...LOCKED, "node_modules/anchor": here })],
      [
        "native is missing",
        (made) => {
          made.installed().write("package-lock.json", { ...LOCKED, "node_modules/native": here });
        },
      ],
      ["own Node does not start", (made) => unlinkSync(made.installed().node)],
    ];
    for (const [reason, arrange] of cases) {
      const made = clone();
      arrange(made);
      const { tried, stdout } = made.run();
      expect(tried, reason).to.equal(true);
      expect(stdout).to.contain(reason);
    }
  });

  it("says what failed and what is needed when the installation fails", () => {
    const { status, stderr } = clone("echo 'npm error network' >&2; exit 7").run();
    expect(status).to.equal(1);
    expect(stderr)
      .to.contain("npm error network")
      .and.to.contain("exit code 7")
      .and.to.contain("Node 20 or newer")
      .and.to.not.match(/^\s+at /m);
  });

  it("does not go on without the Node that the scripts need", () => {
    const { status, stderr } = clone("exit 0").run();
    expect(status).to.equal(1);
    expect(stderr).to.contain("ignore-scripts");
  });
});
